"""What one file cannot tell: what a class inherits from, how long its objects live, whose data
is in a cached page.

``Project``, and the records it answers with, is the whole interface. Knows facts and modules, no
rules and no configuration.
"""

from cachelint.project.hierarchy import Project
from cachelint.project.pages import CachedPage, Where

__all__ = ["CachedPage", "Project", "Where"]
