"""What the alias of a cache may be: the expression between the brackets, followed to constants.

Through names, imports, attributes of classes, members of enums, defaults, alternatives and the
elements of displays. ``settings.X`` is left for whoever knows the settings; the environment is
never asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cachelint.diagnostic import Evidence
from cachelint.facts.constant_forms import read_form
from cachelint.facts.constant_records import (
    Attribute,
    Call,
    Defined,
    Display,
    Either,
    Element,
    Form,
    Imported,
    Item,
    Joined,
    Literal,
    Named,
    Table,
)
from cachelint.project.alias_names import AliasNames
from cachelint.project.alias_records import (
    UNKNOWN,
    AliasValue,
    At,
    ClassOf,
    Found,
    Kept,
    Kind,
    Outside,
    as_alias,
)

#: Names that lead to names: real chains have a few links.
_MAX_DEPTH = 16
_MAX_VALUES = 32
_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get"})


class Aliases(AliasNames):
    """Follows alias expressions through the files of ``modules``."""

    def read(self, code: str, path: str, owner: str, row: int) -> tuple[AliasValue, ...]:
        """What the expression ``code`` in ``row`` of the function or class ``owner`` may be."""
        facts = self._modules.constants(path)
        if facts is None:
            return (UNKNOWN,)
        at = At(facts, owner, row)
        form = read_form(code, row, facts.imports)
        return tuple(dict.fromkeys(map(as_alias, self.values(form, at, 0))))[:_MAX_VALUES]

    def values(self, form: Form, at: At, depth: int) -> Iterator[Found]:
        """Everything that ``form`` may be; nothing at all for what no run gets to."""
        if depth > _MAX_DEPTH:
            yield UNKNOWN
            return
        depth += 1
        if isinstance(form, Literal):
            yield _constant(form, at)
        elif isinstance(form, Named):
            yield from self.named(form, at, depth)
        elif isinstance(form, Attribute):
            yield from self.attribute(form, at, depth)
        elif isinstance(form, Item):
            yield from self._item(form, at, depth)
        elif isinstance(form, Call):
            yield from self._call(form, at, depth)
        elif isinstance(form, Either):
            yield from self._either(form, at, depth)
        elif isinstance(form, Joined):
            yield self._joined(form, at, depth)
        elif isinstance(form, (Display, Table)):
            yield Kept(form, at)
        elif isinstance(form, Element):
            yield from self._elements(form, at, depth)
        elif isinstance(form, Imported):
            yield from self.imported(form.path, at.facts.path, depth)
        elif isinstance(form, Defined):
            yield ClassOf(at.facts, form.name)
        else:
            yield UNKNOWN

    def _item(self, form: Item, at: At, depth: int) -> Iterator[Found]:
        key = self._only_text(form.key, at, depth)
        for base in self.values(form.base, at, depth):
            if isinstance(base, AliasValue) and base.kind is Kind.SETTING and key is not None:
                yield replace(base, text=f"{base.text}.{key}")
            elif isinstance(base, Kept) and isinstance(base.form, Table):
                yield from self._entries(base, key, depth)
            elif isinstance(base, Outside) and base.path == "os.environ":
                yield UNKNOWN
            else:
                yield UNKNOWN

    def _entries(self, table: Kept, key: str | None, depth: int) -> Iterator[Found]:
        assert isinstance(table.form, Table)
        for own, value in table.form.items:
            if key is None or self._only_text(own, table.at, depth) in (key, None):
                yield from self.values(value, table.at, depth)
        if key is None:
            yield UNKNOWN

    def _elements(self, form: Element, at: At, depth: int) -> Iterator[Found]:
        for iterable in self.values(form.iterable, at, depth):
            if isinstance(iterable, Kept):
                kept = iterable.form
                elements = [k for k, _ in kept.items] if isinstance(kept, Table) else kept.elements
                for element in elements:
                    yield from self.values(element, iterable.at, depth)
            else:
                yield UNKNOWN

    # -- calls and operators -----------------------------------------------------------------

    def _call(self, form: Call, at: At, depth: int) -> Iterator[Found]:
        if isinstance(form.function, Attribute) and form.function.name == "get":
            yield from self._get(form, form.function, at, depth)
            return
        for function in self.values(form.function, at, depth):
            path = function.path if isinstance(function, Outside) else ""
            if path == "builtins.getattr" and len(form.arguments) in (2, 3):
                yield from self._getattr(form, at, depth)
            elif path == "builtins.str" and len(form.arguments) == 1:
                yield from self.values(form.arguments[0], at, depth)
            elif path in _ENVIRONMENT:
                yield from self._environment(form, at, depth)
            else:
                yield UNKNOWN

    def _getattr(self, form: Call, at: At, depth: int) -> Iterator[Found]:
        name = self._only_text(form.arguments[1], at, depth)
        if name is None:
            yield UNKNOWN
            return
        read = self.values(Attribute(form.arguments[0], name), at, depth)
        fallbacks = list(self.values(form.arguments[2], at, depth)) if form.arguments[2:] else []
        for value in read:
            if isinstance(value, AliasValue) and value.kind is Kind.SETTING and fallbacks:
                for fallback in fallbacks:
                    yield replace(value, fallback=as_alias(fallback))
            else:
                yield value

    def _get(self, form: Call, function: Attribute, at: At, depth: int) -> Iterator[Found]:
        """``os.environ.get``, ``settings.X.get("k", "d")``, ``TABLE.get("k")``."""
        for base in self.values(function.base, at, depth):
            if isinstance(base, Outside) and f"{base.path}.get" in _ENVIRONMENT:
                yield from self._environment(form, at, depth)
                continue
            key = self._only_text(form.arguments[0], at, depth) if form.arguments else None
            default = form.arguments[1] if len(form.arguments) == 2 else Literal(None, None)
            if isinstance(base, AliasValue) and base.kind is Kind.SETTING and key is not None:
                for fallback in self.values(default, at, depth):
                    text = f"{base.text}.{key}"
                    yield replace(base, text=text, fallback=as_alias(fallback))
            elif isinstance(base, Kept) and isinstance(base.form, Table):
                yield from self._entries(base, key, depth)
                yield from self.values(default, at, depth)
            else:
                yield UNKNOWN

    def _environment(self, form: Call, at: At, depth: int) -> Iterator[Found]:
        """A variable of the environment: anybody's text, else the default."""
        keywords = dict(form.keywords)
        default = form.arguments[1] if form.arguments[1:] else keywords.get("default")
        yield UNKNOWN
        if default is None or default == Literal(None, None):
            yield AliasValue(Kind.NONE, form.text)
            return
        for value in self.values(default, at, depth):
            is_none = isinstance(value, AliasValue) and value.kind is Kind.NONE
            yield AliasValue(Kind.NONE, form.text) if is_none else value

    def _either(self, form: Either, at: At, depth: int) -> Iterator[Found]:
        for option in form.options:
            for value in self.values(option.form, at, depth):
                if not isinstance(value, AliasValue):
                    yield value
                elif not option.needed or (value.kind is not Kind.NONE and value.text != ""):
                    yield replace(value, guards=(*value.guards, *option.guards))
                elif value.kind is Kind.UNKNOWN:
                    yield value

    def _joined(self, form: Joined, at: At, depth: int) -> AliasValue:
        parts = [self._only_text(part, at, depth) for part in form.parts]
        known = [part for part in parts if part is not None]
        if len(known) != len(parts):
            return UNKNOWN
        return AliasValue(Kind.TEXT, "".join(known))

    def _only_text(self, form: Form, at: At, depth: int) -> str | None:
        """The text that ``form`` is, None where it may be something else."""
        values = list(self.values(form, at, depth))
        value = values[0] if len(values) == 1 else None
        is_text = isinstance(value, AliasValue) and value.kind is Kind.TEXT
        return value.text if isinstance(value, AliasValue) and is_text else None


def _constant(form: Literal, at: At) -> AliasValue:
    if form.value is None:
        return AliasValue(Kind.NONE)
    if not isinstance(form.value, str):
        return UNKNOWN
    evidence: tuple[Evidence, ...] = ()
    if form.span is not None:
        evidence = (
            Evidence(at.facts.path, form.span, f'the alias "{form.value}" is written here'),
        )
    return AliasValue(Kind.TEXT, form.value, evidence)
