"""The engines of ``settings.TEMPLATES``, as far as somebody asks: folders and built-in tags."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.settings.records import Constant, Known, Listing, Mapping, Settings

_DJANGO = "django.template.backends.django.DjangoTemplates"


def template_folders(settings: Settings) -> Iterator[str]:
    """The folders that the ``DIRS`` of Django's engines name, as far as they are known."""
    for engine in _django_engines(settings):
        yield from _texts(engine, "DIRS")


def has_builtin_library(settings: Settings, library: str) -> bool:
    """Whether every template has the tags of ``library`` without loading them."""
    return any(
        library in _texts(options, "builtins")
        for engine in _django_engines(settings)
        for options in _values(engine, "OPTIONS")
        if isinstance(options, Mapping)
    )


def _django_engines(settings: Settings) -> Iterator[Mapping]:
    for choice in settings.values.get("TEMPLATES", ()):
        for item in choice.value.items if isinstance(choice.value, Listing) else ():
            if isinstance(item.value, Mapping):
                backends = list(_values(item.value, "BACKEND"))
                if any(isinstance(b, Constant) and b.value == _DJANGO for b in backends):
                    yield item.value


def _values(mapping: Mapping, key: str) -> Iterator[Known]:
    item = mapping.get(key)
    return (choice.value for choice in item.choices) if item is not None else iter(())


def _texts(mapping: Mapping, key: str) -> Iterator[str]:
    for listing in _values(mapping, key):
        for choice in listing.items if isinstance(listing, Listing) else ():
            if isinstance(choice.value, Constant) and isinstance(choice.value.value, str):
                yield choice.value.value
