"""The command line: translates arguments, prints, and chooses the exit code. No judgement.

Imports next to nothing by itself: where nothing has changed since the last check, what that said
is all there is to do.
"""

from __future__ import annotations

import sys

from cachelint.cli.output import CLEAN, FINDINGS, WRONG_USAGE, discard_output, write
from cachelint.cli.quick import clean_files
from cachelint.cli.recall import recalled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0 without findings, 1 with, 2 for wrong usage."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = _run(given)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough; nothing may be flushed into its pipe at exit.
        discard_output()
        return FINDINGS
    except OSError as error:
        # A full disk behind the output, a working directory that is gone.
        discard_output()
        print(f"cachelint: error: {error}", file=sys.stderr)
        return WRONG_USAGE
    return code


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["check"] and sys.stdout is not None:
        said = recalled(arguments)
        if said is not None:
            code, out, err = said
            write(out)
            sys.stderr.write(err)
            return code
        clean = clean_files(arguments)
        if clean is not None:
            write(clean)
            return CLEAN
    from cachelint.cli.commands import run

    return run(arguments)
