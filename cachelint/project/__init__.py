"""What one file cannot tell: what a class inherits from, how long its objects live.

``Project`` is the whole interface. Knows facts and modules, no rules and no configuration.
"""

from cachelint.project.callers import Callers
from cachelint.project.definitions import Definition
from cachelint.project.handles import OPENING, Opened
from cachelint.project.hierarchy import Project
from cachelint.project.import_time import Effect, Site

__all__ = ["OPENING", "Callers", "Definition", "Effect", "Opened", "Project", "Site"]
