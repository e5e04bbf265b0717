"""Django's cache framework by its qualified names. Measured on Django 3.2, 4.0, 4.1, 4.2, 5.2, 6.0
with ``dir()`` unless said otherwise."""

from __future__ import annotations

MODULE = "django.core.cache"
HANDLER = "django.core.cache.caches"
PROXY = "django.core.cache.cache"
HANDLE = f"{HANDLER}[]"
REMOVED_GET_CACHE = "django.core.cache.get_cache"
DUMMY_CACHE = "django.core.cache.backends.dummy.DummyCache"
CONNECTION_PROXY = "django.utils.connection.ConnectionProxy"
SIMPLE_LAZY_OBJECT = "django.utils.functional.SimpleLazyObject"
LAZY_OBJECT = "django.utils.functional.LazyObject"
#: Defined in ``django_redis/__init__.py``, django-redis 5 to 7.
REDIS_CONNECTION = "django_redis.get_redis_connection"

#: A cache of some alias: what a parameter is that is annotated with ``BaseCache``.
CACHE_OBJECT = "django.core.cache.backends.base.BaseCache()"

#: Functions of other packages that give a handle back (read in each library's source).
HANDLE_GETTERS = frozenset({
    "axes.helpers.get_cache", "imagekit.utils.get_cache", "waffle.utils.get_cache",
})  # fmt: skip

#: What opening an alias raises when it, or its backend, is missing; and what that derives from.
BACKEND_ERRORS = frozenset({
    "django.core.cache.InvalidCacheBackendError",
    "django.core.cache.backends.base.InvalidCacheBackendError",
    "django.core.exceptions.ImproperlyConfigured",
})  # fmt: skip

#: The runtime helper, wherever its copy lies; a copy is known by how its first line begins.
HELPER = "cachelint.lazy"
HELPER_MARKER = "# cachelint: lazy cache helper, version "
HELPER_NAMES = ("DUMMY", "LazyCacheWrapper", "get_cache", "reset_caches")
HELPER_GET_CACHE = f"{HELPER}.get_cache"
HELPER_WRAPPER = f"{HELPER}.LazyCacheWrapper"
#: What opens a cache when an attribute of it is asked for.
LAZY_CACHES = (PROXY, f"{HELPER_WRAPPER}()")

#: ``__all__`` of django.core.cache (the same since 3.2) and of django-redis (5 to 7).
STAR_EXPORTS = {
    MODULE: (
        "cache", "caches", "DEFAULT_CACHE_ALIAS", "InvalidCacheBackendError", "BaseCache",
        "InvalidCacheKey",
    ),
    "django_redis": ("get_redis_connection",),
}  # fmt: skip

#: Attributes of the handler that are not dunders, with the version that brought them.
HANDLER_API = {
    "_connections": (3, 2), "_settings": (3, 2), "all": (3, 2), "configure_settings": (3, 2),
    "create_connection": (3, 2), "exception_class": (3, 2), "settings": (3, 2),
    "settings_name": (3, 2), "thread_critical": (3, 2), "close_all": (4, 1),
}  # fmt: skip

#: What DummyCache and every other backend answer without opening a connection of their own.
QUIET_CACHE_API = frozenset({
    "default_timeout", "key_func", "key_prefix", "version", "make_key", "make_and_validate_key",
    "validate_key", "get_backend_timeout",
})  # fmt: skip

_COMMANDS = (
    "add", "clear", "close", "decr", "decr_version", "delete", "delete_many", "get", "get_many",
    "get_or_set", "has_key", "incr", "incr_version", "set", "set_many", "touch",
)  # fmt: skip

#: Public attributes of BaseCache; the ``a…`` methods exist since 4.0.
CACHE_API = frozenset(_COMMANDS) | {f"a{name}" for name in _COMMANDS} | QUIET_CACHE_API

#: The classes of Django, django-redis and django-redis-cache that a custom cache derives from.
BACKENDS = frozenset({
    "django.core.cache.BaseCache", "django_redis.cache.RedisCache", "redis_cache.RedisCache",
    *(
        f"django.core.cache.backends.{name}"
        for name in (
            "base.BaseCache", "db.BaseDatabaseCache", "db.DatabaseCache", "dummy.DummyCache",
            "filebased.FileBasedCache", "locmem.LocMemCache", "memcached.BaseMemcachedCache",
            "memcached.MemcachedCache", "memcached.PyLibMCCache", "memcached.PyMemcacheCache",
            "redis.RedisCache",
        )
    ),
})  # fmt: skip

#: What only the backends of django-redis have (read in django-redis 7.0).
REDIS_API = frozenset({
    "client", "delete_pattern", "expire", "expire_at", "iter_keys", "keys", "lock", "persist",
    "pexpire", "pexpire_at", "pttl", "ttl",
})  # fmt: skip

#: The oldest Django that we judge for.
OLDEST_DJANGO = (3, 2)


def is_canonical(path: str) -> bool:
    """Whether ``path`` is a name of Django, django-redis or the helper, not to be looked up."""
    return path.startswith(("django.", "django_redis.", "builtins.", "cachelint.lazy."))
