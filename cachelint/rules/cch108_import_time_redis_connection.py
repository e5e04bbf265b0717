"""
# import-time-redis-connection (CCH108)

## What it does
Finds `django_redis.get_redis_connection(…)` that is called while a module is imported. Functions
of that name from elsewhere are not meant.

## Why is this bad?
The call opens the alias. Where it is missing the import raises `InvalidCacheBackendError`; where it
has another backend, as it often has on a laptop or in tests, `NotImplementedError`. Every
`manage.py` command imports the module and dies with it. A `try`/`except` around it freezes its
outcome for the life of the process.

## Example
```python
from django_redis import get_redis_connection

redis = get_redis_connection("default")
```

## Use instead
```python
from django_redis import get_redis_connection


def increment(name):
    return get_redis_connection("default").incr(name)
```

The connection pool behind it is kept by django-redis: asking again costs next to nothing.

## Fix safety
There is no automatic fix.

## References
- https://github.com/jazzband/django-redis#raw-client-access
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Severity
from cachelint.facts.records import Phase
from cachelint.facts.vocabulary import BACKEND_ERRORS, REDIS_CONNECTION
from cachelint.rules.rule import FileView, Finding

WORDS = (b"get_redis_connection",)
SEVERITY = Severity.ERROR
LOOKS_INTO_FUNCTIONS = False
NO_FIX = "a connection has no lazy stand-in: call `get_redis_connection()` where it is used"

_RAISED = BACKEND_ERRORS | {"builtins.NotImplementedError"}


def check(view: FileView) -> Iterator[Finding]:
    for use, resolved in view.uses:
        if use.phase is not Phase.IMPORT or resolved.path != f"{REDIS_CONNECTION}()":
            continue
        alias = resolved.value.alias
        if view.is_unharmed(use, _RAISED):
            consequence = "the error is caught, but what was missing then is missing for good"
        else:
            consequence = "where that alias is missing or is not django-redis, the import raises"
        yield Finding(
            span=use.span,
            message=f"`{use.text}` is called while the module is imported: {consequence}",
            help="ask for the connection where it is used, inside the function or method",
            cause=alias.text if alias is not None else '"default"',
            evidence=view.link_evidence(resolved),
        )
