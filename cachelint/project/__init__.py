"""What one file cannot tell: what a class inherits from, how long its objects live, whose data
is in a cached page.

``Project``, and the records it answers with, is the whole interface. Knows facts and modules, no
rules and no configuration.
"""

from cachelint.project.alias_records import AliasValue
from cachelint.project.alias_records import Kind as AliasKind
from cachelint.project.callers import Callers
from cachelint.project.definitions import Definition
from cachelint.project.handles import OPENING, Opened
from cachelint.project.hierarchy import Project
from cachelint.project.import_time import Effect, Site
from cachelint.project.pages import CachedPage, Where

__all__ = [
    "OPENING",
    "AliasKind",
    "AliasValue",
    "CachedPage",
    "Callers",
    "Definition",
    "Effect",
    "Opened",
    "Project",
    "Site",
    "Where",
]
