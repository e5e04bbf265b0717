"""``python -m cachelint`` is the command ``cachelint``."""

import os
import sys

from cachelint.cli import main


def run() -> None:
    """Run the command, and end without taking everything apart: that can take a second."""
    code = main()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
