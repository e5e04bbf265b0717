"""What is known of cache backends: where they are, what they keep, which settings they read.

Django's were listed with ``dir()`` on 3.2, 4.0, 4.1, 4.2, 5.2 and 6.0; those of others were read in
the sources of the releases named here.
"""

from __future__ import annotations

from enum import Enum

from cachelint.dataclass import dataclass

Version = tuple[int, ...]


class Family(Enum):
    """What stands behind a backend."""

    DUMMY = "dummy"
    LOCAL_MEMORY = "local memory"
    FILES = "files"
    DATABASE = "database"
    MEMCACHED = "memcached"
    CORE_REDIS = "core Redis"
    """Django's own Redis backend; its OPTIONS are arguments of redis-py."""
    DJANGO_REDIS = "django-redis"
    OTHER = "other"


@dataclass(frozen=True)
class Backend:
    """A backend class. ``keys``: what it reads beside the keys that every backend reads."""

    family: Family
    keys: frozenset[str] = frozenset()
    since: Version | None = None
    removed: Version | None = None


#: The keys that Django's handler and BaseCache read; those in lower case are read like the others.
KEYS = frozenset({"BACKEND", "LOCATION", "OPTIONS", "TIMEOUT", "KEY_PREFIX", "VERSION",
                  "KEY_FUNCTION"})  # fmt: skip
LOWER_CASE_KEYS = frozenset({"timeout", "max_entries", "cull_frequency"})
#: What BaseCache reads in OPTIONS.
LIMITS = frozenset({"MAX_ENTRIES", "CULL_FREQUENCY"})
#: Read by other packages out of the settings of any backend: django-redis, django-mysql and
#: django-tenants; johnny-cache.
FOREIGN_KEYS = frozenset({"REVERSE_KEY_FUNCTION", "JOHNNY_CACHE"})

#: django-redis 5.4 and 7.0.
DJANGO_REDIS_OPTIONS = frozenset({
    "CLIENT_CLASS", "CLOSE_CONNECTION", "COMPRESSOR", "CONNECTION_FACTORY", "CONNECTION_POOL_CLASS",
    "CONNECTION_POOL_KWARGS", "IGNORE_EXCEPTIONS", "PARSER_CLASS", "PASSWORD", "PICKLE_VERSION",
    "REDIS_CLIENT_CLASS", "REDIS_CLIENT_KWARGS", "REPLICA_READ_ONLY", "SENTINELS",
    "SENTINEL_KWARGS", "SERIALIZER", "SOCKET_CONNECT_TIMEOUT", "SOCKET_TIMEOUT", "USERNAME",
})  # fmt: skip
#: What Django's own Redis backend and redis-py take, and django-redis 7.0 does not read.
CORE_REDIS_OPTIONS = frozenset({
    "db", "health_check_interval", "max_connections", "parser_class", "password", "pool_class",
    "retry_on_timeout", "serializer", "socket_connect_timeout", "socket_keepalive",
    "socket_timeout", "username",
})  # fmt: skip
#: What django-redis-cache 3.0 takes, and django-redis does not read.
REDIS_CACHE_OPTIONS = frozenset({
    "DB", "COMPRESSOR_CLASS", "COMPRESSOR_CLASS_KWARGS", "CONNECTION_POOL_CLASS_KWARGS",
    "MASTER_CACHE", "SERIALIZER_CLASS", "SERIALIZER_CLASS_KWARGS",
})  # fmt: skip

#: Settings that hold an alias, keys of dicts after dots: Django's, and those of other packages as
#: read in their sources. THUMBNAIL_CACHE is none of them: sorl-thumbnail does without.
ALIAS_SETTINGS = (
    "SESSION_CACHE_ALIAS", "CACHE_MIDDLEWARE_ALIAS", "AXES_CACHE", "WAFFLE_CACHE_NAME",
    "RATELIMIT_USE_CACHE", "CONSTANCE_DATABASE_CACHE_BACKEND", "SELECT2_CACHE_BACKEND",
    "CACHALOT_CACHE", "COMPRESS_CACHE_BACKEND", "IMAGEKIT_CACHE_BACKEND", "SOLO_CACHE",
    "USER_AGENTS_CACHE", "WAGTAIL_CACHE_BACKEND", "SITETREE_CACHE_NAME", "CACHEBACK_CACHE_ALIAS",
    "COOKIE_CONSENT_CACHE_BACKEND", "EXTRA_SETTINGS_CACHE_NAME", "CACHE_MULTISITE_ALIAS",
    "MAINTENANCE_MODE_CACHE_BACKEND", "VIEWLET_DEFAULT_CACHE_ALIAS",
    "STATIC_PRECOMPILER_CACHE_NAME", "DEFENDER_REDIS_NAME",
    "REST_FRAMEWORK_EXTENSIONS.DEFAULT_USE_CACHE",
)  # fmt: skip

_BACKENDS = "django.core.cache.backends."
_PROMETHEUS = "django_prometheus.cache.backends."
_REDIS_CACHE = Backend(Family.OTHER, frozenset({"db", "password"}))
_LOGIN = frozenset({"USERNAME", "PASSWORD"})

DJANGO_BACKENDS: dict[str, Backend] = {
    f"{_BACKENDS}db.DatabaseCache": Backend(Family.DATABASE),
    f"{_BACKENDS}dummy.DummyCache": Backend(Family.DUMMY),
    f"{_BACKENDS}filebased.FileBasedCache": Backend(Family.FILES),
    f"{_BACKENDS}locmem.LocMemCache": Backend(Family.LOCAL_MEMORY),
    f"{_BACKENDS}memcached.MemcachedCache": Backend(Family.MEMCACHED, removed=(4, 1)),
    f"{_BACKENDS}memcached.PyLibMCCache": Backend(Family.MEMCACHED),
    f"{_BACKENDS}memcached.PyMemcacheCache": Backend(Family.MEMCACHED),
    f"{_BACKENDS}redis.RedisCache": Backend(Family.CORE_REDIS, since=(4, 0)),
}

#: django-redis 5 to 7; django-redis-cache 3.0, and django-redis 3 of the same name; django-valkey
#: 0.4, django-prometheus 2.5, django-bmemcached 0.3, django-pylibmc 0.6, django-pymemcache 1.0,
#: django-elasticache 1.0, diskcache 5.6, django-mysql 4.19, python-redis-lock 4.0,
#: django-lrucache-backend 4.0, django-uwsgi-cache 1.1.
OTHER_BACKENDS: dict[str, Backend] = {
    "django_redis.cache.RedisCache": Backend(Family.DJANGO_REDIS),
    "redis_lock.django_cache.RedisCache": Backend(Family.DJANGO_REDIS),
    f"{_PROMETHEUS}redis.RedisCache": Backend(Family.DJANGO_REDIS),
    f"{_PROMETHEUS}redis.NativeRedisCache": Backend(Family.CORE_REDIS),
    f"{_PROMETHEUS}locmem.LocMemCache": Backend(Family.LOCAL_MEMORY),
    f"{_PROMETHEUS}filebased.FileBasedCache": Backend(Family.FILES),
    f"{_PROMETHEUS}memcached.PyLibMCCache": Backend(Family.MEMCACHED),
    f"{_PROMETHEUS}memcached.PyMemcacheCache": Backend(Family.MEMCACHED),
    f"{_PROMETHEUS}memcached.MemcachedCache": Backend(Family.MEMCACHED),
    f"{_PROMETHEUS}django_memcached_consul.MemcachedCache": Backend(Family.MEMCACHED),
    "redis_cache.RedisCache": _REDIS_CACHE,
    "redis_cache.ShardedRedisCache": _REDIS_CACHE,
    "redis_cache.RedisDummyCache": _REDIS_CACHE,
    "redis_cache.backends.single.RedisCache": _REDIS_CACHE,
    "redis_cache.backends.multiple.ShardedRedisCache": _REDIS_CACHE,
    "redis_cache.backends.dummy.RedisDummyCache": _REDIS_CACHE,
    "redis_cache.cache.RedisCache": _REDIS_CACHE,
    "django_valkey.cache.ValkeyCache": Backend(Family.OTHER),
    "django_valkey.async_cache.cache.AsyncValkeyCache": Backend(Family.OTHER),
    "django_valkey.cluster_cache.cache.ClusterValkeyCache": Backend(Family.OTHER),
    "django_bmemcached.memcached.BMemcached": Backend(Family.OTHER, _LOGIN),
    "django_bmemcached.BMemcached": Backend(Family.OTHER, _LOGIN),
    "django_pylibmc.memcached.PyLibMCCache": Backend(Family.OTHER, _LOGIN | {"BINARY"}),
    "django_elasticache.memcached.ElastiCache": Backend(Family.OTHER, _LOGIN | {"BINARY"}),
    "djpymemcache.backend.PyMemcacheCache": Backend(Family.OTHER),
    "diskcache.DjangoCache": Backend(Family.OTHER, frozenset({"SHARDS", "DATABASE_TIMEOUT"})),
    "diskcache.djangocache.DjangoCache": Backend(
        Family.OTHER, frozenset({"SHARDS", "DATABASE_TIMEOUT"})
    ),
    "django_mysql.cache.MySQLCache": Backend(Family.OTHER),
    "lrucache_backend.LRUObjectCache": Backend(Family.LOCAL_MEMORY),
    "uwsgicache.UWSGICache": Backend(Family.OTHER),
}

BACKENDS = DJANGO_BACKENDS | OTHER_BACKENDS


def family_of(path: str) -> Family | None:
    """What stands behind the backend at a dotted path; None for one that is not known."""
    backend = BACKENDS.get(path)
    return backend.family if backend is not None else None
