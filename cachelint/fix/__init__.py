"""Fix plans → new source. Loads libcst only where one of several imported names goes.

``fix_paths`` makes the changes in memory, ``write_fixes`` puts them on disk; ``fix_text`` is for a
text that somebody else has in his hands.
"""

from cachelint.fix.outcome import FixedFile, FixReport, Left
from cachelint.fix.run import fix_paths, fix_text
from cachelint.fix.writing import write_fixes

__all__ = ["FixReport", "FixedFile", "Left", "fix_paths", "fix_text", "write_fixes"]
