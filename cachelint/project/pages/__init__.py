"""Pages that ``cache_page`` stores: what stands around them, and whose data is in them.

``Pages.of`` is the whole interface.
"""

from cachelint.project.pages.judging import CachedPage, Where
from cachelint.project.pages.pages import Pages

__all__ = ["CachedPage", "Pages", "Where"]
