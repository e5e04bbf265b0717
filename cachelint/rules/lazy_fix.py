"""The fix that most rules share: ``caches[alias]`` becomes ``LazyCacheWrapper(alias)``."""

from __future__ import annotations

from cachelint.diagnostic import Applicability, Edit, FixPlan
from cachelint.facts.records import Guard, GuardKind, Phase, Use
from cachelint.facts.vocabulary import BACKEND_ERRORS, HANDLER
from cachelint.modules import Resolved
from cachelint.rules.rule import FileView

WRAPPER = "LazyCacheWrapper"
#: What opens a wrapper at once, or asks for what a wrapper is not.
_USED = frozenset({"attribute", "call", "examined", "item", "membership", "statement"})


def wrapper_plan(view: FileView, use: Use, resolved: Resolved) -> FixPlan | None:
    """``X = caches[A]`` → ``X = LazyCacheWrapper(A)``; None where that is not the same thing.

    In a ``try`` whose handler has another cache ready the whole statement is rewritten, or nothing:
    the wrapper does not raise, so the handler would be dead.
    """
    alias = resolved.value.alias
    if alias is None or not use.base or not view.is_certain(use) or not use.code.endswith("]"):
        return None
    if use.outer in _USED or (use.phase is Phase.INIT and not all("." in t for t in use.targets)):
        return None  # It is opened here whatever stands for it.
    if view.is_unharmed(use, BACKEND_ERRORS):
        return FixPlan(
            title="Replace the try statement by one LazyCacheWrapper with a fallback",
            applicability=Applicability.UNSAFE,
            reason="the handler also serves a backend that cannot be imported, a fallback does not",
            rewrite="guarded-fallback",
            helper_names=(WRAPPER,),
            drops=(HANDLER, *sorted(BACKEND_ERRORS)),
        )
    return FixPlan(
        title=f"Replace by `{WRAPPER}({alias.text})`",
        applicability=Applicability.UNSAFE if _reason(use) else Applicability.SAFE,
        reason=_reason(use),
        edits=(Edit(use.span, f"{WRAPPER}({alias.code})"),),
        helper_names=(WRAPPER,),
        drops=(HANDLER,),
        targets=use.targets,
    )


def _reason(use: Use) -> str:
    if any(is_cache_check(guard) for guard in use.guards):
        return "whether the alias exists is still asked only once"
    if use.outer != "value":
        return "what the code around it does with the cache is not known"
    return ""


def is_cache_check(guard: Guard) -> bool:
    """Whether ``guard`` is ``alias in caches`` or ``alias in settings.CACHES``."""
    return guard.kind is GuardKind.MEMBERSHIP and guard.names[1].lower().endswith("caches")
