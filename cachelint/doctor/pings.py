"""Why a cache does not answer: one sentence, and the way out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from cachelint.dataclass import dataclass, replace
from cachelint.running.locations import why_no_url
from cachelint.running.reasons import (
    Secrets,
    import_reason,
    is_of_project,
    kinds,
    location_shown,
    missing_module,
    package_of,
    told,
)
from cachelint.running.values import Error
from cachelint.settings.backends import Family, family_of

Reason = tuple[str, str, str]
_ARGUMENT = re.compile(r"unexpected keyword argument '(\w+)'")
_UNREACHABLE = re.compile(r"Error (?:101|113|51|65)\b|unreachable|No route to host", re.IGNORECASE)
_REFUSED = re.compile(r"Error (?:111|61)\b|refused", re.IGNORECASE)
_CODES = {
    "READONLY": ("read-only", "the server is a replica, which nobody can write to"),
    "OOM": ("out-of-memory", "the server has no memory left and takes nothing more"),
    "MISCONF": ("server", "the server cannot save to its disk and takes nothing more"),
    "LOADING": ("server", "the server is still loading its data"),
    "NOPERM": ("no-permission", "the user may not run the command"),
}
_CONNECTING = re.compile(r"connecting to ((?:[\w.-]+|\[[0-9a-f:]+\]):\d+)\b")
_DATABASE = re.compile(r"^(rediss?://[^/, ]+)/[^, ]*$")
_SERVED = frozenset({Family.CORE_REDIS, Family.DJANGO_REDIS, Family.MEMCACHED, Family.DATABASE})
_REDIS = (Family.CORE_REDIS, Family.DJANGO_REDIS)
_WHOSE = "cachelint rule CCH403 tells which options belong to which backend"
_SCHEMES = ("redis://", "rediss://", "unix://")


@dataclass(frozen=True)
class Pinged:
    """A ping that failed.

    ``reach`` is what a bare connection met, ``hint`` what is known of a variable for its password.
    """

    error: Error
    reach: Error | None
    backend: str | None
    location: Any
    options: dict[str, Any]
    seconds: float
    folder: str
    python: str
    secrets: Secrets
    hint: str = ""

    @property
    def text(self) -> str:
        return " ".join(str(one["text"]) for one in self.error)

    @property
    def where(self) -> str:
        """The server, as the error names it, else as the LOCATION does."""
        match = _CONNECTING.search(self.text)
        if match is not None:
            return self.secrets.hidden(match[1])
        if not self.is_located:
            return "its server"
        return _DATABASE.sub(r"\1", location_shown(self.location))

    @property
    def is_located(self) -> bool:
        """Whether LOCATION says where the server is, as it does for the backends that are known."""
        is_url = any(server.startswith(_SCHEMES) for server in _servers(self.location))
        return is_url or self.family in _SERVED

    @property
    def family(self) -> Family | None:
        return family_of(self.backend) if self.backend is not None else None

    @property
    def lacks_host(self) -> bool:
        """Whether a URL has nothing where its host should be."""
        urls = [server for server in _servers(self.location) if server.startswith(_SCHEMES[:2])]
        hosts = [url.partition("://")[2].rpartition("@")[2] for url in urls]
        return any(host[:1] in ("", ":", "/") for host in hosts)

    @property
    def passwords(self) -> Iterator[str]:
        for key in ("PASSWORD", "password"):
            if self.options.get(key) is not None:
                yield str(self.options[key])
        for text in _servers(self.location):
            try:
                password = urlsplit(text).password
            except ValueError:
                continue
            if password:
                yield password


def reason_of(pinged: Pinged) -> Reason:
    """A word for programs, the reason, and the way out."""
    for judge in _JUDGES:
        found = judge(pinged)
        if found is not None:
            return found
    if pinged.reach:
        # Some clients only say that they could not.
        reached = _host(replace(pinged, error=pinged.reach))
        if reached is not None:
            return reached
    return "error", f"it raises {told(pinged.error, pinged.folder, pinged.secrets)}", ""


def _missing(pinged: Pinged) -> Reason | None:
    module = missing_module(pinged.error)
    if module is None or is_of_project(module, pinged.folder):
        return None
    package = package_of(module)
    return (
        "missing-package",
        f"the package {package} is not installed for {pinged.python} (no module `{module}`)",
        f"{pinged.python} -m pip install {package}",
    )


def _backend(pinged: Pinged) -> Reason | None:
    if pinged.backend is None:
        return "unknown-backend", "there is no BACKEND", "name the class of a cache"
    if "InvalidCacheBackendError" not in kinds(pinged.error[:1]):
        return None
    # Why it cannot be imported comes before what Django says of it.
    told_of = import_reason(pinged.error[1:] or pinged.error, pinged.folder, pinged.secrets)
    return "unknown-backend", f"BACKEND `{pinged.backend}` cannot be imported: {told_of}", (
        "cachelint rule CCH402 tells which there are"
    )  # fmt: skip


def _login(pinged: Pinged) -> Reason | None:
    text = pinged.text
    names = kinds(pinged.error)
    if not ({"AuthenticationError", "AuthorizationError"} & names or "NOAUTH" in text):
        return None
    if "without any password" in text or "no password is set" in text:
        return "unwanted-password", f"{pinged.where} has no password, and is given one", (
            "take the password out of the settings, or give the server one"
        )  # fmt: skip
    if "None" in list(pinged.passwords):
        hint = f" ({pinged.hint})" if pinged.hint else ""
        return "password-none", (
            f'the password is the text "None": the variable for it was not set when the settings'
            f" were read{hint}"
        ), 'set it; os.environ["…"] would say so at the start'  # fmt: skip
    if not list(pinged.passwords):
        hint = f": {pinged.hint}" if pinged.hint else ""
        return "no-password", f"{pinged.where} wants a password, and is given none{hint}", (
            "give it in LOCATION, before the host, or in OPTIONS"
        )  # fmt: skip
    return "wrong-password", f"{pinged.where} refuses the password, or the name of the user", (
        "compare it with `requirepass` or the user's ACL on the server; special characters in a"
        " URL are written by urllib.parse.quote(password, safe='')"
    )  # fmt: skip


def _host(pinged: Pinged) -> Reason | None:
    names = kinds(pinged.error)
    text = pinged.text
    if "gaierror" in names or "Name or service not known" in text or "getaddrinfo" in text:
        return "unknown-host", f"no address is known for the host of {pinged.where}", (
            "check how the host is spelt; the name of a container is known in its network only"
        )  # fmt: skip
    if "FileNotFoundError" in names and "unix" in str(pinged.location):
        return "unreachable", f"there is no socket at {pinged.where}", "start the server"
    if "ConnectionRefusedError" in names or _REFUSED.search(text):
        reason = f"nobody listens at {pinged.where}: the connection is refused"
        if pinged.lacks_host:
            reason += ", and LOCATION names no host, as where a variable is empty"
        return "unreachable", reason, "start the server, or correct host and port"
    if _UNREACHABLE.search(text):
        return "unreachable", f"no network leads to {pinged.where}", "check network and firewall"
    if {"SSLError", "SSLCertVerificationError"} & names:
        return "tls", f"{pinged.where} speaks no TLS that is trusted here", (
            "redis:// is without TLS, rediss:// with it; check the certificates"
        )  # fmt: skip
    if {"NoAnswer", "TimeoutError", "timeout"} & names:
        is_secure = any(server.startswith("rediss:") for server in _servers(pinged.location))
        tls = "; a server without TLS never answers rediss://" if is_secure else ""
        return "no-answer", f"no answer from {pinged.where} within {pinged.seconds:g} seconds", (
            f"check host, port, network and firewall{tls}"
        )  # fmt: skip
    if "ConnectionResetError" in names or "Connection closed by server" in text:
        return "unreachable", f"{pinged.where} closes the connection", (
            "a server that wants TLS needs rediss://"
        )  # fmt: skip
    return None


def _options(pinged: Pinged) -> Reason | None:
    names = kinds(pinged.error)
    match = _ARGUMENT.search(pinged.text)
    if match is not None and "TypeError" in names:
        key = next((k for k in pinged.options if k.lower() == match[1].lower()), match[1])
        name = str(pinged.backend).rpartition(".")[2]
        return "wrong-options", (
            f"`{key}` in OPTIONS is no argument of the client of {name} ({pinged.backend})"
        ), _WHOSE if pinged.family in _REDIS else ""  # fmt: skip
    for key, value in pinged.options.items():
        module, _, name = value.rpartition(".") if isinstance(value, str) else ("", "", "")
        is_named = f"'{name}'" in pinged.text or f'"{name}"' in pinged.text
        if module and is_named and {"ImportError", "AttributeError"} & names:
            return "wrong-options", f"`{key}` in OPTIONS names a class that is not there", (
                "compare it with the documentation of the version that is installed"
            )  # fmt: skip
    if "ImproperlyConfigured" in names and "OPTIONS" in pinged.text:
        told_of = told(pinged.error, pinged.folder, pinged.secrets)
        return "wrong-options", f"OPTIONS are not what the backend wants: {told_of}", ""
    return None


def _location(pinged: Pinged) -> Reason | None:
    names = kinds(pinged.error)
    is_remote = pinged.family in (*_REDIS, Family.MEMCACHED)
    if "Missing connections string" in pinged.text or (is_remote and not pinged.location):
        return "wrong-location", "there is no LOCATION", "name a server there"
    if pinged.family is Family.FILES and "OSError" in names:
        told_of = told(pinged.error, pinged.folder, pinged.secrets)
        return "wrong-location", f"the folder {pinged.location} cannot be used: {told_of}", (
            "the user of the process must be able to make it and to write there"
        )  # fmt: skip
    if "ValueError" not in names or not pinged.is_located:
        return None
    for server in _servers(pinged.location):
        reason = why_no_url(server)
        if "None" in server:
            return "wrong-location", f'LOCATION has the text "None" in it: {pinged.where}', (
                "a variable was not set when the settings were read"
            )  # fmt: skip
        if reason is not None:
            return "wrong-location", f"LOCATION {reason}: {pinged.where}", (
                "write the password by urllib.parse.quote(password, safe='')"
            )  # fmt: skip
        if not server.startswith(_SCHEMES):
            return "wrong-location", "LOCATION has no scheme", (
                'write "redis://" before it'
            )  # fmt: skip
    return None


def _server(pinged: Pinged) -> Reason | None:
    names = kinds(pinged.error)
    for code, (kind, reason) in _CODES.items():
        if re.search(rf"\b{code}\b", pinged.text) or (
            code == "NOPERM" and "NoPermissionError" in names
        ):
            return kind, reason, ""
    if "DB index is out of range" in pinged.text:
        return "wrong-location", f"{pinged.where} has no database of that number", (
            "by default there are 16, from 0 to 15"
        )  # fmt: skip
    if {"OperationalError", "ProgrammingError"} & names and "table" in pinged.text:
        return "missing-table", f"the table `{pinged.location}` is not in the database", (
            "python manage.py createcachetable"
        )  # fmt: skip
    return None


def _package(pinged: Pinged) -> Reason | None:
    """An error of packages among themselves."""
    names = kinds(pinged.error)
    if not {"ImportError", "AttributeError"} & names:
        return None
    frames = [path for one in pinged.error for path, _ in one["frames"]]
    if not frames or "site-packages" not in frames[-1]:
        return None
    reason = told(pinged.error[-1:], pinged.folder, pinged.secrets)
    return "versions", f"packages do not fit together: {reason}", "python -m pip check"


_JUDGES: tuple[Callable[[Pinged], Reason | None], ...] = (
    _missing, _backend, _login, _location, _options, _host, _server, _package,
)  # fmt: skip


def _servers(location: Any) -> Iterator[str]:
    if isinstance(location, dict):
        for one in location.get("list", ()):
            yield from _servers(one)
    elif isinstance(location, str):
        yield from (server for server in re.split("[;,]", location) if server)
