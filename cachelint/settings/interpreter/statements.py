"""Statements, in the order in which Python runs them.

Storey above calls. Imports are the last storey's.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from typing import Any

from cachelint.settings.interpreter.calls import MAX_ROUNDS, Arguments, Calls
from cachelint.settings.interpreter.guards import NEVER, Guard
from cachelint.settings.interpreter.machine import Frame, Jumps, Raised
from cachelint.settings.interpreter.relevance import written_names
from cachelint.settings.interpreter.values import (
    Choices,
    ClassObject,
    DictObject,
    FunctionObject,
    ListObject,
    NamespaceObject,
    Opaque,
    Scope,
    Value,
)
from cachelint.settings.records import Constant

#: Rounds of a loop of which nobody knows how often it runs.
MAX_UNKNOWN_ROUNDS = 2

_KINDS = {
    "builtins.property": "property", "functools.cached_property": "property",
    "django.utils.functional.cached_property": "property",
    "builtins.classmethod": "classmethod", "builtins.staticmethod": "staticmethod",
    "django.utils.functional.classproperty": "property",
}  # fmt: skip
#: Decorators after which a function or class still does what it says.
_TRANSPARENT = frozenset({
    "functools.lru_cache", "functools.lru_cache()", "functools.cache", "functools.wraps()",
    "dataclasses.dataclass", "dataclasses.dataclass()", "enum.unique", "typing.final",
    "typing.overload", "typing.no_type_check", "typing_extensions.override", "typing.override",
    "functools.total_ordering", "configurations.pristinemethod", "typing.runtime_checkable",
})  # fmt: skip


class Statements(Calls):
    """Runs statements for the runs at hand."""

    def block(self, body: list[ast.stmt]) -> None:
        for statement in body:
            if self.running == NEVER:
                return
            self.step()
            self.statement = self.frame.module, statement
            handler = _HANDLERS.get(type(statement))
            if handler is None:
                continue
            outer = self.is_relevant
            self.is_relevant = self.frame.is_relevant or self.relevance.matters(statement)
            handler(self, statement)
            self.is_relevant = outer

    # Storey above

    def import_names(self, node: ast.Import) -> None:
        raise NotImplementedError

    def import_from(self, node: ast.ImportFrom) -> None:
        raise NotImplementedError

    # Binding

    def assign(self, target: ast.expr, choices: Choices) -> None:
        """``target = …``."""
        if isinstance(target, ast.Name):
            scope = self.frame.scope
            self.bind(scope.declared.get(target.id, scope), target.id, self.only(choices))
        elif isinstance(target, ast.Subscript):
            self._assign_item(target, choices)
        elif isinstance(target, ast.Attribute):
            for owner in self.each(self.evaluate(target.value)):
                self.set_attribute(owner, target.attr, self.only(choices), target)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, self.unknown(target.value))
        elif isinstance(target, (ast.Tuple, ast.List)):
            self._unpack(target, choices)

    def _assign_item(self, target: ast.Subscript, choices: Choices) -> None:
        owners = self.evaluate(target.value)
        if isinstance(target.slice, ast.Slice):
            self.open_lists(owners, self.cause(target, f"`{self.text(target)} = …`"))
            return
        keys = self.evaluate(target.slice)
        pairs = self.combinations([owners, keys])
        if pairs is None:
            cause = self.cause(target, f"`{self.text(target)}` has too many possibilities")
            for owner in self.each(owners):
                self.escape(owner, cause)
            return
        for owner, key in pairs:
            self._set_item_of(owner, key, self.only(choices), target)

    def _set_item_of(
        self, owner: Value, key: Value, choices: Choices, target: ast.Subscript
    ) -> None:
        if isinstance(owner, NamespaceObject):
            constant = self.key_of(key)
            if constant is not None:
                self.bind(owner.scope, str(constant.value), choices)
            else:
                text = self.text(target)
                self.release(owner.scope, self.cause(target, f"`{text} = …`"), replaces=True)
        elif isinstance(owner, Opaque) and owner.path in ("os.environ", "sys.modules"):
            self.variables.clear()
        elif isinstance(owner, ListObject):
            constant = self.key_of(key)
            index = constant.value if constant is not None else None
            if isinstance(index, int) and -len(owner.items) <= index < len(owner.items):
                guard, old = owner.items[index]
                kept = self.guards.without(guard, self.running)
                owner.items[index : index + 1 or None] = [(kept, old), *choices]
            else:
                self.open(owner, self.cause(target, f"`{self.text(target)} = …`"))
        else:
            found = self.as_dict(owner)
            if found is not None:
                self.set_value(found, key, choices, target.slice)

    def _unpack(self, target: ast.Tuple | ast.List, choices: Choices) -> None:
        has_star = any(isinstance(element, ast.Starred) for element in target.elts)
        for value in self.each(choices):
            if isinstance(value, ListObject) and not value.openings and not has_star:
                items = self.only(value.items)
                if len(items) == len(target.elts):
                    for element, (_, item) in zip(target.elts, items, strict=True):
                        self.assign(element, [(self.running, item)])
                    continue
            for element in target.elts:
                self.assign(element, self.unknown(element))

    def _assignment(self, node: ast.Assign) -> None:
        if len(node.targets) == 1 and self._assign_pairwise(node.targets[0], node.value):
            return
        choices = self.evaluate(node.value)
        for target in node.targets:
            self.assign(target, choices)

    def _assign_pairwise(self, target: ast.expr, value: ast.expr) -> bool:
        """``a, b = x, y``: each stays the very object that it is."""
        displays = (ast.Tuple, ast.List)
        if not isinstance(target, displays) or not isinstance(value, displays):
            return False
        has_star = any(isinstance(e, ast.Starred) for e in (*target.elts, *value.elts))
        if has_star or len(target.elts) != len(value.elts):
            return False
        found = [self.evaluate(element) for element in value.elts]
        for element, choices in zip(target.elts, found, strict=True):
            self.assign(element, choices)
        return True

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value))

    def _augmented(self, node: ast.AugAssign) -> None:
        target = node.target
        load: ast.expr
        if isinstance(target, ast.Name):
            load = ast.copy_location(ast.Name(target.id, ast.Load()), target)
        elif isinstance(target, ast.Attribute):
            load = ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
        else:
            load = ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target)
        olds, news = self.evaluate(load), self.evaluate(node.value)
        found: list[tuple[Guard, Value]] = []
        pairs = self.combinations([olds, news])
        if pairs is None:
            self.assign(target, self.unknown(load))
            return
        for old, new in pairs:
            found.append((self.running, self._combined(node, old, new)))
        self.assign(target, self.merged(self.only(found)))

    def _combined(self, node: ast.AugAssign, old: Value, new: Value) -> Value:
        """``old op= new``: lists, sets and dicts are changed in place."""
        is_extended = isinstance(node.op, (ast.Add, ast.BitOr))
        if isinstance(old, ListObject) and old.kind != "tuple" and is_extended:
            self.extend(old, new, node.value)
            return old
        if isinstance(node.op, ast.BitOr):
            content = self.as_dict(old) if isinstance(new, DictObject) else None
            if isinstance(old, DictObject) or content is not None:
                assert content is not None or isinstance(old, DictObject)
                self.merge(content or self._dict_of(old), new, node.value)
                return old
        target = node.target
        choices = self.binary(node.op, [(self.running, old)], [(self.running, new)], target)
        return choices[0][1] if len(choices) == 1 else self.opaque(target)

    def _dict_of(self, value: Value) -> DictObject:
        assert isinstance(value, DictObject)
        return value

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                scope = self.frame.scope
                self.unbind(scope.declared.get(target.id, scope), target.id)
            elif isinstance(target, ast.Subscript):
                self._delete_item(target)
            elif isinstance(target, ast.Attribute):
                for owner in self.each(self.evaluate(target.value)):
                    scope_of = getattr(owner, "scope", None)
                    if isinstance(scope_of, Scope):
                        self.unbind(scope_of, target.attr)

    def _delete_item(self, target: ast.Subscript) -> None:
        owners, keys = self.evaluate(target.value), self.evaluate(target.slice)
        for owner, key in self.combinations([owners, keys]) or ():
            constant = self.key_of(key)
            if isinstance(owner, NamespaceObject) and constant is not None:
                self.unbind(owner.scope, str(constant.value))
                continue
            found = self.as_dict(owner) if isinstance(owner, (DictObject, Opaque)) else None
            if found is None:
                self.open_lists([(self.running, owner)], self.cause(target, "`del` of an item"))
                continue
            if constant is not None:
                there = self.has_key(found, constant, self.place(target), self.text(target))
                self.fail("KeyError", self.guards.without(self.running, there))
                self.delete_item(found, constant.value)
                continue
            for one in list(found.slots):
                text = f"`del {self.text(target)}` removes {one!r}"
                with self.under(self.fresh_test(target, text, f"{one!r} stays")):
                    self.delete_item(found, one)

    def _expression(self, node: ast.Expr) -> None:
        self.evaluate(node.value)

    def _global(self, node: ast.Global) -> None:
        for name in node.names:
            self.frame.scope.declared[name] = self.frame.module.scope

    def _nonlocal(self, node: ast.Nonlocal) -> None:
        for name in node.names:
            scope = self.frame.scope.parent
            while scope is not None and (scope.kind != "function" or name not in scope.names):
                scope = scope.parent
            if scope is not None:
                self.frame.scope.declared[name] = scope

    # Functions and classes

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        made = self.make_function(node)
        self._bind_decorated(node, made)

    def _bind_decorated(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, made: Value
    ) -> None:
        choices: Choices = [(self.running, made)]
        for decorator in reversed(node.decorator_list):
            choices = self._decorated(decorator, choices)
        self.assign(ast.copy_location(ast.Name(node.name, ast.Store()), node), choices)

    def _decorated(self, decorator: ast.expr, value: Choices) -> Choices:
        found: list[tuple[Guard, Value]] = []
        is_setter = isinstance(decorator, ast.Attribute) and decorator.attr in ("setter", "deleter")
        if is_setter:
            return value
        for function in self.each(self.evaluate(decorator)):
            if isinstance(function, Opaque) and function.path in _KINDS:
                for _, one in value:
                    if isinstance(one, FunctionObject):
                        one.kind = _KINDS[function.path]
                found += self.only(value)
            elif isinstance(function, Opaque) and function.path in _TRANSPARENT:
                found += self.only(value)
            elif isinstance(function, Opaque):
                found += self.unknown(decorator, f"@{self.text(decorator)} is not followed")
            else:
                call = ast.copy_location(ast.Call(decorator, [], []), decorator)
                found += self.call_value(function, Arguments([value]), call)
        return self.merged(self.only(found))

    def _class(self, node: ast.ClassDef) -> None:
        bases: list[Value] = []
        for base in node.bases:
            choices = self.only(self.evaluate(base))
            bases.append(choices[0][1] if len(choices) == 1 else self.opaque(base))
        scope = Scope("class", self.frame.scope)
        cls = ClassObject(node.name, self.frame.module, tuple(bases), scope, self.place(node))
        cls.fields = [
            statement.target.id
            for statement in node.body
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        ]
        frame = Frame(self.frame.module, scope, self.frame.function)
        frame.is_relevant = self.frame.is_relevant
        self.frames.append(frame)
        try:
            self.block(node.body)
        finally:
            self.frames.pop()
        for bound in scope.names.values():
            for _, value in bound:
                if isinstance(value, FunctionObject) and value.owner is None:
                    value.owner = cls
        self._bind_decorated(node, cls)

    def _return(self, node: ast.Return) -> None:
        choices = self.evaluate(node.value) if node.value else self.constant(None, node)
        self.frame.returned += self.only(choices)
        self.running = NEVER

    # Branches

    def _if(self, node: ast.If) -> None:
        self._branch(self.is_true(node.test), node.body, node.orelse)

    def _branch(self, true: Guard, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        outer = self.running
        mark = len(self.dead)
        self.running = self.guards.both(outer, true)
        self.block(body)
        after = self.running
        self.running = self.guards.without(outer, true)
        self.block(orelse)
        self.running = self.guards.either(after, self.running)
        self.revive(mark)

    def _match(self, node: ast.Match) -> None:
        subjects = self.evaluate(node.subject)
        mark = len(self.dead)
        after = NEVER
        for case in node.cases:
            outer = self.running
            if outer == NEVER:
                break
            matched = NEVER
            for subject in self.each(subjects):
                holds = self._matches(case.pattern, subject, node.subject)
                matched = self.guards.either(matched, self.guards.both(self.running, holds))
            self.running = self.guards.both(outer, matched)
            if case.guard is not None and self.running != NEVER:
                matched = self.is_true(case.guard)
                self.running = self.guards.both(self.running, matched)
            waiting = self.guards.without(outer, self.running)
            self.block(case.body)
            after = self.guards.either(after, self.running)
            self.running = waiting
        self.running = self.guards.either(after, self.running)
        self.revive(mark)

    def _matches(self, pattern: ast.pattern, subject: Value, node: ast.expr) -> Guard:
        if isinstance(pattern, ast.MatchAs):
            holds = self.running
            if pattern.pattern is not None:
                holds = self._matches(pattern.pattern, subject, node)
            if pattern.name is not None:
                with self.under(holds):
                    self.bind(self.frame.scope, pattern.name, [(self.running, subject)])
            return holds
        if isinstance(pattern, ast.MatchOr):
            return self.union(self._matches(p, subject, node) for p in pattern.patterns)
        if isinstance(pattern, ast.MatchValue):
            test = ast.copy_location(ast.Compare(node, [ast.Eq()], [pattern.value]), node)
            found = NEVER
            for value in self.each(self.evaluate(pattern.value)):
                equal = self._compared(ast.Eq(), subject, value, test)
                found = self.guards.either(found, self.guards.both(self.running, equal))
            return found
        if isinstance(pattern, ast.MatchSingleton):
            constant = Constant(pattern.value, self.place(node))
            test = ast.copy_location(ast.Compare(node, [ast.Is()], [node]), node)
            return self._compared(ast.Is(), subject, constant, test)
        for child in ast.walk(pattern):
            name = getattr(child, "name", None) or getattr(child, "rest", None)
            if isinstance(name, str):
                self.bind(self.frame.scope, name, self.unknown(node))
        return self.fresh_test(node, f"`{self.text(node)}` matches line {pattern.lineno}")

    # Loops

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        if not self.is_relevant:
            self._skip(node)
            return
        iterables = self.evaluate(node.iter)
        jumps = Jumps()
        mark = len(self.dead)
        self.loops.append(jumps)
        unknown: list[Value] = []
        for iterable in self.each(iterables):
            items, cause = self.items_of(iterable, node.iter)
            if len(items) > 4 * MAX_ROUNDS:
                items = items[: 4 * MAX_ROUNDS]
                cause = self.cause(node.iter, "so many rounds are not followed")
            for guard, item in items:
                with self.under(guard):
                    self._round(node.target, item, node.body, jumps)
            if cause is not None:
                unknown.append(iterable)
                self._unknown_rounds(node, jumps, self.opaque(node.iter, cause=cause.message))
        self.loops.pop()
        self.block(node.orelse)
        self.running = self.guards.either(self.running, jumps.broken)
        self.revive(mark)

    def _skip(self, node: ast.For | ast.AsyncFor | ast.While) -> None:
        """A loop that cannot matter for CACHES: what it may write is not known afterwards."""
        cause = self.cause(node, "a loop that is not followed")
        for name in dict.fromkeys(written_names(node)):
            scope = self.frame.scope
            scope = scope.declared.get(name, scope)
            choices, _ = self.own(scope, name, node)
            for _, value in choices:
                if isinstance(value, (DictObject, ListObject)):
                    self.open(value, cause)
            if not any(isinstance(value, (DictObject, ListObject)) for _, value in choices):
                self.bind(
                    scope, name, [(self.running, Opaque(name, cause.place, "", cause.message))]
                )

    def _round(
        self, target: ast.expr | None, item: Value, body: list[ast.stmt], jumps: Jumps
    ) -> None:
        if self.running == NEVER:
            return
        if target is not None:
            self.assign(target, [(self.running, item)])
        jumps.continued = NEVER
        self.block(body)
        self.running = self.guards.either(self.running, jumps.continued)
        jumps.continued = NEVER

    def _unknown_rounds(self, node: ast.For | ast.AsyncFor, jumps: Jumps, item: Opaque) -> None:
        """Rounds of which nobody knows how many there are: none, one, and some more."""
        text = self.text(node.iter)
        waiting = NEVER
        for number in range(MAX_UNKNOWN_ROUNDS):
            again = self.fresh_test(node, f"`{text}` has items", f"`{text}` has no more items")
            waiting = self.guards.either(waiting, self.guards.without(self.running, again))
            self.running = self.guards.both(self.running, again)
            before = self._written()
            fresh = Opaque(item.text, item.place, "", item.cause)
            self._round(node.target, fresh, node.body, jumps)
            if number and self._written() == before:
                break
        else:
            self._widen(node, before)
        self.running = self.guards.either(self.running, waiting)

    def _written(self) -> dict[str, int]:
        """What the names in reach are, roughly: to see whether one more round changes anything."""
        found: dict[str, int] = {}
        scope: Scope | None = self.frame.scope
        while scope is not None:
            for name, choices in scope.names.items():
                kinds = [
                    len(value.slots) if isinstance(value, DictObject)
                    else len(value.items) if isinstance(value, ListObject)
                    else hash(value.value) if isinstance(value, Constant) else 0
                    for _, value in choices
                ]  # fmt: skip
                found[f"{id(scope)}.{name}"] = hash(tuple(sorted(kinds)))
            scope = scope.parent
        return found

    def _widen(self, node: ast.For | ast.AsyncFor | ast.While, before: dict[str, int]) -> None:
        """More rounds than are followed may have done more of the same."""
        cause = self.cause(node, "a loop whose rounds are not known")
        scope: Scope | None = self.frame.scope
        after = self._written()
        while scope is not None:
            for name, choices in list(scope.names.items()):
                key = f"{id(scope)}.{name}"
                if before.get(key) == after.get(key):
                    continue
                for _, value in choices:
                    if isinstance(value, (DictObject, ListObject)):
                        self.open(value, cause)
                if all(isinstance(value, (Constant, Opaque)) for _, value in choices):
                    self.bind(scope, name, [(self.running, Opaque(name, cause.place))])
            scope = scope.parent

    def _while(self, node: ast.While) -> None:
        if not self.is_relevant:
            self._skip(node)
            return
        jumps = Jumps()
        self.loops.append(jumps)
        ended = NEVER
        undecided = 0
        before: dict[str, int] = {}
        for _ in range(MAX_ROUNDS):
            if self.running == NEVER:
                break
            true = self.is_true(node.test)
            going = self.guards.both(self.running, true)
            ended = self.guards.either(ended, self.guards.without(self.running, true))
            undecided += going not in (NEVER, self.running)
            self.running = going
            before = self._written()
            self._round(None, Constant(None, self.place(node.test)), node.body, jumps)
            if undecided == MAX_UNKNOWN_ROUNDS:
                break
        if self.running != NEVER:
            self._widen(node, before)
        self.running = self.guards.either(self.running, ended)
        self.loops.pop()
        self.block(node.orelse)
        self.running = self.guards.either(self.running, jumps.broken)

    def _break(self, node: ast.Break) -> None:
        if self.loops:
            jumps = self.loops[-1]
            jumps.broken = self.guards.either(jumps.broken, self.running)
        self.running = NEVER

    def _continue(self, node: ast.Continue) -> None:
        if self.loops:
            jumps = self.loops[-1]
            jumps.continued = self.guards.either(jumps.continued, self.running)
        self.running = NEVER

    # Errors

    def _raise(self, node: ast.Raise) -> None:
        name: str | None = None
        if node.exc is not None:
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            for value in self.each(self.evaluate(error)):
                name = self._error_name(value)
        self.end(name)

    def _error_name(self, value: Value) -> str | None:
        if isinstance(value, Opaque) and value.path:
            return value.path.removeprefix("builtins.")
        return f":{value.name}" if isinstance(value, ClassObject) else None

    def _assert(self, node: ast.Assert) -> None:
        true = self.is_true(node.test)
        self.end("AssertionError", self.guards.without(self.running, true))

    def _try(self, node: ast.Try) -> None:
        entered = self.running
        mark = len(self.dead)
        self.catching.append([])
        self.block(node.body)
        raised = self.catching.pop()
        self.block(node.orelse)
        after = self.running
        for handler in node.handlers:
            caught = NEVER
            remaining: list[Raised] = []
            for error in raised:
                hit = self._catches(handler, error)
                caught = self.guards.either(caught, hit)
                rest = self.guards.without(error.guard, hit)
                if rest != NEVER:
                    remaining.append(Raised(rest, error.name))
            raised = remaining
            if caught != NEVER:
                self.running = caught
                if handler.name is not None:
                    unknown = Opaque(handler.name, self.place(handler))
                    self.bind(self.frame.scope, handler.name, [(self.running, unknown)])
                self.block(handler.body)
                after = self.guards.either(after, self.running)
        for error in raised:
            if self.catching:
                self.catching[-1].append(error)
            else:
                self.dead.append(error.guard)
        if node.finalbody:
            self.running = entered
            self.block(node.finalbody)
            after = self.guards.both(after, self.running)
        self.running = after
        self.revive(mark)

    def _catches(self, handler: ast.ExceptHandler, error: Raised) -> Guard:
        """The runs of ``error`` that the handler takes."""
        if handler.type is None:
            return error.guard
        self.running = error.guard
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        caught = NEVER
        for type_ in types:
            for value in self.each(self.evaluate(type_)):
                answer = _is_caught(error.name, self._error_name(value))
                if answer is None:
                    name = self.text(type_)
                    answer_guard = self.fresh_test(handler, f"{name} is raised", f"no {name}")
                    caught = self.guards.either(
                        caught, self.guards.both(self.running, answer_guard)
                    )
                elif answer:
                    caught = self.guards.either(caught, self.running)
        return self.guards.both(caught, error.guard)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        suppressed: list[ast.expr] = []
        for item in node.items:
            context = item.context_expr
            choices = self.evaluate(context)
            for _, value in choices:
                if isinstance(value, Opaque) and value.path == "contextlib.suppress()":
                    assert isinstance(context, ast.Call)
                    suppressed += context.args
            if item.optional_vars is not None:
                opened = [
                    (guard, value if _is_file(value) else self.opaque(context))
                    for guard, value in self.only(choices)
                ]
                self.assign(item.optional_vars, opened)
        if not suppressed:
            self.block(node.body)
            return
        names = ast.copy_location(ast.Tuple(suppressed, ast.Load()), suppressed[0])
        quiet = ast.copy_location(ast.Pass(), node)
        handler = ast.copy_location(ast.ExceptHandler(names, None, [quiet]), node)
        self._try(ast.copy_location(ast.Try(node.body, [handler], [], []), node))


def _is_file(value: Value) -> bool:
    return isinstance(value, Opaque) and value.path.startswith("file:")


def _is_caught(raised: str | None, handled: str | None) -> bool | None:
    """Whether ``except handled`` takes an error of the class ``raised``; None: nobody knows."""
    if handled in ("Exception", "BaseException"):
        return raised != "SystemExit" or handled == "BaseException"
    if raised is None or handled is None:
        return None
    if raised == handled:
        return True
    known = [getattr(builtins, name, None) for name in (raised, handled)]
    first, second = known
    if isinstance(first, type) and isinstance(second, type):
        return issubclass(first, second)
    # An error of Python is none of a library's; the other way round it may be.
    return False if isinstance(first, type) else None


_Handler = Callable[[Any, Any], None]
_HANDLERS: dict[type[ast.stmt], _Handler] = {
    ast.Assign: Statements._assignment,
    ast.AnnAssign: Statements._annotated,
    ast.AugAssign: Statements._augmented,
    ast.Delete: Statements._delete,
    ast.Expr: Statements._expression,
    ast.Global: Statements._global,
    ast.Nonlocal: Statements._nonlocal,
    ast.FunctionDef: Statements._function,
    ast.AsyncFunctionDef: Statements._function,
    ast.ClassDef: Statements._class,
    ast.Return: Statements._return,
    ast.If: Statements._if,
    ast.Match: Statements._match,
    ast.For: Statements._for,
    ast.AsyncFor: Statements._for,
    ast.While: Statements._while,
    ast.Break: Statements._break,
    ast.Continue: Statements._continue,
    ast.Raise: Statements._raise,
    ast.Assert: Statements._assert,
    ast.Try: Statements._try,
    ast.With: Statements._with,
    ast.AsyncWith: Statements._with,
    ast.Import: lambda machine, node: machine.import_names(node),
    ast.ImportFrom: lambda machine, node: machine.import_from(node),
}
if hasattr(ast, "TryStar"):
    _HANDLERS[ast.TryStar] = Statements._try
