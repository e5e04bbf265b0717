"""System checks on the settings that Django runs with. No cache is opened.

The id of a check is the code of its rule: CCH403 is ``cachelint.E403``, or W where the rule's
severity is a warning. ``SILENCED_SYSTEM_CHECKS`` and ``[tool.cachelint]`` turn them off.
"""

# mypy: disable-error-code="import-untyped"

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import VERSION
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

if TYPE_CHECKING:
    from cachelint.diagnostic import Diagnostic

TAG = "cachelint"
WRONG_CONFIGURATION = "cachelint.E000"
#: What is wrong only where more than one process serves.
_DEPLOYED = frozenset({"CCH407", "CCH408"})


def check_caches(app_configs: object, **options: Any) -> list[CheckMessage]:
    """The caches that are configured, and those that the code of the project uses."""
    return _messages(deployed=False) if app_configs is None else []


def check_deployed_caches(app_configs: object, **options: Any) -> list[CheckMessage]:
    """For ``check --deploy``: what several processes must share."""
    return _messages(deployed=True) if app_configs is None else []


def _messages(deployed: bool) -> list[CheckMessage]:
    from cachelint.config import ConfigurationError

    try:
        return [_message(found) for found in _diagnostics(deployed)]
    except ConfigurationError as error:
        # Both checks would say so.
        return [] if deployed else [Error(str(error), id=WRONG_CONFIGURATION)]


def _diagnostics(deployed: bool) -> Sequence[Diagnostic]:
    from dataclasses import replace

    from cachelint.config import find_configuration
    from cachelint.running import Answer, Environment, judge_running
    from cachelint.running.probe import snapshot
    from cachelint.running.reasons import Secrets, import_reason
    from cachelint.settings.records import Role

    answer = Answer.of(snapshot(settings))
    folder = answer.folder
    secrets = Secrets()
    secrets.add_caches(answer.settings.get("CACHES"))
    reasons = {
        alias: import_reason(error, folder, secrets) for alias, error in answer.errors.items()
    }
    configuration = replace(find_configuration(folder), django_version=VERSION[:2])
    role = Role.DEPLOYABLE if deployed else Role.LOCAL
    environment = Environment.around(answer, configuration, role, reasons)
    with_uses = not deployed and not _is_silenced("cachelint.E201", "cachelint.E204")
    found = judge_running(environment, configuration, with_uses)
    return [one for one in found if (one.code in _DEPLOYED) is deployed]


def _is_silenced(*ids: str) -> bool:
    return set(ids) <= set(settings.SILENCED_SYSTEM_CHECKS)


def _message(found: Diagnostic) -> CheckMessage:
    from cachelint.diagnostic import Severity
    from cachelint.source import masked

    is_error = found.severity is Severity.ERROR
    number = found.code.removeprefix("CCH")
    places = [f"{e.message} ({e.path}:{e.span.row})" for e in found.evidence]
    return (Error if is_error else Warning)(
        masked(found.message),
        hint=masked("; ".join([found.help, *places])),
        obj=f"{found.path}:{found.span.row}",
        id=f"cachelint.{'E' if is_error else 'W'}{number}",
    )
