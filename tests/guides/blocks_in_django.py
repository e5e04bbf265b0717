"""Runs Python blocks one after the other in a Django; a process of its own.

Reads a list of sources as JSON on standard input, prints for each what came of it: the name of a
module that is not installed, the error with the rows of the block that it went through, or nothing.
"""

import json
import sys
import traceback
from typing import Any

import django
from django.conf import settings
from django.test import override_settings

LOCMEM = "django.core.cache.backends.locmem.LocMemCache"
ALIASES = ("default", "sessions", "throttle", "prices", "search")


def main() -> None:
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    json.dump([outcome(source) for source in json.load(sys.stdin)], sys.stdout)


def outcome(source: str) -> dict[str, Any]:
    caches = {alias: {"BACKEND": LOCMEM, "LOCATION": alias} for alias in ALIASES}
    names: dict[str, Any] = {"__name__": "shop.block", "INSTALLED_APPS": []}
    with override_settings(CACHES=caches):
        try:
            exec(compile(source, "block", "exec"), names)
            for name, value in list(names.items()):
                if name.startswith("test_"):
                    value()
        except ModuleNotFoundError as error:
            return {"missing": error.name}
        except Exception as error:  # noqa: BLE001 - whatever a block raises is told
            frames = traceback.extract_tb(error.__traceback__)
            rows = sorted({frame.lineno for frame in frames if frame.filename == "block"})
            return {"error": f"{type(error).__name__}: {error}", "rows": rows}
    return {}


main()
