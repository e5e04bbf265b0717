"""What one file cannot tell: what a class inherits from, how long its objects live.

``Project`` is the whole interface. Knows facts and modules, no rules and no configuration.
"""

from cachelint.project.handles import OPENING, Opened
from cachelint.project.hierarchy import Project

__all__ = ["OPENING", "Opened", "Project"]
