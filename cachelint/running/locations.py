"""What a running LOCATION shows that its source does not: the texts that URLs have become.

A rule that reads the sources can only say what may happen; here it has happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from cachelint.dataclass import dataclass
from cachelint.rules.settings_rules import Entry, Verdict, entries, is_read_by_others, only_value
from cachelint.settings.backends import Family
from cachelint.settings.records import Constant, Known, Listing, Place, Settings

NONE_IN_LOCATION, NO_URL, OPTIONS = "CCH405", "CCH406", "CCH403"

_REDIS = frozenset({Family.CORE_REDIS, Family.DJANGO_REDIS})
#: `None` as a login, password, host, port or database, not as a part of a word.
_NONE = re.compile(r"(?<![\w-])None(?![\w-])")
_SEPARATORS = {Family.CORE_REDIS: "[;,]", Family.DJANGO_REDIS: ","}


@dataclass(frozen=True)
class Located:
    """Something wrong with a LOCATION: the rule that knows it from the sources, and what."""

    code: str
    verdict: Verdict


def judge_locations(settings: Settings) -> Iterator[Located]:
    for entry in entries(settings):
        location = only_value(entry.mapping, "LOCATION")
        texts = list(_texts(location))
        if entry.family in (Family.LOCAL_MEMORY, Family.DUMMY, Family.FILES, None):
            continue
        if isinstance(location, Constant) and location.value is None:
            yield _none(entry, location, "is None")
        for text in texts:
            if isinstance(text.value, str) and _NONE.search(text.value):
                yield _none(entry, text, f"has the text None {_part(text.value)}")
        if entry.family in _REDIS and not any(is_read_by_others(entry, o) for o in entry.options):
            yield from _redis(entry, location, texts)


def _none(entry: Entry, place: Known, what: str) -> Located:
    return Located(
        NONE_IN_LOCATION,
        Verdict(
            entry.settings,
            place.place,
            message=(
                f'LOCATION of alias "{entry.alias.name}" {what}: a variable that is not set has'
                " become a part of it, and no command reaches the cache"
            ),
            help='set the variable; read it as os.environ["…"], which says so at the start',
            cause=entry.alias.name,
        ),
    )


def _part(text: str) -> str:
    """Which part of a URL is None, in words."""
    try:
        url = urlsplit(text)
        if url.password == "None":
            return "for a password"
        if url.username == "None":
            return "for a login"
        if (url.hostname or "") == "none":
            return "for a host"
        if url.netloc.endswith(":None"):
            return "for a port"
    except ValueError:
        pass
    return "in it"


def _redis(entry: Entry, location: Known | None, texts: list[Constant]) -> Iterator[Located]:
    place = location.place if location is not None else entry.mapping.place
    name = entry.alias.name
    if entry.family is Family.DJANGO_REDIS and _is_empty(location):
        yield _located(
            entry, NO_URL, place,
            f'alias "{name}" has no LOCATION: the first command raises ImproperlyConfigured',
            "give django-redis a LOCATION, redis://host:6379/0",
        )  # fmt: skip
    for text in texts:
        for server in _servers(entry, text, location):
            reason = why_no_url(server)
            if _NONE.search(server):
                continue  # That is said already.
            if reason is not None:
                yield _located(
                    entry, NO_URL, text.place,
                    f'LOCATION of alias "{name}" {reason}: the first command raises ValueError',
                    "write such characters of a password by urllib.parse.quote(password, safe='')",
                )  # fmt: skip
            elif entry.family is Family.DJANGO_REDIS and _has_other_password(entry, server):
                yield _located(
                    entry, OPTIONS, text.place,
                    f'PASSWORD in OPTIONS of alias "{name}" is not used: the LOCATION has another'
                    " password, which wins",
                    "keep the password in one of the two places",
                )  # fmt: skip


def why_no_url(server: str) -> str | None:
    """Why redis-py cannot read a URL with a scheme, without a word of what is in it."""
    if "://" not in server or server.startswith("unix:"):
        return None
    try:
        url = urlsplit(server)
        _ = url.port
    except ValueError:
        rest = server.partition("://")[2]
        culprit = next((f"`{char}`" for char in "#/?[]" if char in rest.rpartition("@")[0]), None)
        if culprit is not None:
            return f"has an unquoted {culprit} before its host, which ends the host there"
        return "has a port that is no number"
    is_cut = "@" in f"{url.path}{url.query}{url.fragment}" and "@" not in url.netloc
    if is_cut:
        return "has an unquoted character before its host, which ends the host there"
    return None


def _located(entry: Entry, code: str, place: Place, message: str, help_: str) -> Located:
    return Located(code, Verdict(entry.settings, place, message, help_, cause=entry.alias.name))


def _is_empty(location: Known | None) -> bool:
    if isinstance(location, Constant):
        return not location.value
    return location is None or (isinstance(location, Listing) and not location.items)


def _texts(location: Known | None) -> Iterator[Constant]:
    if isinstance(location, Constant) and isinstance(location.value, str):
        yield location
    elif isinstance(location, Listing):
        for choice in location.items:
            yield from _texts(choice.value)


def _servers(entry: Entry, text: Constant, location: Known | None) -> list[str]:
    """The URLs in a text; the elements of a list are not split."""
    whole = str(text.value)
    if isinstance(location, Listing) or entry.family is None:
        return [whole]
    return re.split(_SEPARATORS[entry.family], whole)


def _has_other_password(entry: Entry, server: str) -> bool:
    password = urlsplit(server).password
    given = [only_value(options, "PASSWORD") for options in entry.options]
    values = [value.value for value in given if isinstance(value, Constant) and value.value]
    return bool(password) and any(value != password for value in values)
