"""``python -m cachelint`` is the command ``cachelint``."""

import sys

from cachelint.cli import main

sys.exit(main())
