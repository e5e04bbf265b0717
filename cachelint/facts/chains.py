"""Follow chains: names and the attributes, items and calls on them; record what may be a cache."""

from __future__ import annotations

import ast

from cachelint.dataclass import dataclass, field
from cachelint.facts.arguments import carried, form_of, formats, hashes_numbers, number_of, template
from cachelint.facts.context import Context, Deferred
from cachelint.facts.paths import SUPER_INIT
from cachelint.facts.records import Alias, Argument, Phase, Use, Value, Values
from cachelint.facts.scope import Scope, ScopeKind, extend, is_any, known_value
from cachelint.facts.vocabulary import SIMPLE_LAZY_OBJECT, is_canonical
from cachelint.source import Source

#: Builtins that run the whole of a generator that is their argument.
_CONSUMERS = frozenset(
    f"builtins.{name}"
    for name in (
        "all", "any", "dict", "frozenset", "list", "max", "min", "next", "set", "sorted", "sum",
        "tuple",
    )
)  # fmt: skip

#: Builtins that look into their first argument, so that the look is a use of it.
_LOOKING = frozenset(
    f"builtins.{name}" for name in ("len", "hasattr", "getattr", "setattr", "delattr")
)

#: Builtins that tell one object from another, or its type.
_EXAMINING = frozenset(f"builtins.{name}" for name in ("id", "isinstance", "issubclass", "type"))

#: What is called in place of its first argument.
_PASSING_ON = frozenset({"builtins.classmethod", "builtins.staticmethod", "functools.partial"})

#: Calls that keep what a function returns, whatever that is spelled like.
_KEEPING = frozenset({
    f"{SIMPLE_LAZY_OBJECT}()", "functools.cache()", "functools.lru_cache()",
    "functools.lru_cache()()",
})  # fmt: skip

#: Methods that put their last argument into the container, ``update()`` its elements.
_STORING = frozenset({"add", "append", "appendleft", "insert", "setdefault", "update"})

_SUPER_INITS = frozenset({SUPER_INIT})
_ITEM_CALLS = (".__getitem__()", ".create_connection()")
_GETS = (".get()", ".aget()")

_Argument = tuple[str | None, ast.expr, Values]


@dataclass
class ChainWalker:
    """Evaluates chains in the current scope and context, and records uses."""

    source: Source
    thorough: bool = False
    """Whether every call is of interest, and every body is walked: not only what spells a cache."""
    scope: Scope = field(default_factory=lambda: Scope(ScopeKind.MODULE))
    context: Context = field(default_factory=Context)
    uses: list[Use] = field(default_factory=list)
    pending: list[Deferred] = field(default_factory=list)
    """Bodies that run later, walked when everything around them has been."""
    defined: set[str] = field(default_factory=set)
    """The functions and lambdas met so far, whether they have been walked or not."""
    _targets: list[ast.expr] = field(default_factory=list)
    """What the assignment whose value is being walked binds."""
    _containers: list[ast.expr] = field(default_factory=list)
    """What the value that is being walked becomes an element of."""

    def evaluate_other(self, node: ast.expr, outer: str) -> Values:
        """What an expression may be that is no attribute, item or call."""
        raise NotImplementedError

    def call_lambda(self, node: ast.Lambda) -> None:
        """Walk a lambda that is called where it stands."""
        raise NotImplementedError

    def evaluate_consumed(self, node: ast.expr, outer: str = "") -> Values:
        """As evaluate, for a place that iterates over ``node`` at once."""
        raise NotImplementedError

    def evaluate(self, node: ast.expr, outer: str = "") -> Values:
        """What ``node`` may be; records every use in it. ``outer``: see Use."""
        if isinstance(node, ast.Name):
            return self.scope.look_up(node.id) if isinstance(node.ctx, ast.Load) else ()
        if isinstance(node, ast.Attribute):
            return self._attribute(node, outer)
        if isinstance(node, ast.Call):
            return self._call(node, outer)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, outer)
        return self.evaluate_other(node, outer)

    def evaluate_bound(self, node: ast.expr, targets: list[ast.expr]) -> Values:
        """What ``node`` may be, which an assignment binds to ``targets``."""
        return self._evaluate_kept(node, "value", targets, [])

    def evaluate_element(self, node: ast.expr, outer: str, containers: list[ast.expr]) -> Values:
        """What ``node`` may be, which becomes an element of ``containers``."""
        return self._evaluate_kept(node, outer, [], containers)

    def _evaluate_kept(
        self, node: ast.expr, outer: str, targets: list[ast.expr], containers: list[ast.expr]
    ) -> Values:
        before = self._targets, self._containers
        self._targets, self._containers = targets, containers
        values = self.evaluate(node, outer)
        self._targets, self._containers = before
        return values

    @property
    def display_containers(self) -> list[ast.expr]:
        """What the elements of a display become elements of that is being walked."""
        return self._targets or self._containers

    def peek(self, node: ast.expr) -> Values:
        """What a name or a chain of attributes may be, without recording anything."""
        if isinstance(node, ast.Name):
            return self.scope.look_up(node.id)
        if isinstance(node, ast.Attribute):
            return extend(self.peek(node.value), f".{node.attr}")
        return ()

    def _attribute(self, node: ast.Attribute, outer: str) -> Values:
        base = self.evaluate(node.value, "attribute")
        values = extend(base, f".{node.attr}")
        if values and isinstance(node.ctx, ast.Load):
            self.record(node, values, outer)
            if self.thorough and outer != "call":
                # In a method the path of `self` is that of its class.
                instance = "" if self.context.phase is Phase.IMPORT else "()"
                self.record_run(node, base, f"{instance}.{node.attr}.__get__()")
        return values

    def _subscript(self, node: ast.Subscript, outer: str) -> Values:
        base = self.evaluate(node.value, "item")
        self.evaluate(node.slice)
        if not base:
            return ()
        values = self._with_alias(extend(base, "[]"), node.slice, node)
        if isinstance(node.ctx, ast.Load):
            self.record(node, values, outer)
        return values

    def _call(self, node: ast.Call, outer: str) -> Values:
        if isinstance(node.func, ast.Lambda):
            self._arguments(node, consumed=False, outer="")
            self.call_lambda(node.func)
            return ()
        function = self.evaluate(node.func, "call")
        consumed = self._is_consumer(node, function)
        outer_of_arguments = "examined" if is_any(function, _EXAMINING) else ""
        arguments = self._arguments(node, consumed, outer_of_arguments)
        parts: Values = ()
        if formats(function, node.func):
            parts = tuple(value for _, _, found in arguments for value in carried(found))
        parts += template(function)
        if hashes_numbers(function, node):
            return known_value("builtins.int()")
        if not function:
            return parts
        parts += number_of(function, [found for _, _, found in arguments])
        values = parts or self._with_key(extend(function, "()"), node)
        if node.args and not isinstance(node.args[0], ast.Starred):
            if any(value.path.endswith(_ITEM_CALLS) for value in values):
                values = tuple(map(_as_item, values))
            values = self._with_alias(values, node.args[0])
        looks = is_any(function, _LOOKING)
        wanted = looks or _is_super_init(values) or self._is_of_interest(values, outer)
        if wanted or any(_may_matter(v) for _, _, v in arguments):
            self.record(node, values, outer, self._describe(arguments))
        return values + _passed_on(function, arguments)

    def _is_of_interest(self, values: Values, outer: str) -> bool:
        # What a function of this file gives back is known when all of them have been walked.
        is_kept_result = outer in ("value", "element") and any(
            value.path.startswith(":") and value.path.endswith("()") for value in values
        )
        return is_kept_result or _may_matter(values) or self.is_wanted(values)

    def is_wanted(self, values: Values) -> bool:
        """Whether a use is of interest although nothing in it spells a cache."""
        for value in values:
            if value.path in _KEEPING:
                return True
            if self.thorough and value.path.endswith("()") and _may_be_ours(value):
                return True
        return False

    def _is_consumer(self, node: ast.Call, function: Values) -> bool:
        # `next(generator, None)` and `SEPARATOR.join(generator)` too; os.path.join takes none.
        if isinstance(node.func, ast.Attribute) and node.func.attr == "join":
            return len(node.args) == 1
        return is_any(function, _CONSUMERS)

    def _arguments(self, node: ast.Call, consumed: bool, outer: str) -> list[_Argument]:
        found: list[_Argument] = []
        storing = isinstance(node.func, ast.Attribute) and node.func.attr in _STORING
        for argument in node.args:
            if consumed:
                values = self.evaluate_consumed(argument, outer)
            elif storing and argument is node.args[-1] and isinstance(node.func, ast.Attribute):
                values = self.evaluate_element(argument, "element", [node.func.value])
            else:
                values = self.evaluate(argument, outer)
            found.append(("*" if isinstance(argument, ast.Starred) else None, argument, values))
        for keyword in node.keywords:
            found.append((keyword.arg or "**", keyword.value, self.evaluate(keyword.value)))
        return found

    def _describe(self, arguments: list[_Argument]) -> tuple[Argument, ...]:
        return tuple(
            Argument(
                keyword,
                self.source.segment(expression),
                values,
                self.source.span(expression),
                form_of(expression),
                self.source.segment(expression.func) if isinstance(expression, ast.Call) else "",
            )
            for keyword, expression, values in arguments
        )

    def _with_key(self, values: Values, node: ast.Call) -> Values:
        """``values``, where they come out of a cache, with what they are looked up by."""
        if not node.args or not any(v.path.endswith(_GETS) for v in values):
            return values
        if not _may_matter(values):
            return values
        key = self.source.segment(node.args[0])
        return tuple(
            value._replace(key=key) if value.path.endswith(_GETS) else value for value in values
        )

    def _with_alias(
        self, values: Values, node: ast.expr, item: ast.Subscript | None = None
    ) -> Values:
        """``values`` with the alias ``node``, which may stand in the brackets of ``item``."""
        if not any(_takes_alias(value.path) for value in values) or not _may_matter(values):
            return values
        code = self.source.segment(node) if item is None else self.source.between_brackets(item)
        literal = node.value if isinstance(node, ast.Constant) else None
        text = literal if isinstance(literal, str) else None
        alias = Alias(code, text, self.source.span(node))
        return tuple(
            value._replace(alias=alias) if _takes_alias(value.path) else value for value in values
        )

    def record(
        self, node: ast.expr, values: Values, outer: str, arguments: tuple[Argument, ...] = ()
    ) -> None:
        """Record a use of ``values``, if one of them or of the arguments may be a cache."""
        if not (arguments or self._is_of_interest(values, outer)):
            return
        self.uses.append(
            Use(
                values=values,
                span=self.source.span(node),
                code=self.source.segment(node),
                base=self._base(node),
                phase=self.context.phase,
                guards=self.context.guards,
                outer=outer,
                owner=self.context.owner,
                in_class_body=self.context.in_class_body,
                arguments=arguments,
                targets=self._written(self._targets, outer == "value"),
                containers=self._written(self._containers, outer in ("value", "element")),
                is_async=self.context.is_async,
                is_deferred=self.context.is_deferred,
            )
        )

    def record_run(self, node: ast.expr, values: Values, method: str) -> None:
        """Record that Python calls ``method`` of ``values``: by a loop, a ``with``, a class."""
        ours = tuple(value for value in values if value.unless or not is_canonical(value.path))
        if self.thorough and ours:
            self.record(node, extend(ours, method), "")

    def _written(self, nodes: list[ast.expr], applies: bool) -> tuple[str, ...]:
        return tuple(map(self.source.segment, nodes)) if applies else ()

    def _base(self, node: ast.expr) -> str:
        """The code of what ``node`` takes an item of, or calls, if that is a name or attribute."""
        base = node.value if isinstance(node, ast.Subscript) else None
        if isinstance(node, ast.Call):
            base = node.func
        return self.source.segment(base) if isinstance(base, (ast.Name, ast.Attribute)) else ""


def _passed_on(function: Values, arguments: list[_Argument]) -> Values:
    """The function of the project that ``partial(f, …)`` or ``staticmethod(f)`` calls."""
    if not arguments or not is_any(function, _PASSING_ON):
        return ()
    return tuple(value for value in arguments[0][2] if not is_canonical(value.path))


def _is_super_init(values: Values) -> bool:
    return is_any(values, _SUPER_INITS)


def _may_be_ours(value: Value) -> bool:
    builtin = value.path.startswith("builtins.") and not value.path.startswith("builtins.super()")
    return bool(value.unless) or not builtin


def _may_matter(values: Values) -> bool:
    for value in values:
        # An attribute of a class of this file (":C.x") is judged when all of them are known.
        if value.mentions_cache or (value.path.startswith(":") and "." in value.path):
            return True
    return False


def _as_item(value: Value) -> Value:
    """``caches.__getitem__(x)`` and ``caches.create_connection(x)`` are ``caches[x]``."""
    for call in _ITEM_CALLS:
        if value.path.endswith(call):
            return value._replace(path=value.path.removesuffix(call) + "[]")
    return value


def _takes_alias(path: str) -> bool:
    return path.endswith(("[]", "get_redis_connection()"))
