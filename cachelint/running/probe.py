"""Runs in a process of the project: what its settings are, whether it starts, what caches answer.

Knows the standard library and Django, nothing of ours: its text is handed to the interpreter of the
project, which may be as old as Python 3.8. A request comes on standard input; every answer is one
line of JSON on standard output, so that whoever waits has all that came before something hung.
Settings may hold secrets: whoever shows an answer masks it first.
"""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import re
import socket
import sys
import threading
import time
import traceback
import warnings
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Described = Any
    Error = list[dict[str, Any]]
    Emit = Callable[..., None]

#: `TEMPLATES` has the most storeys of what is asked for, `OPTIONS: {loaders: [(…, […])]}`.
_MAX_DEPTH = 6
_KEY = "cachelint-doctor"
#: What Django's own backends import when they are first used.
_CLIENTS = {
    "django.core.cache.backends.redis.RedisCache": "redis",
    "django.core.cache.backends.memcached.PyMemcacheCache": "pymemcache",
    "django.core.cache.backends.memcached.PyLibMCCache": "pylibmc",
}
_IMPORTED = ("redis", "redis.sentinel", "django_redis.client", "valkey", "pymemcache", "pylibmc")
_SECRETS = re.compile("SECRET|TOKEN|PASSW|CREDENTIAL|PRIVATE|API_KEY|DATABASES|DSN")
_PACKAGES = (
    "Django", "django-redis", "redis", "hiredis", "django-valkey", "valkey", "django-redis-cache",
    "pymemcache", "pylibmc", "django-configurations", "django-environ",
)  # fmt: skip


def describe(value: Any, depth: int = 0) -> Described:
    """A value of the settings as JSON; what is none is told by its type alone."""
    # `isinstance` would ask a lazy object what it is, which makes it.
    kind = type(value)
    if value is None or kind is bool:
        return value
    if issubclass(kind, str):
        return str.__str__(value)
    if issubclass(kind, int):
        return int.__int__(value)
    if issubclass(kind, float):
        return float.__float__(value)
    if issubclass(kind, os.PathLike):
        return str(os.fspath(value))
    if issubclass(kind, type):
        return {"class": _name(value)}
    if depth < _MAX_DEPTH and issubclass(kind, dict):
        items = [[key, describe(item, depth + 1)] for key, item in dict.items(value)
                 if isinstance(key, str)]  # fmt: skip
        return {"dict": items}
    if depth < _MAX_DEPTH and issubclass(kind, (list, tuple, set, frozenset)):
        return {"list": [describe(item, depth + 1) for item in value]}
    return {"other": _name(kind)}


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def snapshot(settings: Any) -> dict[str, Any]:
    """What Django's ``settings`` are: all that is not left as Django has it. Opens no cache."""
    with warnings.catch_warnings():
        # Whoever asks for an old setting is told so, which is for the project to hear.
        warnings.simplefilter("ignore")
        names = [name for name in dir(settings) if name.isupper() and settings.is_overridden(name)]
        # Nobody asks for those.
        names = [name for name in names if not _SECRETS.search(name)]
        found = {name: describe(getattr(settings, name)) for name in names}
        caches = settings.CACHES
    module = os.environ.get("DJANGO_SETTINGS_MODULE", "")
    module = getattr(settings, "SETTINGS_MODULE", None) or module
    file = getattr(sys.modules.get(module), "__file__", None)
    return {
        "module": module,
        "configuration": os.environ.get("DJANGO_CONFIGURATION") or None,
        "file": file,
        "settings": found,
        "backends": dict(_backends(caches)) if isinstance(caches, dict) else {},
    }


def _backends(caches: dict[str, Any]) -> Iterator[Any]:
    """For each alias why its backend cannot be used, before anything is opened."""
    for alias, configuration in caches.items():
        path = configuration.get("BACKEND") if isinstance(configuration, dict) else None
        if not isinstance(alias, str) or not isinstance(path, str):
            continue
        client = _CLIENTS.get(path)
        if client is not None and importlib.util.find_spec(client) is None:
            yield alias, [error_of("ModuleNotFoundError", f"No module named '{client}'", client)]
        else:
            yield alias, _attempt(partial(_import_class, path))


def _import_class(path: str) -> None:
    module, _, name = path.rpartition(".")
    getattr(importlib.import_module(module or path), name)


def error_of(kind: str, text: str, name: str | None = None) -> dict[str, Any]:
    return {"types": [kind], "text": text, "name": name, "errno": None, "frames": []}


def _attempt(action: Callable[[], Any]) -> Error | None:
    """What ``action`` raised, the outermost error first; None where it went well."""
    try:
        action()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is is the answer
        return list(_chain(error))
    return None


def _chain(error: BaseException | None) -> Iterator[dict[str, Any]]:
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        frames = traceback.extract_tb(error.__traceback__)
        yield {
            "types": [_name(kind) for kind in type(error).__mro__[:-1]],
            "text": str(error),
            "name": error.name if isinstance(error, ImportError) else None,
            "errno": getattr(error, "errno", None),
            "frames": [[frame.filename, frame.lineno] for frame in frames],
        }
        is_hidden = error.__cause__ is None and error.__suppress_context__
        error = error.__cause__ or (None if is_hidden else error.__context__)


def _versions() -> dict[str, Any]:
    from importlib import metadata

    found = {}
    for package in _PACKAGES:
        try:
            distribution = metadata.distribution(package)
        except metadata.PackageNotFoundError:
            continue
        found[package] = {"version": distribution.version, "requires": distribution.requires or []}
    return found


# Pings


def ping(alias: str) -> None:
    """Ask a cache for a key that nobody has. Raises whatever the cache raises."""
    from django.core.cache import caches

    handle = caches[alias]
    if hasattr(handle, "_ignore_exceptions"):
        # django-redis would answer None, whatever has happened.
        handle._ignore_exceptions = False
    handle.get(_KEY)


def servers_of(location: Any) -> Iterator[Any]:
    """Host and port of every server of a LOCATION, or the path of its socket."""
    texts = location if isinstance(location, (list, tuple)) else [location]
    for text in texts:
        for server in text.replace(";", ",").split(",") if isinstance(text, str) else ():
            try:
                url = urlsplit(server if "://" in server else "memcached://" + server)
                if url.scheme == "unix":
                    yield url.path
                elif url.scheme in ("redis", "rediss"):
                    yield url.hostname or "localhost", url.port or 6379
                elif url.scheme == "memcached" and url.hostname and url.port:
                    yield url.hostname, url.port
            except ValueError:
                continue  # The cache itself says what is wrong with it.


def _reach(location: Any, seconds: float) -> None:
    """Connect to every server of a LOCATION, without a word. Raises OSError."""
    for server in servers_of(location):
        if isinstance(server, str):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(seconds)
                connection.connect(server)
        else:
            socket.create_connection(server, seconds).close()


class _Question:
    """Something asked in a thread of its own, which nobody has to wait for."""

    def __init__(self, action: Callable[[], Any]) -> None:
        self.error: Error | None = None
        self.seconds: float | None = None
        self._action = action
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        start = time.monotonic()
        self.error = _attempt(self._action)
        self.seconds = time.monotonic() - start

    def wait(self, until: float) -> bool:
        self._thread.join(max(until - time.monotonic(), 0))
        return self.seconds is not None


def ping_all(caches: dict[str, Any], seconds: float, emit: Emit) -> None:
    """Ping every alias at once; none gets more than ``seconds``."""
    for module in _IMPORTED:
        # Threads that import one package at once may find half of it.
        _attempt(partial(importlib.import_module, module))
    until = time.monotonic() + seconds
    asked = []
    for alias, configuration in caches.items():
        location = configuration.get("LOCATION") if isinstance(configuration, dict) else None
        answer = _Question(partial(ping, alias))
        # A client that tries again and again does not say why; a connection of our own does.
        reach = _Question(partial(_reach, location, seconds * 0.8))
        asked.append((alias, answer, reach))
    for alias, answer, reach in asked:
        has_answered = answer.wait(until)
        error = answer.error
        if not has_answered:
            reach.wait(until)
            error = reach.error or [error_of("cachelint.NoAnswer", "")]
        milliseconds = round((answer.seconds or seconds) * 1000)
        if error is not None:
            reach.wait(until)
        emit("ping", alias=alias, milliseconds=milliseconds, error=error, reach=reach.error)


# The process


def run(request: dict[str, Any], emit: Emit) -> None:
    """Answer a request. Its process has DJANGO_SETTINGS_MODULE, and nothing of the project yet."""
    sys.path[:0] = [path for path in request["path"] if path not in sys.path]
    emit("python", version=sys.version.split()[0], packages=_versions())
    error = _attempt(lambda: importlib.import_module("django"))
    if error is not None:
        emit("no-django", error=error)
        return
    error = _attempt(lambda: emit("settings", **_settings(request)))
    if error is not None:
        emit("settings-error", error=error, variables=_variables(request["variables"]))
        return
    if request["start"]:
        for step, action in (("setup", _set_up), ("urls", _import_urls)):
            error = _attempt(action)
            emit(step, error=error)
            if error is not None:
                break
    if request["ping"]:
        from django.conf import settings

        ping_all(settings.CACHES, request["seconds"], emit)


def _settings(request: dict[str, Any]) -> dict[str, Any]:
    if os.environ.get("DJANGO_CONFIGURATION"):
        importlib.import_module("configurations").setup()
    from django.conf import settings

    found = snapshot(settings)
    # Settings may have read a .env file.
    return dict(found, variables=_variables(request["variables"]))


def _variables(names: list[str]) -> dict[str, str]:
    return {
        name: "unset" if name not in os.environ else "set" if os.environ[name] else "empty"
        for name in names
    }


def _set_up() -> None:
    import django

    django.setup()


def _import_urls() -> None:
    from django.conf import settings

    if getattr(settings, "ROOT_URLCONF", None):
        importlib.import_module(settings.ROOT_URLCONF)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What the project prints is no answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    lock = threading.Lock()

    def emit(event: str, **content: Any) -> None:
        with lock:
            answers.write(json.dumps(dict(content, event=event)) + "\n")
            answers.flush()

    run(json.load(sys.stdin), emit)
    emit("end")
    # Threads that wait for a server are not waited for.
    os._exit(0)


def source() -> str:
    """The text of this file, as a program."""
    with open(__file__, encoding="utf-8") as file:
        return file.read() + "\n\nmain()\n"
