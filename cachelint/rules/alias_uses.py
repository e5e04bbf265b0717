"""Places of a file that name the alias of a cache, and what the alias may be there."""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Span
from cachelint.facts.records import Argument, Guard, GuardKind, Use
from cachelint.facts.vocabulary import (
    BACKEND_ERRORS,
    CONNECTION_PROXY,
    HANDLE,
    HANDLER,
    HELPER,
    HELPER_GET_CACHE,
    REDIS_CONNECTION,
)
from cachelint.project import AliasValue
from cachelint.rules.rule import FileView

WORDS = (b"caches", b"get_cache", b"LazyCacheWrapper", b"get_redis_connection", b"cache_page")
CACHE_PAGE = "django.views.decorators.cache.cache_page"
#: What is called with an alias: the position of the alias (None: by keyword only) and its keyword.
_CALLS: dict[str, tuple[int | None, str]] = {
    f"{HELPER_GET_CACHE}()": (0, "alias"),
    f"{HELPER}.LazyCacheWrapper()": (0, "alias"),
    f"{CONNECTION_PROXY}()": (1, "alias"),
    f"{CACHE_PAGE}()": (None, "cache"),
    f"{REDIS_CONNECTION}()": (0, "alias"),
}


@dataclass(frozen=True)
class AliasUse:
    """One use of an alias: the expression, where it stands, and one thing that it may be."""

    use: Use
    code: str
    span: Span | None
    """Where the alias stands."""
    value: AliasValue

    @property
    def guards(self) -> tuple[Guard, ...]:
        return (*self.use.guards, *self.value.guards)

    @property
    def is_literal(self) -> bool:
        return self.code == repr(self.value.text) or self.code == f'"{self.value.text}"'


def alias_uses(view: FileView) -> Iterator[AliasUse]:
    """Every alias that is named where a missing one would end in an error."""
    seen: set[tuple[Span, str]] = set()
    for use, resolved in view.uses:
        if view.is_unharmed(use, BACKEND_ERRORS):
            continue
        for code, span in _expressions(view, use, resolved.path):
            if (use.span, code) in seen:
                continue
            seen.add((use.span, code))
            for value in view.alias_values(code, use):
                yield AliasUse(use, code, span, value)


def _expressions(view: FileView, use: Use, path: str) -> Iterator[tuple[str, Span | None]]:
    if path == HANDLE:
        for value in use.values:
            if value.alias is not None and view.opens(use, value):
                yield value.alias.code, value.alias.span
    elif path in _CALLS:
        position, keyword = _CALLS[path]
        fallback = _argument(use, None, "fallback") if path.startswith(HELPER) else None
        # With a fallback a missing alias is no error, but the fallback itself is an alias.
        found = fallback or _argument(use, position, keyword)
        if path == f"{CONNECTION_PROXY}()" and not _is_of_caches(view, use):
            return
        if found is not None:
            yield found.code, found.span


def _is_of_caches(view: FileView, use: Use) -> bool:
    first = use.arguments[0] if use.arguments else None
    return first is not None and any(r.path == HANDLER for r in view.resolve(first.values))


def _argument(use: Use, position: int | None, keyword: str) -> Argument | None:
    for number, argument in enumerate(use.arguments):
        if argument.keyword in ("*", "**"):
            return None
        if argument.keyword == keyword or (argument.keyword is None and number == position):
            return argument
    return None


def asks_for(guards: tuple[Guard, ...], use: AliasUse) -> bool:
    """Whether the use only runs where its alias is found ``in caches``, or in the settings."""
    return any(
        guard.kind is GuardKind.MEMBERSHIP
        and _is_caches(guard.names[1])
        and _is_same(guard.names[0], use)
        for guard in guards
    )


def _is_caches(container: str) -> bool:
    """``caches``, ``settings.CACHES``, ``settings.CACHES.keys()``, ``list(caches)`` …"""
    words = container.lower().replace("(", ".").replace(")", ".").replace("'", ".").split(".")
    return "caches" in words


def _is_same(item: str, use: AliasUse) -> bool:
    # Another expression for the same alias counts too: the check is there.
    own = {use.code.strip(), repr(use.value.text), f'"{use.value.text}"'}
    return item.strip() in own or (not item.startswith(("'", '"')) and not use.is_literal)
