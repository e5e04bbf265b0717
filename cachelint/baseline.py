"""Findings that are known and wait: what an old code base starts with.

A baseline counts findings by rule, path and fingerprint, so that moved lines stay known. Paths are
relative to the folder of the baseline, whatever the working directory is.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from cachelint.config import ConfigurationError
from cachelint.dataclass import dataclass, replace
from cachelint.diagnostic import Diagnostic
from cachelint.fingerprints import digest_of
from cachelint.report import Report

VERSION = 1


@dataclass(frozen=True, order=True)
class Entry:
    """A finding as a baseline knows it; ``path`` with forward slashes."""

    path: str
    rule: str
    fingerprint: str


@dataclass(frozen=True)
class Baseline:
    """How often each entry is known. ``path`` is the file's own."""

    path: str
    entries: Counter[Entry]

    def without_known(self, report: Report) -> tuple[Report, Counter[Entry]]:
        """What is new in ``report``, and the entries that nothing in it is like."""
        unmet = self.entries.copy()
        new = []
        for diagnostic in report.diagnostics:
            entry = self._entry(diagnostic, report)
            if unmet[entry] > 0:
                unmet[entry] -= 1
            else:
                new.append(diagnostic)
        known = len(report.diagnostics) - len(new)
        return replace(report, diagnostics=tuple(new), known=known), +unmet

    def updated(self, report: Report, scope: Scope) -> Baseline:
        """With the findings of ``report`` in place of all that this run could have found."""
        folder = self._folder
        kept = {e: n for e, n in self.entries.items() if not scope.covers(e, folder)}
        found = Counter(self._entry(diagnostic, report) for diagnostic in report.diagnostics)
        return Baseline(self.path, Counter(kept) + found)

    def stale(self, unmet: Counter[Entry], scope: Scope) -> list[tuple[Entry, int]]:
        """The entries without a finding, of those that this run could have found."""
        return sorted((e, n) for e, n in unmet.items() if scope.covers(e, self._folder))

    def to_text(self) -> str:
        findings = [
            {"rule": e.rule, "path": e.path, "fingerprint": e.fingerprint, "count": count}
            for e, count in sorted(self.entries.items())
        ]
        return json.dumps({"version": VERSION, "findings": findings}, indent=2) + "\n"

    @property
    def _folder(self) -> str:
        return os.path.dirname(os.path.abspath(self.path))

    def _entry(self, diagnostic: Diagnostic, report: Report) -> Entry:
        relative = os.path.relpath(os.path.abspath(diagnostic.path), self._folder)
        path = relative.replace(os.sep, "/")
        return Entry(path, diagnostic.code, digest_of(diagnostic, path, report.sources))


@dataclass(frozen=True)
class Scope:
    """What a run could have found: which rules, in which files and folders."""

    paths: Sequence[str]
    codes: Collection[str]

    def covers(self, entry: Entry, folder: str) -> bool:
        wanted = os.path.normpath(os.path.join(folder, entry.path))
        given = map(os.path.abspath, self.paths)
        is_below = any(wanted == one or wanted.startswith(os.path.join(one, "")) for one in given)
        return is_below and entry.rule in self.codes


def read_baseline(path: str) -> Baseline:
    """The baseline in the file at ``path``. Raises ConfigurationError."""
    try:
        with open(path, "rb") as file:
            document = json.loads(file.read())
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path}: no such baseline; --write-baseline writes it with what is found now"
        ) from error
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path}: no baseline: {error}") from error
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise ConfigurationError(f'{path}: no baseline: "version" is not {VERSION}')
    findings = document.get("findings")
    if not isinstance(findings, list):
        raise ConfigurationError(f'{path}: no baseline: "findings" is no list')
    return Baseline(path, Counter(dict(_entries(findings, path))))


def _entries(findings: list[Any], path: str) -> Iterable[tuple[Entry, int]]:
    for number, item in enumerate(findings, 1):
        found = item if isinstance(item, dict) else {}
        texts = [found.get(key) for key in ("path", "rule", "fingerprint")]
        count = found.get("count")
        is_count = isinstance(count, int) and not isinstance(count, bool) and count > 0
        if not all(isinstance(text, str) for text in texts) or not is_count:
            raise ConfigurationError(f"{path}: no baseline: finding {number} is incomplete")
        yield Entry(*map(str, texts)), int(str(count))
