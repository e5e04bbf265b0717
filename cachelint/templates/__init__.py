"""Templates of Django's template language: read as Django's own lexer reads them, never rendered.

``read_template`` reads one file, ``walk`` tells what it reads of its visitor and what it caches,
``Library`` finds templates by name.
"""

from cachelint.templates.lexer import Template, read_template
from cachelint.templates.library import Library
from cachelint.templates.records import CACHE_WORD, Environment, Family, Fragment, Reading
from cachelint.templates.walking import Walk, walk

__all__ = [
    "CACHE_WORD",
    "Environment",
    "Family",
    "Fragment",
    "Library",
    "Reading",
    "Template",
    "Walk",
    "read_template",
    "walk",
]
