"""Addresses that reports lead to: ``[project.urls]`` of the package, where it has them."""

from __future__ import annotations

from functools import lru_cache

from cachelint.rules import Rule


@lru_cache(maxsize=1)
def _urls() -> dict[str, str]:
    # Loaded here: it takes longer than to write most reports.
    from importlib import metadata

    try:
        entries = metadata.metadata("cachelint").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:
        return {}
    found = (entry.partition(",") for entry in entries)
    return {label.strip().lower(): url.strip() for label, _, url in found}


def repository_url() -> str | None:
    urls = _urls()
    return urls.get("homepage") or urls.get("repository") or urls.get("source")


def documentation_url(rule: Rule) -> str | None:
    """The page of a rule; None as long as the package names no documentation."""
    base = _urls().get("documentation")
    return f"{base.rstrip('/')}/rules/{rule.name}/" if base else None
