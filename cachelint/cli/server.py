"""``cachelint server``: a language server on standard input and output. Starts it, nothing else."""

from __future__ import annotations

import argparse
from importlib.util import find_spec

from cachelint.config import ConfigurationError

_DESCRIPTION = """\
A language server on standard input and output: findings while typing, evidence, quick fixes.
Editors start it; it needs the extra cachelint[server], and exits with 2 where that is missing, else
with 0, or 1 where the editor left without asking to shut down.
"""
_EPILOG = """\
examples:
  cachelint server
"""


def add_arguments(server: argparse.ArgumentParser) -> None:
    server.description, server.epilog = _DESCRIPTION, _EPILOG
    # Editors' language clients give it, whatever the server.
    server.add_argument(
        "--stdio", action="store_true", help="as it is anyway: over standard input and output"
    )
    server.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    if find_spec("pygls") is None:
        raise ConfigurationError(
            'the language server needs pygls: python -m pip install "cachelint[server]"'
        )
    from cachelint.server import serve

    return serve()
