"""Objects that all threads share, and the attributes on which they keep a cache."""

from __future__ import annotations

from cachelint.facts.records import Use
from cachelint.facts.vocabulary import LAZY_OBJECT
from cachelint.rules.custom_cache import is_backend, is_short_lived
from cachelint.rules.rule import FileView

APP_CONFIG = frozenset({"django.apps.AppConfig", "django.apps.config.AppConfig"})
#: What has no object, or whose first argument is a class: CCH105 speaks of the latter.
_NOT_ON_OBJECTS = frozenset({"builtins.classmethod", "builtins.staticmethod"})
_MIDDLEWARE_MIXIN = "django.utils.deprecation.MiddlewareMixin"


def kept_attributes(view: FileView, use: Use) -> tuple[str, ...]:
    """The attributes of its object to which the method around ``use`` binds what it opens."""
    cls = view.facts.classes.get(use.owner.rpartition(".")[0])
    function = view.facts.functions.get(use.owner)
    if cls is None or function is None:
        return ()
    if any(value.path in _NOT_ON_OBJECTS for d in function.decorators for value in d.values):
        return ()
    own = "".join(function.parameters[:1]) + "."
    places = [place.partition("[")[0] for place in (*use.targets, *use.containers)]
    kept = [place.removeprefix(own) for place in places if place.startswith(own)]
    if kept or use.outer not in ("value", "") or use.containers:
        return tuple(name for name in kept if name.isidentifier())
    named = [
        name
        for name, values in cls.attributes.items()
        if not set(values).isdisjoint(use.values) and name not in cls.methods
    ]
    if not use.targets:
        # One of several; what is returned has no name.
        return () if use.outer == "value" else tuple(named)
    # By way of a local name, where nothing else binds the like to the attribute.
    is_local = all(target in function.bound for target in use.targets)
    return tuple(name for name in named if is_local and not _is_bound_directly(view, use, name))


def _is_bound_directly(view: FileView, use: Use, name: str) -> bool:
    class_name = use.owner.rpartition(".")[0]
    return any(
        target.rpartition(".")[2] == name and ("." in target or other.owner == class_name)
        for other in view.facts.uses
        if other.values == use.values and f"{other.owner}.".startswith(f"{class_name}.")
        for target in other.targets
    )


def shared_by(view: FileView, use: Use) -> str | None:
    """Why the object whose method ``use`` stands in serves all threads; None where it may not."""
    class_name = use.owner.rpartition(".")[0]
    if class_name not in view.facts.classes or is_backend(view, class_name):
        return None
    if view.is_a(class_name, frozenset({LAZY_OBJECT})):
        return None  # CCH106 speaks of it.
    if is_middleware(view, class_name):
        return "Django makes one object of a middleware for all threads"
    if view.is_a(class_name, APP_CONFIG):
        return "there is one AppConfig for all threads"
    if "<locals>" in class_name or is_short_lived(view, class_name):
        return None
    if view.project.lives_long(view.facts, class_name):
        return f"an object of `{class_name}` is made once and kept"
    return None


def is_middleware(view: FileView, class_name: str) -> bool:
    """Whether the constructor of a class, its own or an inherited one, takes ``get_response``."""
    for facts, name in view.project.lineage(view.facts, class_name):
        if facts.classes[name].methods.get("__init__", ())[1:2] == ("get_response",):
            return True
    ancestors = view.project.ancestors(view.facts, class_name)
    return any(
        name == _MIDDLEWARE_MIXIN or (name.startswith("django.") and name.endswith("Middleware"))
        for name in ancestors
    )
