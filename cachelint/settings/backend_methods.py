"""What the backends have beside the API that all share.

Listed with ``dir()`` of the classes and ``vars()`` of their objects, without names that begin with
an underscore: Django 3.2, 4.0, 4.1, 4.2, 5.2 and 6.0; django-redis 4.12, 5.4 and 7.0; django-valkey
0.4; django-redis-cache 3.0; python-redis-lock 4.0; diskcache 5.6; django-mysql 4.19;
django-prometheus 2.5; django-bmemcached 0.3; django-pylibmc 0.6; django-pymemcache 1.0;
django-lrucache-backend 4.0.
Where releases differ, what one of them has counts. A backend that is not here is not known.
"""

from __future__ import annotations

_BACKENDS = "django.core.cache.backends."
_PROMETHEUS = "django_prometheus.cache.backends."

_MEMCACHED = frozenset({"LibraryValueNotFoundException", "client_servers"})
_DATABASE = frozenset({"cache_model_class", "pickle_protocol"})
_FILES = frozenset({"cache_suffix", "pickle_protocol"})
_PICKLING = frozenset({"pickle_protocol"})
_REDIS_COMMANDS = frozenset({
    "client", "delete_pattern", "expire", "expire_at", "hdel", "hexists", "hkeys", "hlen", "hset",
    "iter_keys", "keys", "lock", "logger", "persist", "pexpire", "pexpire_at", "pttl", "sadd",
    "scard", "sdiff", "sdiffstore", "sinter", "sinterstore", "sismember", "smembers", "smismember",
    "smove", "spop", "srandmember", "srem", "sscan", "sscan_iter", "sunion", "sunionstore", "ttl",
})  # fmt: skip
_DJANGO_REDIS = _REDIS_COMMANDS | {
    "zadd", "zcard", "zcount", "zincrby", "zpopmax", "zpopmin", "zrange", "zrangebyscore", "zrank",
    "zrem", "zremrangebyscore", "zrevrange", "zrevrangebyscore", "zscore",
}  # fmt: skip
_VALKEY = _REDIS_COMMANDS | {
    "DEFAULT_CLIENT_CLASS", "get_client_class", "get_lock", "make_pattern", "mget", "mset",
}  # fmt: skip
_VALKEY_CLUSTER = _VALKEY | {
    "flushall", "invalidate_key_from_cache", "keyslot", "mget_nonatomic", "mset_nonatomic",
    "msetnx", "readonly", "readwrite",
}  # fmt: skip
_REDIS_CACHE = frozenset({
    "Redis", "client_list", "clients", "compress", "compressor", "compressor_class",
    "compressor_class_kwargs", "connection_pool_class", "connection_pool_class_kwargs",
    "create_client", "db", "decompress", "delete_pattern", "deserialize", "get_client",
    "get_compressor_class", "get_compressor_class_kwargs", "get_connection_pool_class",
    "get_connection_pool_class_kwargs", "get_db", "get_master_client", "get_parser_class",
    "get_password", "get_pickle_version", "get_serializer_class", "get_serializer_class_kwargs",
    "get_socket_connect_timeout", "get_socket_timeout", "get_timeout", "get_value", "lock",
    "make_keys", "master_client", "options", "params", "parser_class", "password", "persist",
    "pickle_version", "prep_value", "reinsert_keys", "serialize", "serializer", "serializer_class",
    "serializer_class_kwargs", "server", "servers", "shard", "socket_connect_timeout",
    "socket_timeout", "ttl",
})  # fmt: skip
_DISKCACHE = frozenset({
    "cache", "create_tag_index", "cull", "deque", "directory", "drop_tag_index", "evict", "expire",
    "index", "memoize", "pop", "read", "stats",
})  # fmt: skip
_MYSQL = frozenset({
    "FOREVER_TIMEOUT", "cache_model_class", "create_table_sql", "cull", "decode",
    "delete_with_prefix", "encode", "get_with_prefix", "keys_with_prefix", "reverse_key_func",
})  # fmt: skip

METHODS: dict[str, frozenset[str]] = {
    "django.core.cache.BaseCache": frozenset(),
    f"{_BACKENDS}base.BaseCache": frozenset(),
    f"{_BACKENDS}db.BaseDatabaseCache": _DATABASE,
    f"{_BACKENDS}db.DatabaseCache": _DATABASE,
    f"{_BACKENDS}dummy.DummyCache": frozenset(),
    f"{_BACKENDS}filebased.FileBasedCache": _FILES,
    f"{_BACKENDS}locmem.LocMemCache": _PICKLING,
    f"{_BACKENDS}memcached.BaseMemcachedCache": _MEMCACHED,
    f"{_BACKENDS}memcached.MemcachedCache": _MEMCACHED,
    f"{_BACKENDS}memcached.PyLibMCCache": _MEMCACHED,
    f"{_BACKENDS}memcached.PyMemcacheCache": _MEMCACHED,
    f"{_BACKENDS}redis.RedisCache": frozenset(),
    "django_redis.cache.RedisCache": _DJANGO_REDIS,
    "redis_lock.django_cache.RedisCache": _DJANGO_REDIS | {"locked_get_or_set", "reset_all"},
    f"{_PROMETHEUS}redis.RedisCache": _DJANGO_REDIS,
    f"{_PROMETHEUS}redis.NativeRedisCache": frozenset(),
    f"{_PROMETHEUS}locmem.LocMemCache": _PICKLING,
    f"{_PROMETHEUS}filebased.FileBasedCache": _FILES,
    f"{_PROMETHEUS}memcached.PyLibMCCache": _MEMCACHED,
    f"{_PROMETHEUS}memcached.PyMemcacheCache": _MEMCACHED,
    "redis_cache.RedisCache": _REDIS_CACHE,
    "redis_cache.ShardedRedisCache": _REDIS_CACHE,
    "redis_cache.backends.single.RedisCache": _REDIS_CACHE,
    "redis_cache.backends.multiple.ShardedRedisCache": _REDIS_CACHE,
    "django_valkey.cache.ValkeyCache": _VALKEY,
    "django_valkey.cluster_cache.cache.ClusterValkeyCache": _VALKEY_CLUSTER,
    "django_bmemcached.memcached.BMemcached": _MEMCACHED,
    "django_bmemcached.BMemcached": _MEMCACHED,
    "django_pylibmc.memcached.PyLibMCCache": _MEMCACHED | {"binary"},
    "djpymemcache.backend.PyMemcacheCache": _MEMCACHED,
    "diskcache.DjangoCache": _DISKCACHE,
    "diskcache.djangocache.DjangoCache": _DISKCACHE,
    "django_mysql.cache.MySQLCache": _MYSQL,
    "lrucache_backend.LRUObjectCache": _PICKLING,
}

#: The packages that one looks at for a method of their own.
PACKAGES = {
    "django-redis": _DJANGO_REDIS,
    "django-valkey": _VALKEY,
    "django-redis-cache": _REDIS_CACHE,
    "diskcache": _DISKCACHE,
    "django-mysql": _MYSQL,
}
