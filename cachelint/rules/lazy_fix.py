"""The fix that most rules share: ``caches[alias]`` becomes ``LazyCacheWrapper(alias)``."""

from __future__ import annotations

import re
from dataclasses import replace

from cachelint.diagnostic import Applicability, Edit, FixPlan, NoFix
from cachelint.facts.records import FunctionFacts, Guard, GuardKind, Phase, Use
from cachelint.facts.vocabulary import BACKEND_ERRORS, HANDLER, HELPER_GET_CACHE, PROXY
from cachelint.modules import Resolved
from cachelint.project import Opened
from cachelint.rules.rule import FileView
from cachelint.source import one_line

WRAPPER = "LazyCacheWrapper"
_SETTINGS = "django.conf.settings"
#: What is said of an alias wherever it is named.
_ABOUT_ALIASES = ("CCH201", "CCH202")
#: What opens a wrapper at once, or asks for what a wrapper is not.
_USED = frozenset({"attribute", "call", "examined", "item", "membership", "statement"})
_OPENED_HERE = NoFix("it is used on the spot, which opens it here whatever stands for it")
_USED_BY_CONSTRUCTOR = NoFix("the constructor itself uses it, which opens it there")
_UNCERTAIN = NoFix("what it is here, or under which alias, is not certain")
_OTHER_SPELLING = NoFix("it is not written as `caches[alias]`")
_ALIAS_OF_ANOTHER_FILE = NoFix("what makes the alias in the function is not to be had here")
_MORE_THAN_A_CACHE = NoFix("the function does more than to return one `caches[alias]`")


def wrapper_plan(view: FileView, use: Use, resolved: Resolved) -> FixPlan | NoFix:
    """``X = caches[A]`` → ``X = LazyCacheWrapper(A)``, where that is the same thing.

    In a ``try`` whose handler has another cache ready the whole statement is rewritten, or nothing:
    the wrapper does not raise, so the handler would be dead.
    """
    alias = resolved.value.alias
    if alias is None or not view.is_certain(use):
        return _UNCERTAIN
    if not use.base or not use.code.endswith("]"):
        return _OTHER_SPELLING
    if use.outer in _USED or _is_local(use):
        return _OPENED_HERE if use.outer in _USED else _USED_BY_CONSTRUCTOR
    if view.is_unharmed(use, BACKEND_ERRORS):
        return FixPlan(
            title="Replace the try statement by one LazyCacheWrapper with a fallback",
            applicability=Applicability.UNSAFE,
            reason="the handler also serves a backend that cannot be imported, a fallback does not",
            rewrite="guarded-fallback",
            helper_names=(WRAPPER,),
            drops=(HANDLER, PROXY, *sorted(BACKEND_ERRORS)),
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


def call_plan(use: Use, returned: tuple[Opened, ...]) -> FixPlan | NoFix:
    """A wrapper for a call of a function that does nothing but return ``caches[alias]``."""
    if use.outer in _USED or _is_local(use):
        return _OPENED_HERE if use.outer in _USED else _USED_BY_CONSTRUCTOR
    if len(returned) != 1 or not use.base or len(use.values) != 1:
        return _MORE_THAN_A_CACHE
    opened = returned[0]
    function = opened.facts.functions.get(opened.use.owner)
    caught = any(guard.kind is GuardKind.EXCEPT for guard in (*use.guards, *opened.use.guards))
    # A subclass may have another method of that name.
    is_method = opened.use.owner.rpartition(".")[0] in opened.facts.classes
    if function is None or is_method or caught or not function.is_plain or function.decorators:
        return _MORE_THAN_A_CACHE
    certain = len(opened.use.values) == 1 and opened.use.outer == "value"
    if not opened.is_direct or not certain:
        return _MORE_THAN_A_CACHE
    alias = _alias_of_call(use, function, opened)
    if alias is None:
        return _ALIAS_OF_ANOTHER_FILE
    imports = (_SETTINGS,) if _is_setting(opened) else ()
    plan = replacement_by_wrapper(use, alias, unknown_surroundings(use))
    return replace(plan, imports=imports, repeats=_ABOUT_ALIASES)


def _alias_of_call(use: Use, function: FunctionFacts, opened: Opened) -> str | None:
    """The alias as the call has it: a literal of the function, or an argument of the call."""
    alias = opened.resolved.value.alias
    if alias is None:
        return None
    if alias.literal is not None or _is_setting(opened):
        return alias.code if not use.arguments else None
    if alias.text not in function.parameters or len(use.arguments) != 1:
        return None
    argument = use.arguments[0]
    if argument.keyword is None and function.parameters[:1] == (alias.text,):
        return argument.code
    return argument.code if argument.keyword == alias.text else None


def _is_setting(opened: Opened) -> bool:
    """Whether the alias is ``settings.X``, which any file may say."""
    alias = opened.resolved.value.alias
    if alias is None or re.fullmatch(r"settings\.[A-Z]\w*", alias.code) is None:
        return False
    return [value.path for value in opened.facts.exports.get("settings", ())] == [_SETTINGS]


def helper_plan(view: FileView, use: Use) -> FixPlan | NoFix:
    """``get_cache(…)`` of the helper → ``LazyCacheWrapper(…)``."""
    unpacked = any(argument.keyword in ("*", "**") for argument in use.arguments)
    if not use.base or not view.is_certain(use) or unpacked:
        return _UNCERTAIN
    if _is_local(use):
        return _USED_BY_CONSTRUCTOR
    arguments = ", ".join(
        argument.code if argument.keyword is None else f"{argument.keyword}={argument.code}"
        for argument in use.arguments
    )
    return replacement_by_wrapper(use, arguments, unknown_surroundings(use), HELPER_GET_CACHE)


def _is_local(use: Use) -> bool:
    """Whether a constructor binds the cache to a local name: it is used there, whatever it is."""
    return use.phase is Phase.INIT and not all("." in target for target in use.targets)


def unknown_surroundings(use: Use) -> str:
    """Why a wrapper might not do in this place; empty where it is bound, returned or a default."""
    if use.outer == "value":
        return ""
    return "what the code around it does with the cache is not known"


def is_cache_check(guard: Guard) -> bool:
    """Whether ``guard`` is ``alias in caches`` or ``alias in settings.CACHES``."""
    return guard.kind is GuardKind.MEMBERSHIP and guard.names[1].lower().endswith("caches")
