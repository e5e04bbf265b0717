"""Every fault that a cache can have, produced with a real Redis and named by one run."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doctor.conftest import CORE, PASSWORD, Outcome, as_json, doctor, project

WRONG = "battery-staple-9"
CACHES = {
    "default": f"""{{"BACKEND": "{CORE}", "LOCATION": f"redis://:{{quote(PW)}}@127.0.0.1:{{PORT}}/0"}}""",
    "wrong": f"""{{"BACKEND": "{CORE}", "LOCATION": f"redis://:{WRONG}@127.0.0.1:{{PORT}}"}}""",
    "none": f"""{{"BACKEND": "{CORE}", "LOCATION": f"redis://:{{os.getenv('NO_PW')}}@127.0.0.1:{{PORT}}"}}""",
    "given-none": f"""{{"BACKEND": "{CORE}", "LOCATION": f"redis://127.0.0.1:{{PORT}}"}}""",
    "emptied": f"""{{"BACKEND": "{CORE}", "LOCATION": f"redis://:{{os.getenv('EMPTY_PW')}}@127.0.0.1:{{PORT}}"}}""",
    "closed": f"""{{"BACKEND": "{CORE}", "LOCATION": "redis://127.0.0.1:1"}}""",
    "host": f"""{{"BACKEND": "{CORE}", "LOCATION": "redis://nowhere.invalid:6379"}}""",
    "silent": f"""{{"BACKEND": "{CORE}", "LOCATION": f"redis://127.0.0.1:{{SILENT}}"}}""",
    "options": f"""{{"BACKEND": "{CORE}", "LOCATION": f"redis://127.0.0.1:{{PORT}}",
                    "OPTIONS": {{"CLIENT_CLASS": "django_redis.client.DefaultClient"}}}}""",
    "package": """{"BACKEND": "a_cache_that_nobody_has.Cache"}""",
    "unquoted": f"""{{"BACKEND": "{CORE}", "LOCATION": f"redis://:{{PW}}@127.0.0.1:{{PORT}}"}}""",
    "scheme": f"""{{"BACKEND": "{CORE}", "LOCATION": f"127.0.0.1:{{PORT}}"}}""",
    "database": f"""{{"BACKEND": "{CORE}", "LOCATION": f"redis://:{{quote(PW)}}@127.0.0.1:{{PORT}}/99"}}""",
    "socket": f"""{{"BACKEND": "{CORE}", "LOCATION": "unix:///nowhere/redis.sock"}}""",
    "theirs": """{"BACKEND": "django_redis.cache.RedisCache",
                  "LOCATION": f"redis://127.0.0.1:{PORT}/0", "OPTIONS": {"PASSWORD": PW}}""",
    "two": f"""{{"BACKEND": "django_redis.cache.RedisCache",
                 "LOCATION": f"redis://:{WRONG}@127.0.0.1:{{PORT}}/0", "OPTIONS": {{"PASSWORD": PW}}}}""",
    "swallowed": """{"BACKEND": "django_redis.cache.RedisCache",
                     "LOCATION": "redis://127.0.0.1:1/0", "OPTIONS": {"IGNORE_EXCEPTIONS": True}}""",
    "nowhere": """{"BACKEND": "django_redis.cache.RedisCache"}""",
    "table": """{"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_rows"}""",
    "client": """{"BACKEND": "django_redis.cache.RedisCache", "LOCATION": f"redis://127.0.0.1:{PORT}",
                  "OPTIONS": {"CLIENT_CLASS": "django_redis.client.Nobody"}}""",
    "sentinel": """{"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://master/0",
                    "OPTIONS": {"CLIENT_CLASS": "django_redis.client.SentinelClient"}}""",
    "class": """{"BACKEND": "django.core.cache.backends.locmem.LocMemCach"}""",
    "url": f"""{{"BACKEND": "redis://:{WRONG}@h:1"}}""",
    "own": """{"BACKEND": "conf.caches.Nobody"}""",
    "without": """{"LOCATION": "x"}""",
    "folder": """{"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": "/dev/null/x"}""",
    "unset": f"""{{"BACKEND": "{CORE}", "LOCATION": os.getenv("NO_URL")}}""",
    "memory": """{"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}""",
}  # fmt: skip
#: By alias the kind of the fault and words of the reason; what is missing here is sound.
REASONS = {
    "wrong": ("wrong-password", "refuses the password"),
    "none": ("password-none", 'the text "None"'),
    "given-none": ("no-password", "wants a password, and is given none"),
    "emptied": ("no-password", "is given none: `EMPTY_PW` is empty"),
    "closed": ("unreachable", "nobody listens at"),
    "host": ("unknown-host", "no address is known for the host of"),
    "silent": ("no-answer", "within 4 seconds"),
    "options": ("wrong-options", "`CLIENT_CLASS` in OPTIONS"),
    "package": ("missing-package", "the package a_cache_that_nobody_has is not installed"),
    "unquoted": ("wrong-location", "LOCATION has an unquoted `#` before its host"),
    "scheme": ("wrong-location", "LOCATION has no scheme"),
    "database": ("wrong-location", "has no database of that number"),
    "socket": ("unreachable", "there is no socket at"),
    "two": ("wrong-password", "refuses the password"),
    "swallowed": ("unreachable", "nobody listens at"),
    "nowhere": ("wrong-location", "there is no LOCATION"),
    "client": ("wrong-options", "`CLIENT_CLASS` in OPTIONS names a class that is not there"),
    "sentinel": ("wrong-options", "OPTIONS are not what the backend wants"),
    "class": ("unknown-backend", "cannot be imported"),
    "url": ("unknown-backend", "cannot be imported"),
    "own": ("unknown-backend", "there is no module `conf.caches`"),
    "without": ("unknown-backend", "there is no BACKEND"),
    "folder": ("wrong-location", "the folder /dev/null/x cannot be used"),
    "unset": ("wrong-location", "there is no LOCATION"),
    "table": ("missing-table", "`cache_rows` is not in the database"),
}
SETTINGS = """\
import os
from urllib.parse import quote

SECRET_KEY = "x"
PORT, SILENT, PW = os.environ["PORT"], os.environ["SILENT"], os.environ["PW"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}}}
CACHES = {{
{caches}
}}
"""


@pytest.fixture(scope="module")
def silent() -> Iterator[int]:
    """The port of a server that takes connections and never says anything."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        yield listening.getsockname()[1]


@pytest.fixture(scope="module")
def outcome(server: int, silent: int, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = _project(tmp_path_factory.mktemp("pings"))
    return as_json(folder, "--timeout", "4", **_variables(server, silent))


def _project(folder: Path) -> Path:
    caches = "\n".join(f"    {alias!r}: {value}," for alias, value in CACHES.items())
    return project(folder, SETTINGS.format(caches=caches))


def _variables(server: int, silent: int) -> dict[str, str]:
    return {"PORT": str(server), "SILENT": str(silent), "PW": PASSWORD, "EMPTY_PW": ""}


def test_each_reason_is_named(outcome: Outcome) -> None:
    aliases = outcome.document["environments"][0]["aliases"]
    found = {alias: cache["ping"]["fault"] for alias, cache in aliases.items()}
    assert found == {alias: REASONS.get(alias, (None, ""))[0] for alias in CACHES}
    for alias, (_, words) in REASONS.items():
        assert words in outcome.reason(alias)
    assert outcome.code == 1


def test_nothing_hangs(outcome: Outcome) -> None:
    pings = [a["ping"] for a in outcome.document["environments"][0]["aliases"].values()]
    assert max(ping["milliseconds"] for ping in pings) < 6000


def test_rules_say_the_same_of_the_running_settings(outcome: Outcome) -> None:
    assert {(None, "CCH402"), (None, "CCH403"), (None, "CCH406")} <= outcome.kinds
    overruled = [f["message"] for f in outcome.document["faults"] if f["kind"] == "CCH403"]
    assert any('PASSWORD in OPTIONS of alias "two" is not used' in text for text in overruled)


def test_variables_are_named(outcome: Outcome) -> None:
    unset = outcome.fault("unset-variable", "none")
    assert "`NO_PW` is not set, and is None in LOCATION" in unset["message"]
    assert unset["place"].startswith("conf/settings.py:")
    assert "`EMPTY_PW` is set, but empty" in outcome.fault("empty-variable", "emptied")["message"]


def test_no_password_is_shown(outcome: Outcome, server: int, silent: int, tmp_path: Path) -> None:
    text = doctor(_project(tmp_path), "--timeout", "2", **_variables(server, silent))
    for output in (outcome.out, outcome.error, text.out, text.error):
        for secret in (PASSWORD, WRONG, "correct-horse", "correct-horse%231"):
            assert secret not in output
    assert '"wrong"       yes   yes   redis.RedisCache' in text.out
    assert "redis://***@127.0.0.1:" in text.out
    assert text.code == 1
