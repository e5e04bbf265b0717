# cachelint: lazy cache helper, version 1
# sha256 of what follows: 0986f3a207ad130ec1463c1472327eb8f97622b5f1c5d3bc9b89ba30bc00f598
#
# SPDX-License-Identifier: MIT
# Copyright (c) 2026 The cachelint developers
#
# Permission is granted, free of charge, to use, copy, change and distribute this file, provided
# that these lines stay in it. It comes as it is, without warranty of any kind.
"""Access to Django's caches that opens nothing while modules are imported.

``caches["sessions"]`` in a module or class body has two faults. It opens the alias during import:
where the settings lack it, every ``manage.py`` command dies. And it keeps the handle of the thread
that imported the module for all threads, although Django makes one per thread on purpose (several
memcached clients mix up replies when threads share them) and although tests replace it
(``override_settings``). ::

    from project.lazy_cache import LazyCacheWrapper, get_cache

    SESSIONS = LazyCacheWrapper("sessions")     # opens nothing
    SESSIONS.get("key")                         # caches["sessions"] of this thread, now

    def view(request):
        get_cache("sessions").get("key")        # the same without a wrapper

This file was copied here by ``cachelint fix``; it needs Django 3.2 or newer and nothing else, and
belongs to this project now. Its first line tells cachelint which version it is.

Why not Django's own ``ConnectionProxy(caches, "sessions")``, the class behind
``django.core.cache.cache``? It is as lazy, but cannot be hashed, pickled or copied, has no
fallback, and forwards every question that frameworks ask a class attribute. A model body asks
``hasattr(value, "contribute_to_class")``, which opens the alias during import again.

Why not ``LazyObject`` or ``SimpleLazyObject``? They open the alias once, at the first use, and
then hand the handle of that one thread to all others: the second fault, only later.
"""

# Without django-stubs, Django has no types and BaseCache is Any; with them, both are checked.
# mypy: disable-error-code="import-untyped", allow-subclassing-any

from __future__ import annotations

import logging
import sys
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache, InvalidCacheBackendError
from django.core.cache.backends.dummy import DummyCache

__all__ = ["DUMMY", "LazyCacheWrapper", "get_cache", "reset_caches"]

logger = logging.getLogger(__name__)


class _Dummy(Enum):
    """The type of :data:`DUMMY`: an enum, because copies and pickles of a member are the member."""

    DUMMY = "dummy"

    def __repr__(self) -> str:
        return self.name


#: As a fallback: Django's ``DummyCache``, which stores nothing. Mind that nothing fails then, but
#: locks do not exclude, throttles do not throttle, and nobody can log in with cached sessions.
DUMMY: Final = _Dummy.DUMMY

#: One for all threads, because it has no connection and no state.
_DUMMY_CACHE = DummyCache("", {})

#: What every backend has, whether it can be opened or not.
_INTERFACE = frozenset(name for name in dir(BaseCache) if not name.startswith("__"))

#: Names that are none of the handle's, beside those with two leading underscores: what Django asks
#: the attributes of models and the values of queries, and what the wrapper itself consists of.
_NEVER_FORWARDED = frozenset(
    ["contribute_to_class", "resolve_expression", "_lazy_alias", "_lazy_fallback"]
)

#: The aliases whose fallback was reported. ``dict.setdefault`` is atomic: no lock is needed.
_reported: dict[str, object] = {}

#: For what no stub declares: ``_settings`` and ``_connections``, the same from Django 3.2 to 6.1.
_handler: Any = caches


class _NotOpenedError(InvalidCacheBackendError, AttributeError):
    """An attribute that only some backends have, asked of an alias that cannot be opened.

    It is an AttributeError so that ``hasattr()`` is False: frameworks ask class attributes for
    many names, and a missing alias must not crash an import.
    """


def get_cache(alias: str = "default", *, fallback: str | _Dummy | None = None) -> BaseCache:
    """Return the handle of ``caches[alias]`` for this thread or task, as configured now.

    Use it where it is called. A handle that is kept in a module, a class or a memo is shared by
    threads; :class:`LazyCacheWrapper` may be kept.

    :param alias: a key of ``settings.CACHES``.
    :param fallback: another alias, or :data:`DUMMY`, for as long as ``alias`` is not a key of
        ``settings.CACHES``. This is logged once per alias. A backend that is configured but
        cannot be imported or created raises all the same: that is a mistake, not an absence.
    :raises InvalidCacheBackendError: ``alias`` is not configured and there is no fallback, the
        fallback is not configured either, or the backend cannot be imported.
    :raises ImproperlyConfigured: Django's settings are not configured yet.
    :raises TypeError: ``alias`` is not text, or ``fallback`` is neither text nor DUMMY.
    """
    _check_fallback(fallback)
    handle, is_fallback = _open(alias, fallback)
    if is_fallback:
        _report(alias, fallback)
    return handle


def reset_caches() -> None:
    """Make every thread and task open its caches anew, from ``settings.CACHES`` as it is now.

    For configuration that arrives late. Django keeps an open handle, and with it an old password,
    for as long as its thread lives; and it reads ``settings.CACHES`` once, so that a dictionary
    put in its place is never seen. (A new alias in the same dictionary is, without this call.)

    What becomes of handles that are open:

    - Those of the calling thread or task are closed and dropped. One whose ``close()`` fails is
      logged and dropped.
    - Those of other threads and tasks are neither closed nor interrupted: a call in progress ends
      with the old handle, the next one through ``caches``, ``cache`` or a wrapper opens a new one.
      The old handle, with its idle connections, lives until its thread or task ends. (A backend
      may decide otherwise: with CLOSE_CONNECTION, django-redis closes what all threads share.)
    - A thread that opens an alias at this very moment may keep the old configuration for it;
      with many busy threads, calling this once more a little later is a safe habit.
    - Pools of django-redis, which all threads share, are forgotten in the same way.
    - A handle that somebody stored, ``x = caches["default"]``, stays as it is.

    What the caches contain is not touched.

    :raises ImproperlyConfigured: Django's settings are not configured yet; nothing was closed.
    """
    fresh = type(_handler)()
    new_settings = fresh.settings
    _close_handles_of_this_thread()
    # The order counts: other threads may open an alias between any two of these lines, and what
    # ends up in the new connections has to come from the new settings.
    _handler._settings = _handler.settings = new_settings
    _forget_pools_of_django_redis()
    _handler._connections = fresh._connections


if TYPE_CHECKING:
    # Lets `CACHE: BaseCache = LazyCacheWrapper("x")` pass a type checker.
    from django.core.cache.backends.base import BaseCache as _Interface
else:
    # Not so when running: methods that were inherited would not be forwarded.
    _Interface = object


class LazyCacheWrapper(_Interface):
    """A stand-in for ``caches[alias]`` that may be kept anywhere.

    It holds the alias and the fallback, never a handle: every use asks Django for the handle of
    the current thread or task. It can be hashed, compared, copied and pickled, opens nothing for
    that, and is always true. Two wrappers of one type are equal if alias and fallback are.

    Attributes are read, set and deleted on the handle, as with Django's own ``cache``. What is set
    is seen by the current thread or task only, as ``mock.patch.object(wrapper, "get")`` is.
    Names with two leading underscores are never forwarded.

    An alias that cannot be opened raises when it is used, the error that ``caches[alias]`` raises.
    For a name that not every backend has (``delete_pattern``) this error is an AttributeError too.

    :param alias: a key of ``settings.CACHES``. It is judged at the first use, so that an unset
        environment variable (None) does not stop the import of a module.
    :param fallback: see :func:`get_cache`.
    :raises TypeError: ``fallback`` is neither text nor DUMMY.
    """

    __slots__ = ("__weakref__", "_lazy_alias", "_lazy_fallback")

    _lazy_alias: str
    _lazy_fallback: str | _Dummy | None

    def __init__(self, alias: str = "default", *, fallback: str | _Dummy | None = None) -> None:
        _check_fallback(fallback)
        self._lazy_alias = alias
        self._lazy_fallback = fallback

    def __getattr__(self, name: str) -> Any:
        if name in _INTERFACE:
            return getattr(self._lazy_handle(), name)
        if _is_never_forwarded(name):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return self._lazy_extra(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if _is_never_forwarded(name):
            super().__setattr__(name, value)
        else:
            setattr(self._lazy_handle(), name, value)

    def __delattr__(self, name: str) -> None:
        if _is_never_forwarded(name):
            super().__delattr__(name)
        else:
            delattr(self._lazy_handle(), name)

    def __contains__(self, key: Any) -> bool:
        return key in self._lazy_handle()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LazyCacheWrapper):
            return NotImplemented
        return type(other) is type(self) and other.__getstate__() == self.__getstate__()

    def __hash__(self) -> int:
        return hash(self.__getstate__())

    def __repr__(self) -> str:
        fallback = "" if self._lazy_fallback is None else f", fallback={self._lazy_fallback!r}"
        return f"{type(self).__name__}({self._lazy_alias!r}{fallback})"

    def __dir__(self) -> list[str]:
        return dir(BaseCache)

    def __getstate__(self) -> tuple[str, str | _Dummy | None]:
        return self._lazy_alias, self._lazy_fallback

    def __setstate__(self, state: tuple[str, str | _Dummy | None]) -> None:
        self._lazy_alias, self._lazy_fallback = state

    def _lazy_handle(self) -> BaseCache:
        """Return the handle that answers now."""
        handle, is_fallback = _open(self._lazy_alias, self._lazy_fallback)
        if is_fallback:
            _report(self._lazy_alias, self._lazy_fallback)
        return handle

    def _lazy_extra(self, name: str) -> Any:
        """Return an attribute that only some backends have; a mere question is not reported."""
        try:
            handle, is_fallback = _open(self._lazy_alias, self._lazy_fallback)
        except Exception as error:  # whatever it is: the alias cannot be opened
            raise _NotOpenedError(f"{self!r} has no attribute {name!r}: {error}") from error
        value = getattr(handle, name)
        if is_fallback:
            _report(self._lazy_alias, self._lazy_fallback)
        return value


def _is_never_forwarded(name: str) -> bool:
    return name.startswith("__") or name in _NEVER_FORWARDED


def _open(alias: str, fallback: str | _Dummy | None) -> tuple[BaseCache, bool]:
    """Return the handle of ``alias``, or that of the fallback and True."""
    try:
        return caches[alias], False
    except TypeError:
        if isinstance(alias, str):
            raise
        raise TypeError(
            f"The alias of a cache must be text, not {alias!r}. If it comes from an environment "
            'variable or a setting, that is not set: give it a default, such as "default".'
        ) from None
    except InvalidCacheBackendError:
        # Its text does not tell why. The same error comes from a backend that cannot be imported,
        # and from one whose __init__ opens another alias: these are mistakes and must be seen.
        if fallback is None or alias in caches.settings:
            raise
        return (_DUMMY_CACHE if fallback is DUMMY else caches[fallback]), True


def _check_fallback(fallback: object) -> None:
    """Refuse what can never work, before the day on which the fallback is needed."""
    if fallback is not None and not isinstance(fallback, (str, _Dummy)):
        raise TypeError(
            f"The fallback of a cache must be an alias, DUMMY or None, not {fallback!r}."
        )


def _report(alias: str, fallback: str | _Dummy | None) -> None:
    """Log that the fallback is in use, once per alias in this process."""
    ours = object()
    if _reported.setdefault(alias, ours) is not ours:
        return
    # Django has read settings.CACHES once, before another dictionary was put in its place.
    replaced = alias in settings.CACHES
    logger.warning(
        "The cache %r is not configured: %r is used until it is.%s",
        alias,
        fallback,
        " settings.CACHES was replaced and has it: call reset_caches()." if replaced else "",
    )


def _close_handles_of_this_thread() -> None:
    for alias in list(caches):
        if hasattr(_handler._connections, alias):
            _close(alias)
            # Contexts outlive the object behind `_connections`: without this the handle would too.
            del caches[alias]


def _close(alias: str) -> None:
    try:
        caches[alias].close()
    except Exception:
        logger.warning("The cache %r could not be closed; it is dropped.", alias, exc_info=True)


def _forget_pools_of_django_redis() -> None:
    """Let new handles of django-redis connect with what the settings say now.

    It keeps a pool per URL for the whole process. A password that is not part of the URL, but in
    OPTIONS, would never be read again.
    """
    factory = getattr(sys.modules.get("django_redis.pool"), "ConnectionFactory", None)
    pools = getattr(factory, "_pools", None)
    if isinstance(pools, dict):
        pools.clear()
