"""Registers the checks when Django starts; nothing of cachelint is loaded before they run."""

# mypy: disable-error-code="import-untyped, misc"

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register


class CachelintConfig(AppConfig):
    """``INSTALLED_APPS += ["cachelint.contrib.django"]``."""

    name = "cachelint.contrib.django"
    label = "cachelint"
    verbose_name = "cachelint"

    def ready(self) -> None:
        from cachelint.contrib.django.checks import TAG, check_caches, check_deployed_caches

        register(check_caches, Tags.caches, TAG)
        register(check_deployed_caches, Tags.caches, TAG, deploy=True)
