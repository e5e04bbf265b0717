"""Custom cache classes: backends, and classes that wrap a cache."""

from __future__ import annotations

import re

from cachelint.facts.records import Use
from cachelint.facts.vocabulary import BACKENDS
from cachelint.rules.rule import FileView

_NAME = re.compile(r"(?:Cache|CacheBackend|CacheClient|CacheWrapper)$")
#: What is made anew for each request or call by the framework that it belongs to.
_SHORT_LIVED = re.compile(r"(?:View|ViewSet|Serializer|Form|SessionBase|SessionStore)$")


def is_backend(view: FileView, class_name: str) -> bool:
    """Whether Django makes the objects of the class, one for each thread and alias."""
    return view.is_a(class_name, BACKENDS)


def is_short_lived(view: FileView, class_name: str) -> bool:
    """Whether a framework makes an object of the class for each request or call."""
    return any(_SHORT_LIVED.search(name) for name in view.project.ancestors(view.facts, class_name))


def wraps_a_cache(view: FileView, use: Use, class_name: str) -> bool:
    """Whether the class is named like a cache, or keeps what ``use`` opens and works like one."""
    if _NAME.search(class_name):
        return True
    kept = any(target.partition(".")[2] for target in use.targets)
    cls = view.facts.classes.get(class_name)
    return kept and cls is not None and {"get", "set"} <= cls.attributes.keys()
