"""What the alias of a cache may be: the expression between the brackets, followed to constants.

Through names, imports, attributes of classes, members of enums, defaults, alternatives and the
elements of displays. ``settings.X`` is left for whoever knows the settings; the environment is
never asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from cachelint.diagnostic import Evidence
from cachelint.facts.constant_forms import read_form
from cachelint.facts.constant_records import (
    Attribute,
    Binding,
    Call,
    ConstantFacts,
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
    ScopeNames,
    Table,
)
from cachelint.facts.records import Guard
from cachelint.modules import Modules

#: Names that lead to names: real chains have a few links.
_MAX_DEPTH = 16
_MAX_VALUES = 32
SETTINGS = "django.conf.settings"
_DEFAULT_ALIAS = frozenset({
    "django.core.cache.DEFAULT_CACHE_ALIAS", "django.core.cache.backends.base.DEFAULT_CACHE_ALIAS",
})  # fmt: skip
_ENUMS = frozenset({
    "enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag",
    "django.db.models.TextChoices", "django.db.models.IntegerChoices", "django.db.models.Choices",
    "django.db.models.enums.TextChoices", "django.db.models.enums.IntegerChoices",
})  # fmt: skip
_TEXTS = frozenset({
    "str", "enum.StrEnum", "django.db.models.TextChoices", "django.db.models.enums.TextChoices",
})  # fmt: skip
_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get"})


class Kind(Enum):
    """What an alias expression may turn out to be."""

    TEXT = "text"
    NONE = "none"
    """None: an environment variable that is not set."""
    MEMBER = "member"
    """A member of an enum that is no text: no key of anything."""
    SETTING = "setting"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class AliasValue:
    """One thing that an alias expression may be.

    ``text`` is the alias; of a setting its path (``CACHE_ALIAS``, ``MY_APP.CACHE``), of None the
    environment variable, of a member its name. ``guards`` hold where it is this one, ``evidence``
    is where it is written. ``fallback`` is what a setting is where it is not set: one thing that
    it may be, or nothing at all for an error.
    """

    kind: Kind
    text: str = ""
    evidence: tuple[Evidence, ...] = ()
    guards: tuple[Guard, ...] = ()
    fallback: AliasValue | None = None


UNKNOWN = AliasValue(Kind.UNKNOWN)


@dataclass(frozen=True)
class _At:
    """A place that reads names: a scope of a file."""

    facts: ConstantFacts
    owner: str
    row: int | None

    @property
    def scope(self) -> ScopeNames | None:
        return self.facts.scopes.get(self.owner)


@dataclass(frozen=True)
class _Class:
    """A class of the project."""

    facts: ConstantFacts
    name: str

    @property
    def scope(self) -> ScopeNames:
        return self.facts.scopes[self.name]


@dataclass(frozen=True)
class _Outside:
    """Something of another package, or the settings, by its dotted name."""

    path: str


@dataclass(frozen=True)
class _Member:
    """A member of an enum."""

    cls: _Class
    name: str
    value: AliasValue


@dataclass(frozen=True)
class _Kept:
    """A display or dict, and where its elements read their names."""

    form: Display | Table
    at: _At


_Found = AliasValue | _Class | _Outside | _Member | _Kept


class Aliases:
    """Follows alias expressions through the files of ``modules``."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    def read(self, code: str, path: str, owner: str, row: int) -> tuple[AliasValue, ...]:
        """What the expression ``code`` in ``row`` of the function or class ``owner`` may be."""
        facts = self._modules.constants(path)
        if facts is None:
            return (UNKNOWN,)
        at = _At(facts, owner, row)
        form = read_form(code, row, facts.imports)
        return tuple(dict.fromkeys(map(_as_alias, self._values(form, at, 0))))[:_MAX_VALUES]

    def _values(self, form: Form, at: _At, depth: int) -> Iterator[_Found]:
        """Everything that ``form`` may be; nothing at all for what no run gets to."""
        if depth > _MAX_DEPTH:
            yield UNKNOWN
            return
        depth += 1
        if isinstance(form, Literal):
            yield _constant(form, at)
        elif isinstance(form, Named):
            yield from self._named(form, at, depth)
        elif isinstance(form, Attribute):
            yield from self._attribute(form, at, depth)
        elif isinstance(form, Item):
            yield from self._item(form, at, depth)
        elif isinstance(form, Call):
            yield from self._call(form, at, depth)
        elif isinstance(form, Either):
            yield from self._either(form, at, depth)
        elif isinstance(form, Joined):
            yield self._joined(form, at, depth)
        elif isinstance(form, (Display, Table)):
            yield _Kept(form, at)
        elif isinstance(form, Element):
            yield from self._elements(form, at, depth)
        elif isinstance(form, Imported):
            yield from self._imported(form.path, at.facts.path, depth)
        elif isinstance(form, Defined):
            yield _Class(at.facts, form.name)
        else:
            yield UNKNOWN

    # -- names -------------------------------------------------------------------------------

    def _named(self, form: Named, at: _At, depth: int) -> Iterator[_Found]:
        owner, row = at.owner, form.row
        while True:
            scope = at.facts.scopes.get(owner)
            # A class body is no scope for the functions in it.
            if scope is not None and (not scope.is_class or owner == at.owner):
                if form.name in scope.names:
                    found = scope.visible(form.name, row)
                    yield from self._bound(found, replace(at, owner=owner), depth)
                    return
                if not scope.is_class:
                    row = None
            if not owner:
                break
            owner = _outer(owner)
        for star in reversed(at.facts.stars):
            found_there = list(self._starred(star, form.name, at, depth))
            if found_there:
                yield from found_there
                return
        yield _Outside(f"builtins.{form.name}") if not at.facts.stars else UNKNOWN

    def _starred(self, star: str, name: str, at: _At, depth: int) -> Iterator[_Found]:
        path = f"{star}{name}" if star.endswith(".") else f"{star}.{name}"
        if self._modules.locate(path, at.facts.path) is not None:
            yield from self._imported(path, at.facts.path, depth)

    def _bound(self, bindings: tuple[Binding, ...], at: _At, depth: int) -> Iterator[_Found]:
        if not bindings:
            yield UNKNOWN
        for binding in bindings:
            own = at if binding.owner is None else replace(at, owner=binding.owner)
            for value in self._values(binding.form, own, depth):
                if isinstance(value, AliasValue) and binding.guards:
                    value = replace(value, guards=(*value.guards, *binding.guards))
                yield value
            if binding.is_parameter:
                yield UNKNOWN

    def _imported(self, path: str, origin: str, depth: int) -> Iterator[_Found]:
        """What a dotted name of another module is."""
        if path in _DEFAULT_ALIAS:
            yield AliasValue(Kind.TEXT, "default")
            return
        located = None if path.startswith("django.") else self._modules.locate(path, origin)
        if located is None:
            yield _Outside(path)
            return
        link, rest = located
        facts = self._modules.constants(link.path)
        scope = facts.scopes[""] if facts is not None else None
        if facts is None or scope is None or link.name not in scope.names:
            yield UNKNOWN
            return
        at = _At(facts, "", None)
        form: Form = Named(link.name, None)
        for name in rest:
            form = Attribute(form, name)
        yield from self._values(form, at, depth)

    # -- attributes and items ----------------------------------------------------------------

    def _attribute(self, form: Attribute, at: _At, depth: int) -> Iterator[_Found]:
        own_class = self._own_class(form.base, at)
        if own_class is not None:
            yield from self._class_attribute(own_class, form.name, depth)
            return
        for base in self._values(form.base, at, depth):
            if isinstance(base, _Outside):
                yield from self._attribute_outside(base, form.name, at, depth)
            elif isinstance(base, _Class):
                yield from self._class_attribute(base, form.name, depth)
            elif isinstance(base, _Member):
                yield _member_attribute(base, form.name)
            else:
                yield UNKNOWN

    def _attribute_outside(
        self, base: _Outside, name: str, at: _At, depth: int
    ) -> Iterator[_Found]:
        if base.path == SETTINGS:
            yield AliasValue(Kind.SETTING, name)
        elif base.path.startswith("builtins."):
            yield UNKNOWN
        else:
            yield from self._imported(f"{base.path}.{name}", at.facts.path, depth)

    def _own_class(self, base: Form, at: _At) -> _Class | None:
        """The class whose method says ``self``, ``cls`` or ``type(self)``."""
        owner = at.owner
        while owner and not (at.facts.scopes.get(owner) or ScopeNames({})).instance:
            owner = _outer(owner)
        scope = at.facts.scopes.get(owner)
        if scope is None or not owner or not isinstance(base, Named):
            return None
        if base.name != scope.instance:
            return None
        while owner and not at.facts.scopes[owner].is_class:
            owner = _outer(owner)
        return _Class(at.facts, owner) if owner else None

    def _class_attribute(self, cls: _Class, name: str, depth: int) -> Iterator[_Found]:
        for owner in self._lineage(cls, depth):
            scope = owner.scope
            bound = scope.visible(name, None)
            assigned = scope.attributes.get(name, ())
            if bound or assigned:
                at = _At(owner.facts, owner.name, None)
                for value in self._bound((*assigned, *bound), at, depth):
                    if bound and not name.startswith("_") and self._is_enum(owner, depth):
                        plain = value if isinstance(value, AliasValue) else UNKNOWN
                        yield self._member(owner, name, plain, depth)
                    else:
                        yield value
                return
        yield UNKNOWN

    def _lineage(self, cls: _Class, depth: int) -> Iterator[_Class]:
        """The class and those of the project that it inherits from."""
        seen: set[tuple[str, str]] = set()
        waiting = [cls]
        while waiting:
            found = waiting.pop(0)
            if (found.facts.path, found.name) in seen or found.name not in found.facts.scopes:
                continue
            seen.add((found.facts.path, found.name))
            yield found
            waiting += [base for base in self._bases(found, depth) if isinstance(base, _Class)]

    def _bases(self, cls: _Class, depth: int) -> Iterator[_Found]:
        at = _At(cls.facts, _outer(cls.name), None)
        for base in cls.scope.bases:
            yield from self._values(base, at, depth)

    def _outside_bases(self, cls: _Class, depth: int) -> set[str]:
        return {
            base.path.removeprefix("builtins.")
            for found in self._lineage(cls, depth)
            for base in self._bases(found, depth)
            if isinstance(base, _Outside)
        }

    def _is_enum(self, cls: _Class, depth: int) -> bool:
        return not _ENUMS.isdisjoint(self._outside_bases(cls, depth))

    def _member(self, cls: _Class, name: str, value: AliasValue, depth: int) -> _Found:
        is_text = not _TEXTS.isdisjoint(self._outside_bases(cls, depth))
        return value if is_text else _Member(cls, name, value)

    def _item(self, form: Item, at: _At, depth: int) -> Iterator[_Found]:
        key = self._only_text(form.key, at, depth)
        for base in self._values(form.base, at, depth):
            if isinstance(base, AliasValue) and base.kind is Kind.SETTING and key is not None:
                yield replace(base, text=f"{base.text}.{key}")
            elif isinstance(base, _Kept) and isinstance(base.form, Table):
                yield from self._entries(base, key, depth)
            elif isinstance(base, _Outside) and base.path == "os.environ":
                yield UNKNOWN
            else:
                yield UNKNOWN

    def _entries(self, table: _Kept, key: str | None, depth: int) -> Iterator[_Found]:
        assert isinstance(table.form, Table)
        for own, value in table.form.items:
            if key is None or self._only_text(own, table.at, depth) in (key, None):
                yield from self._values(value, table.at, depth)
        if key is None:
            yield UNKNOWN

    def _elements(self, form: Element, at: _At, depth: int) -> Iterator[_Found]:
        for iterable in self._values(form.iterable, at, depth):
            if isinstance(iterable, _Kept):
                table = isinstance(iterable.form, Table)
                for element in (
                    [key for key, _ in iterable.form.items]
                    if isinstance(iterable.form, Table)
                    else iterable.form.elements
                ):
                    del table
                    yield from self._values(element, iterable.at, depth)
                    table = False
            else:
                yield UNKNOWN

    # -- calls and operators -----------------------------------------------------------------

    def _call(self, form: Call, at: _At, depth: int) -> Iterator[_Found]:
        if isinstance(form.function, Attribute) and form.function.name == "get":
            yield from self._get(form, form.function, at, depth)
            return
        for function in self._values(form.function, at, depth):
            path = function.path if isinstance(function, _Outside) else ""
            if path == "builtins.getattr" and len(form.arguments) in (2, 3):
                yield from self._getattr(form, at, depth)
            elif path == "builtins.str" and len(form.arguments) == 1:
                yield from self._values(form.arguments[0], at, depth)
            elif path in _ENVIRONMENT:
                yield from self._environment(form, at, depth)
            else:
                yield UNKNOWN

    def _getattr(self, form: Call, at: _At, depth: int) -> Iterator[_Found]:
        name = self._only_text(form.arguments[1], at, depth)
        if name is None:
            yield UNKNOWN
            return
        read = self._values(Attribute(form.arguments[0], name), at, depth)
        fallbacks = list(self._values(form.arguments[2], at, depth)) if form.arguments[2:] else []
        for value in read:
            if isinstance(value, AliasValue) and value.kind is Kind.SETTING and fallbacks:
                for fallback in fallbacks:
                    yield replace(value, fallback=_as_alias(fallback))
            else:
                yield value

    def _get(self, form: Call, function: Attribute, at: _At, depth: int) -> Iterator[_Found]:
        """``os.environ.get``, ``settings.X.get("k", "d")``, ``TABLE.get("k")``."""
        for base in self._values(function.base, at, depth):
            if isinstance(base, _Outside) and f"{base.path}.get" in _ENVIRONMENT:
                yield from self._environment(form, at, depth)
                continue
            key = self._only_text(form.arguments[0], at, depth) if form.arguments else None
            default = form.arguments[1] if len(form.arguments) == 2 else Literal(None, None)
            if isinstance(base, AliasValue) and base.kind is Kind.SETTING and key is not None:
                for fallback in self._values(default, at, depth):
                    text = f"{base.text}.{key}"
                    yield replace(base, text=text, fallback=_as_alias(fallback))
            elif isinstance(base, _Kept) and isinstance(base.form, Table):
                yield from self._entries(base, key, depth)
                yield from self._values(default, at, depth)
            else:
                yield UNKNOWN

    def _environment(self, form: Call, at: _At, depth: int) -> Iterator[_Found]:
        """A variable of the environment: anybody's text, else the default."""
        keywords = dict(form.keywords)
        default = form.arguments[1] if form.arguments[1:] else keywords.get("default")
        yield UNKNOWN
        if default is None or default == Literal(None, None):
            yield AliasValue(Kind.NONE, form.text)
            return
        for value in self._values(default, at, depth):
            is_none = isinstance(value, AliasValue) and value.kind is Kind.NONE
            yield AliasValue(Kind.NONE, form.text) if is_none else value

    def _either(self, form: Either, at: _At, depth: int) -> Iterator[_Found]:
        for option in form.options:
            for value in self._values(option.form, at, depth):
                if not isinstance(value, AliasValue):
                    yield value
                elif not option.needed or (value.kind is not Kind.NONE and value.text != ""):
                    yield replace(value, guards=(*value.guards, *option.guards))
                elif value.kind is Kind.UNKNOWN:
                    yield value

    def _joined(self, form: Joined, at: _At, depth: int) -> AliasValue:
        parts = [self._only_text(part, at, depth) for part in form.parts]
        known = [part for part in parts if part is not None]
        if len(known) != len(parts):
            return UNKNOWN
        return AliasValue(Kind.TEXT, "".join(known))

    def _only_text(self, form: Form, at: _At, depth: int) -> str | None:
        """The text that ``form`` is, None where it may be something else."""
        values = list(self._values(form, at, depth))
        value = values[0] if len(values) == 1 else None
        is_text = isinstance(value, AliasValue) and value.kind is Kind.TEXT
        return value.text if isinstance(value, AliasValue) and is_text else None


def _constant(form: Literal, at: _At) -> AliasValue:
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


def _member_attribute(member: _Member, name: str) -> AliasValue:
    if name in ("value", "_value_"):
        return member.value
    if name in ("name", "_name_"):
        return AliasValue(Kind.TEXT, member.name)
    return UNKNOWN


def _as_alias(found: _Found) -> AliasValue:
    if isinstance(found, AliasValue):
        return found
    if isinstance(found, _Member):
        return AliasValue(Kind.MEMBER, f"{found.cls.name}.{found.name}", found.value.evidence)
    return UNKNOWN


def _outer(owner: str) -> str:
    """The qualified name of what ``owner`` is defined in."""
    return owner.rpartition(".")[0].removesuffix(".<locals>")
