"""Errors of the probe in one sentence each, without a word of anybody's password.

What an error says is shown only where nothing secret can be in it: a port that cannot be read, for
one, is often the end of a password.
"""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import unquote, urlsplit

from cachelint import disk
from cachelint.places import shown_path
from cachelint.running.values import Error
from cachelint.source import masked, one_line

#: The packages that bring modules of other names.
_DISTRIBUTIONS = {"django_redis": "django-redis", "redis_cache": "django-redis-cache",
                  "configurations": "django-configurations", "environ": "django-environ",
                  "MySQLdb": "mysqlclient", "rest_framework": "djangorestframework",
                  "yaml": "PyYAML", "decouple": "python-decouple", "dotenv": "python-dotenv",
                  "psycopg2": "psycopg2-binary", "django_valkey": "django-valkey",
                  "django_prometheus": "django-prometheus", "PIL": "Pillow"}  # fmt: skip
#: `password=…`, as the errors of databases have it.
_ASSIGNED = re.compile(
    r"""((?:passw(?:or)?d|pwd|secret|token)['"]?\s*[=:]\s*)[^\s,;)]+""", re.IGNORECASE
)
_SHORTEST_SECRET = 4
_LONGEST_TEXT = 200


class Secrets:
    """What must not be shown: the texts in settings that may be passwords."""

    def __init__(self) -> None:
        self._texts: set[str] = set()

    def add_caches(self, described: Any) -> None:
        """Take what a described CACHES has: logins of URLs, and options that are texts."""
        for key, value in described.get("dict", ()) if isinstance(described, dict) else ():
            if isinstance(value, dict):
                self._take_alias(value)
            else:
                self._take(key, value)

    def _take_alias(self, described: dict[str, Any]) -> None:
        for key, value in described.get("dict", ()):
            if isinstance(value, dict):
                for text in value.get("list", ()):
                    self._take(key, text)
                self._take_alias(value)
            else:
                self._take(key, value)

    def _take(self, key: str, value: Any) -> None:
        if not isinstance(value, str):
            return
        if re.search("PASS|SECRET|TOKEN|USER", key, re.IGNORECASE):
            self._add(value)
        scheme, separator, rest = value.partition("://")
        login = (rest if separator else scheme).rpartition("@")[0]
        if login:
            self._add(login)
            self._add(login.partition(":")[2])
            for part in re.split("[:@/#?]", login):
                self._add(part)
        elif separator:
            # Without a host a password is taken for a port.
            _, colon, port = rest.partition("/")[0].rpartition(":")
            if colon and not port.isdigit():
                self._add(port)

    def _add(self, text: str) -> None:
        self._texts |= {text, unquote(text)} - {""}

    def hidden(self, text: str) -> str:
        """``text`` with nothing in it that may be a secret."""
        text = _ASSIGNED.sub(r"\1***", masked(text))
        for secret in sorted(self._texts, key=len, reverse=True):
            if len(secret) >= _SHORTEST_SECRET and secret != "None":
                text = text.replace(secret, "***")
            elif secret:
                # Two letters stand in every text; as a value they stand in quotes.
                text = re.sub(rf"(['\"]){re.escape(secret)}\1", "'***'", text)
        return text


def location_shown(location: Any) -> str:
    """A described LOCATION as it may be shown: without what stands before the host."""
    if isinstance(location, dict):
        if "list" in location:
            return ", ".join(location_shown(one) for one in location["list"])
        return "{…}"
    if not isinstance(location, str):
        return "-" if location is None else str(location)
    scheme, separator, rest = location.partition("://")
    rest = rest if separator else scheme
    _, at, host = rest.rpartition("@")
    if not at and separator:
        try:
            _ = urlsplit(location).port
        except ValueError:
            before = rest.partition(":")[0]
            return one_line(f"{scheme}://{before}:***")
    shown = f"***@{host}" if at else host
    return one_line(masked(f"{scheme}://{shown}" if separator else shown))


def kinds(error: Error) -> set[str]:
    """The names of all classes that an error and its causes have."""
    return {kind.rpartition(".")[2] for one in error for kind in one["types"]}


def missing_module(error: Error) -> str | None:
    """The top name of a module that is not there."""
    for one in error:
        if one["name"] and any(kind.endswith("ModuleNotFoundError") for kind in one["types"]):
            return str(one["name"])
    return None


def package_of(module: str) -> str:
    """What one installs to have a module."""
    top = module.partition(".")[0]
    return _DISTRIBUTIONS.get(top, top)


def is_of_project(module: str, folder: str) -> bool:
    """Whether a module would be one of the project: its package is there."""
    top = os.path.join(folder, module.partition(".")[0])
    return disk.exists(top) or disk.exists(f"{top}.py")


def import_reason(error: Error, folder: str, secrets: Secrets) -> str:
    """Why something cannot be imported."""
    module = missing_module(error)
    if module is not None:
        where = place_of(error, folder)
        at = f", {where}" if where else ""
        if is_of_project(module, folder):
            return f"there is no module `{module}`{f' ({where})' if where else ''}"
        return f"the package {package_of(module)} is not installed (no module `{module}`{at})"
    return told(error, folder, secrets)


def told(error: Error, folder: str, secrets: Secrets) -> str:
    """An error by its class, what it says as far as it may be shown, and its place."""
    first = error[0]
    name = first["types"][0].rpartition(".")[2]
    text = secrets.hidden(one_line(str(first["text"]).strip()))
    if len(text) > _LONGEST_TEXT:
        text = f"{text[:_LONGEST_TEXT]}…"
    where = place_of(error, folder)
    return f"{name}{f': {text}' if text else ''}{f' ({where})' if where else ''}"


def place_of(error: Error, folder: str) -> str:
    """The last line of the project that an error came through."""
    inside = os.path.join(folder, "")
    for one in error:
        own = [
            (path, row)
            for path, row in one["frames"]
            if path.startswith(inside) and "site-packages" not in path
        ]
        if own:
            path, row = own[-1]
            return f"{shown_path(path)}:{row}"
    return ""
