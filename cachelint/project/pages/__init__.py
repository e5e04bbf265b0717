"""Pages that ``cache_page`` stores: what stands around them, and whose data is in them.

``cached_pages`` is the whole interface.
"""

from cachelint.project.pages.pages import CachedPage, Pages, Where

__all__ = ["CachedPage", "Pages", "Where"]
