"""The fix that most rules share: ``caches[alias]`` becomes ``LazyCacheWrapper(alias)``."""

from __future__ import annotations

from cachelint.diagnostic import Applicability, Edit, FixPlan
from cachelint.facts.records import Guard, GuardKind, Phase, Use
from cachelint.facts.vocabulary import BACKEND_ERRORS, HANDLER
from cachelint.modules import Resolved
from cachelint.rules.rule import FileView
from cachelint.source import one_line

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
    reason = unknown_surroundings(use)
    if any(is_cache_check(guard) for guard in use.guards):
        reason = "whether the alias exists is still asked only once"
    return replacement_by_wrapper(use, alias.code, reason, HANDLER)


def replacement_by_wrapper(
    use: Use, arguments: str, reason: str, *drops: str, reads: tuple[str, ...] = ()
) -> FixPlan:
    """``use`` → ``LazyCacheWrapper(arguments)``: safe without a ``reason`` against it."""
    content = f"{WRAPPER}({arguments})"
    return FixPlan(
        title=f"Replace by `{one_line(content)}`",
        applicability=Applicability.UNSAFE if reason else Applicability.SAFE,
        reason=reason,
        edits=(Edit(use.span, content),),
        helper_names=(WRAPPER,),
        drops=drops,
        targets=use.targets,
        reads=reads,
    )


def unknown_surroundings(use: Use) -> str:
    """Why a wrapper might not do in this place; empty where it is bound, returned or a default."""
    if use.outer == "value":
        return ""
    return "what the code around it does with the cache is not known"


def is_cache_check(guard: Guard) -> bool:
    """Whether ``guard`` is ``alias in caches`` or ``alias in settings.CACHES``."""
    return guard.kind is GuardKind.MEMBERSHIP and guard.names[1].lower().endswith("caches")
