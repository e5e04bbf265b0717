"""Sentences and comparisons by themselves; above all what must never be in them."""

from __future__ import annotations

import pytest

from cachelint.doctor.pings import Pinged, reason_of
from cachelint.doctor.versions import fits
from cachelint.running.locations import why_no_url
from cachelint.running.reasons import Secrets, location_shown

URLS = [
    "redis://:{}@host:6379/0",
    "redis://user:{}@host:6379/0",
    "rediss://:{}@host",
    "redis://:{}",
    "host:6379@{}@host",
    "redis://host:6379/0?password={}",
    "redis://:{}@one:1,redis://:{}@two:2",
]
PASSWORDS = ["simple", "p@ss", "p#ss/w", "a://b@c", "quo'te", 'quo"te', "tab\ttab", "q?x=1", "ünï"]


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("url", URLS)
def test_a_location_is_shown_without_its_password(url: str, password: str) -> None:
    location = url.replace("{}", password)
    if "?password=" in url and set(password) & set("#&@/'\"\t?"):
        pytest.skip("such a password is no value of a query")
    assert password not in location_shown(location)
    assert password not in location_shown({"list": [location, "redis://host:6379"]})


def test_a_location_without_a_password_is_shown_as_it_is() -> None:
    for location in ("redis://host:6379/0", "127.0.0.1:11211", "/var/tmp/cache", "unix:///a/b"):
        assert location_shown(location) == location


@pytest.mark.parametrize("password", [p for p in PASSWORDS if "\t" not in p])
def test_an_error_is_told_without_a_password(password: str) -> None:
    secrets = Secrets()
    alias = {"dict": [["LOCATION", f"redis://:{password}@host"],
                      ["OPTIONS", {"dict": [["PASSWORD", f"other-{password}"]]}]]}  # fmt: skip
    secrets.add_caches({"dict": [["default", alias]]})
    texts = (f"cannot: {password!r}", f"AUTH other-{password}", f"redis://:{password}@host is down")
    for text in texts:
        assert f"'{password}'" not in secrets.hidden(text)
        assert f"other-{password}" not in secrets.hidden(text)


def test_a_port_that_is_the_end_of_a_password_is_not_told() -> None:
    """`redis://:pw#9@host` has the "port" that stands before `#`."""
    secrets = Secrets()
    secrets.add_caches({"dict": [["a", {"dict": [["LOCATION", "redis://:pw#9@host:6379"]]}]]})
    text = "Port could not be cast to integer value as 'pw'"
    assert secrets.hidden(text) == "Port could not be cast to integer value as '***'"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("AUTH <password> called without any password configured", "unwanted-password"),
        ("NOAUTH Authentication required.", "no-password"),
    ],
)
def test_what_older_servers_say(text: str, kind: str) -> None:
    error = {"types": ["redis.exceptions.AuthenticationError"], "text": text, "name": None,
             "errno": None, "frames": []}  # fmt: skip
    pinged = Pinged(
        [error], None, "django.core.cache.backends.redis.RedisCache", "redis://h:1", {}, 3, ".", "python",
        Secrets(),
    )  # fmt: skip
    assert reason_of(pinged)[0] == kind


@pytest.mark.parametrize(
    ("location", "says_so"),
    [
        ("redis://:6379/1", True),
        ("redis://:x@:6379", True),
        ("redis://:x@h:1", False),
        ("redis://h:1", False),
        ("h:1", False),
    ],
)
def test_a_host_that_is_not_there(location: str, says_so: bool) -> None:
    error = {"types": ["builtins.ConnectionRefusedError"], "text": "", "name": None, "errno": 111,
             "frames": []}  # fmt: skip
    pinged = Pinged([error], None, "shop.Cache", location, {}, 3, ".", "python", Secrets())
    assert ("LOCATION names no host" in reason_of(pinged)[1]) is says_so


def test_a_client_that_only_says_that_it_could_not() -> None:
    told = {"types": ["pylibmc.ConnectionError"], "text": "error 3 from memcached_get", "name": None,
            "errno": None, "frames": []}  # fmt: skip
    refused = {**told, "types": ["builtins.ConnectionRefusedError"], "text": ""}
    backend = "django.core.cache.backends.memcached.PyLibMCCache"
    known = Pinged([told], [refused], backend, "127.0.0.1:1", {}, 3, ".", "python", Secrets())
    assert reason_of(known)[0] == "unreachable"
    unknown = Pinged([told], None, backend, "127.0.0.1:1", {}, 3, ".", "python", Secrets())
    assert reason_of(unknown)[:2] == (
        "error",
        "it raises ConnectionError: error 3 from memcached_get",
    )


@pytest.mark.parametrize(
    ("version", "specifier", "holds"),
    [
        ("4.0.1", ">=3,!=4.0.0,!=4.0.1", False),
        ("4.0.2", ">=3,!=4.0.0,!=4.0.1", True),
        ("5.2.1", "<5.2", False),
        ("5.2rc1", ">=5.2", True),
        ("1.4.9", "~=1.4.2", True),
        ("1.5", "~=1.4.2", False),
        ("2.3", "==2.*", True),
        ("3.0", "==2.*", False),
        ("3.0", "!=3.*", False),
        ("3", "==3.0.0", True),
        ("unknown", ">=3", True),
        ("10.0", ">9", True),
    ],
)
def test_versions(version: str, specifier: str, holds: bool) -> None:
    assert fits(version, specifier) is holds


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("redis://:p#w@host:6379", "`#`"),
        ("redis://:p/w@host:6379", "`/`"),
        ("redis://:p?w@host:6379", "`?`"),
        ("redis://host:None/0", "no number"),
        ("redis://:pw@host:6379/0", None),
        ("redis://host", None),
        ("unix:///a/b.sock?db=1", None),
        ("redis://:p%23w@host:6379", None),
        ("redis://[::1]:6379/0", None),
    ],
)
def test_urls_that_cannot_be_read(url: str, word: str | None) -> None:
    reason = why_no_url(url)
    assert (reason is None) if word is None else word in (reason or "")
