"""Fix plans → new source. The only importer of libcst, and only where an import changes.

``fix_paths`` makes the changes in memory, ``write_fixes`` puts them on disk.
"""

from cachelint.fix.outcome import Left
from cachelint.fix.run import FixedFile, FixReport, fix_paths
from cachelint.fix.writing import write_fixes

__all__ = ["FixReport", "FixedFile", "Left", "fix_paths", "write_fixes"]
