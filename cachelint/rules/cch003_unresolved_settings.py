"""
# unresolved-settings (CCH003)

## What it does
Says once for each settings module where the reader had to stop, and why: something there may add
aliases that nobody can tell without running it. It is a note on standard error and no finding, and
never changes the exit code; with `--strict-settings` it is a finding.

## Why is this bad?
It is not bad: settings may come from anywhere. But as long as one settings module may have aliases
that are not read, the rules about aliases (CCH201, CCH202, CCH204) are silent for the whole
project, and silence should not be taken for a clean bill.

## Example
```python
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
exec(open("/etc/shop/settings.py").read())
```

## Use instead
Settings that can be read, or the settings modules that count by name:

```python
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}
```

```toml
[tool.cachelint]
settings = ["shop.settings.production"]
aliases = ["tenant"]
```

## Fix safety
There is no automatic fix.

## References
- https://docs.djangoproject.com/en/stable/topics/settings/
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Severity
from cachelint.rules.rule import FileView, Finding
from cachelint.settings.records import Cause, Settings

WORDS = ()
SEVERITY = Severity.WARNING
NO_FIX = "what keeps settings from being read, only those who wrote them can change"


def check(view: FileView) -> Iterator[Finding]:
    """Nothing: it is the settings modules that are judged, once for all files. See ``finding``."""
    return iter(())


def finding(settings: Settings, cause: Cause) -> Finding:
    """The finding for what stopped the reader of a settings module."""
    return Finding(
        span=cause.place.span,
        message=(
            f"the aliases of `{settings.module.label}` cannot all be read: {cause.message}; the"
            " rules about aliases are silent"
        ),
        help="`cachelint settings` shows what is known; `settings` names the modules that count",
        cause=settings.module.label,
    )


def unresolved(cause: Cause) -> Finding:
    """The finding for a place that names a settings module which is not there."""
    return Finding(
        span=cause.place.span,
        message=f"{cause.message}; the rules about aliases are silent",
        help="name the settings modules that count in `settings` of [tool.cachelint]",
        cause=cause.message,
    )
