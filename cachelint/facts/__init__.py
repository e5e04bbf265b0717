"""One pass over the tree of a file: what it binds, imports and does with caches.

``collect_facts(source)`` is the interface, and ``collect_outline(source)`` for what runs at import
alone; records are in ``records``. Facts are picklable,
hold no ast nodes and depend on the file alone: neither on configuration nor on other files.
"""

from cachelint.facts.collect import collect_facts, collect_outline

__all__ = ["collect_facts", "collect_outline"]
