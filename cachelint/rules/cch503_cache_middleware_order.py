"""
# cache-middleware-order (CCH503)

## What it does
Finds settings whose MIDDLEWARE has Django's cache middleware in the wrong place:

- `UpdateCacheMiddleware` (or `CacheMiddleware`) below `SessionMiddleware`,
- `UpdateCacheMiddleware` (or `CacheMiddleware`) below `CsrfViewMiddleware`,
- `FetchFromCacheMiddleware` (or `CacheMiddleware`) above `LocaleMiddleware`.

Every settings module is judged, entry by entry. Silent for settings of tests; where MIDDLEWARE is
not known entry by entry, or two entries may not stand in it together; where nothing is stored
(`CACHE_MIDDLEWARE_SECONDS = 0`, a `DummyCache`, only one half of the pair); where a middleware
below writes `Vary` or `Cache-Control` itself. The language does not count with `USE_I18N = False`,
with one language, and where the addresses begin with it (`i18n_patterns`).

## Why is this bad?
Middleware sees the request from the top of the list down, the response from the bottom up. What
stands below `SessionMiddleware` stores the response before `Vary: Cookie` is added to it: the first
visitor's page is served to everybody, and bob receives alice's page. Below `CsrfViewMiddleware` the
form is stored with the token of the first visitor; the POST of every other is refused with 403.
What stands above `LocaleMiddleware` looks for a page before the language of the visitor is known:
who asks for German gets English.

## Example
```python
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
]
```

## Use instead
```python
MIDDLEWARE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
]
```

## Fix safety
There is no automatic fix.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#order-of-middleware
- https://docs.djangoproject.com/en/stable/ref/middleware/#middleware-ordering
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Evidence, Severity
from cachelint.project import Project
from cachelint.rules.rule import FileView, Finding
from cachelint.rules.settings_rules import Verdict, certain_constant, entries, report
from cachelint.settings.backends import Family
from cachelint.settings.records import (
    Condition,
    Constant,
    Listing,
    Place,
    Role,
    Settings,
)

WORDS = (b"CacheMiddleware",)
SEVERITY = Severity.ERROR
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "settings are changed by the people who deploy them"

_CACHE = "django.middleware.cache."
_BOTH = f"{_CACHE}CacheMiddleware"
_STORING = (f"{_CACHE}UpdateCacheMiddleware", _BOTH)
_FETCHING = (f"{_CACHE}FetchFromCacheMiddleware", _BOTH)
_SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
_CSRF = "django.middleware.csrf.CsrfViewMiddleware"
_LOCALE = "django.middleware.locale.LocaleMiddleware"
#: What a middleware says that has its own mind about what is stored, and its name in settings.
_OWN_MIND = (b"vary", b"Vary", b"Cache-Control", b"cache_control", b"never_cache", b"_cache_update")
_OWN_NAME = re.compile(r"vary|private|no_?cache|never_?cache", re.IGNORECASE)
_HELP = "`UpdateCacheMiddleware` first in MIDDLEWARE, `FetchFromCacheMiddleware` last"
_ENDS = {
    _SESSION: "pages are stored before `Vary: Cookie` is there, and bob receives alice's page",
    _CSRF: "forms are stored with the token of one visitor, and the POST of any other gets 403",
    _LOCALE: "pages are looked for before the language is known: who asks for German gets English",
}


@dataclass(frozen=True)
class _Entry:
    """An element of MIDDLEWARE."""

    position: int
    path: str
    place: Place
    condition: Condition | None

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


def check(view: FileView) -> Iterator[Finding]:
    return report(view, judge)


def judge(settings: Settings, view: FileView) -> Iterator[Verdict]:
    if settings.module.role is Role.TEST or _stores_nothing(settings):
        return
    for choice in settings.values.get("MIDDLEWARE", ()):
        if isinstance(choice.value, Listing) and not choice.value.causes:
            yield from _judge_order(settings, _entries(choice.value), view.project)


def _entries(listing: Listing) -> list[_Entry]:
    return [
        _Entry(position, str(choice.value.value), choice.value.place, choice.condition)
        for position, choice in enumerate(listing.items)
        if isinstance(choice.value, Constant)
    ]


def _judge_order(settings: Settings, listed: list[_Entry], project: Project) -> Iterator[Verdict]:
    fetching = [entry for entry in listed if entry.path in _FETCHING]
    storing = [entry for entry in listed if entry.path in _STORING]
    for other in (_SESSION, _CSRF):
        for upper in (entry for entry in listed if entry.path == other):
            for entry in storing:
                is_below = upper.position < entry.position
                if (
                    is_below
                    and any(_coexist(upper, entry, fetch) for fetch in fetching)
                    and not _is_told_otherwise(settings, listed, entry, project)
                ):
                    yield _verdict(settings, entry, "below", upper)
    if _has_no_languages(settings, project):
        return
    for lower in (entry for entry in listed if entry.path == _LOCALE):
        for entry in fetching:
            is_above = entry.position < lower.position
            if is_above and any(_coexist(lower, entry, store) for store in storing):
                yield _verdict(settings, entry, "above", lower)


def _coexist(*found: _Entry) -> bool:
    """Whether entries are certain to stand in one list together."""
    return len({entry.condition.text for entry in found if entry.condition is not None}) < 2


def _is_told_otherwise(
    settings: Settings, listed: list[_Entry], entry: _Entry, project: Project
) -> bool:
    """Whether a middleware below may say of a response for whom it is, before it is stored."""
    for lower in listed:
        if lower.position <= entry.position or lower.path.startswith("django."):
            continue
        module = lower.path.rpartition(".")[0]
        if _OWN_NAME.search(lower.name) or project.mentions(
            module, _OWN_MIND, settings.module.path
        ):
            return True
    return False


def _stores_nothing(settings: Settings) -> bool:
    seconds = certain_constant(settings.values.get("CACHE_MIDDLEWARE_SECONDS", ()))
    if seconds is not None and seconds.value == 0:
        return True
    alias: object = "default"
    if "CACHE_MIDDLEWARE_ALIAS" in settings.values:
        constant = certain_constant(settings.values["CACHE_MIDDLEWARE_ALIAS"])
        alias = constant.value if constant is not None else None
    found = {entry.family for entry in entries(settings) if entry.alias.name == alias}
    return found == {Family.DUMMY}


def _has_no_languages(settings: Settings, project: Project) -> bool:
    """Whether the language of a page does not depend on who asks for it."""
    switch = certain_constant(settings.values.get("USE_I18N", ()))
    if switch is not None and not switch.value:
        return True
    languages = settings.values.get("LANGUAGES", ())
    if len(languages) == 1 and isinstance(languages[0].value, Listing):
        listing = languages[0].value
        if len(listing.items) < 2 and not listing.causes:
            return True
    urls = certain_constant(settings.values.get("ROOT_URLCONF", ()))
    return urls is not None and project.mentions(
        str(urls.value), (b"i18n_patterns",), settings.module.path
    )


def _verdict(settings: Settings, entry: _Entry, where: str, other: _Entry) -> Verdict:
    return Verdict(
        settings,
        entry.place,
        message=f"`{entry.name}` stands {where} `{other.name}`: {_ENDS[other.path]}",
        help=_HELP,
        cause=f"{entry.name} {where} {other.name}",
        evidence=(Evidence(other.place.path, other.place.span, f"`{other.name}` stands here"),),
    )
