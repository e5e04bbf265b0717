"""Names, attributes and imports on the way to an alias: scopes and classes across files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cachelint.facts.constant_records import (
    Attribute,
    Binding,
    Display,
    Form,
    Named,
    ScopeNames,
)
from cachelint.modules import Modules
from cachelint.project.alias_records import (
    UNKNOWN,
    AliasValue,
    At,
    ClassOf,
    Found,
    Kept,
    Kind,
    Member,
    Outside,
    as_alias,
    outer_name,
)

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


class AliasNames:
    """What names are. ``values`` is for the storey above to say."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    def values(self, form: Form, at: At, depth: int) -> Iterator[Found]:
        """Everything that ``form``, read at ``at``, may be."""
        raise NotImplementedError

    def named(self, form: Named, at: At, depth: int) -> Iterator[Found]:
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
            owner = outer_name(owner)
        for star in reversed(at.facts.stars):
            found_there = list(self._starred(star, form.name, at, depth))
            if found_there:
                yield from found_there
                return
        yield Outside(f"builtins.{form.name}") if not at.facts.stars else UNKNOWN

    def _starred(self, star: str, name: str, at: At, depth: int) -> Iterator[Found]:
        path = f"{star}{name}" if star.endswith(".") else f"{star}.{name}"
        if self._modules.locate(path, at.facts.path) is not None:
            yield from self.imported(path, at.facts.path, depth)

    def _bound(self, bindings: tuple[Binding, ...], at: At, depth: int) -> Iterator[Found]:
        if not bindings:
            yield UNKNOWN
        for binding in bindings:
            own = at if binding.owner is None else replace(at, owner=binding.owner)
            for value in self.values(binding.form, own, depth):
                if isinstance(value, AliasValue) and binding.guards:
                    value = replace(value, guards=(*value.guards, *binding.guards))
                yield value
            if binding.is_parameter:
                yield UNKNOWN

    def imported(self, path: str, origin: str, depth: int) -> Iterator[Found]:
        """What a dotted name of another module is."""
        if path in _DEFAULT_ALIAS:
            yield AliasValue(Kind.TEXT, "default")
            return
        located = None if path.startswith("django.") else self._modules.locate(path, origin)
        if located is None:
            yield Outside(path)
            return
        link, rest = located
        facts = self._modules.constants(link.path)
        scope = facts.scopes[""] if facts is not None else None
        if facts is None or scope is None or link.name not in scope.names:
            yield UNKNOWN
            return
        at = At(facts, "", None)
        form: Form = Named(link.name, None)
        for name in rest:
            form = Attribute(form, name)
        yield from self.values(form, at, depth)

    def attribute(self, form: Attribute, at: At, depth: int) -> Iterator[Found]:
        own_class = self._own_class(form.base, at)
        if own_class is not None:
            yield from self._class_attribute(own_class, form.name, depth)
            return
        for base in self.values(form.base, at, depth):
            if isinstance(base, Outside):
                yield from self._attribute_outside(base, form.name, at, depth)
            elif isinstance(base, ClassOf):
                yield from self._class_attribute(base, form.name, depth)
            elif isinstance(base, Member):
                yield _member_attribute(base, form.name)
            else:
                yield UNKNOWN

    def _attribute_outside(self, base: Outside, name: str, at: At, depth: int) -> Iterator[Found]:
        if base.path == SETTINGS:
            yield AliasValue(Kind.SETTING, name)
        elif base.path.startswith("builtins."):
            yield UNKNOWN
        else:
            yield from self.imported(f"{base.path}.{name}", at.facts.path, depth)

    def _own_class(self, base: Form, at: At) -> ClassOf | None:
        """The class whose method says ``self``, ``cls`` or ``type(self)``."""
        owner = at.owner
        while owner and not (at.facts.scopes.get(owner) or ScopeNames({})).instance:
            owner = outer_name(owner)
        scope = at.facts.scopes.get(owner)
        if scope is None or not owner or not isinstance(base, Named):
            return None
        if base.name != scope.instance:
            return None
        while owner and not at.facts.scopes[owner].is_class:
            owner = outer_name(owner)
        return ClassOf(at.facts, owner) if owner else None

    def _class_attribute(self, cls: ClassOf, name: str, depth: int) -> Iterator[Found]:
        for owner in self._lineage(cls, depth):
            scope = owner.scope
            bound = scope.visible(name, None)
            assigned = scope.attributes.get(name, ())
            if bound or assigned:
                at = At(owner.facts, owner.name, None)
                for value in self._bound((*assigned, *bound), at, depth):
                    if bound and not name.startswith("_") and self._is_enum(owner, depth):
                        plain = next(map(as_alias, self._value_of_member(value, depth)), UNKNOWN)
                        yield self._member(owner, name, plain, depth)
                    else:
                        yield value
                return
        yield UNKNOWN

    def _lineage(self, cls: ClassOf, depth: int) -> Iterator[ClassOf]:
        """The class and those of the project that it inherits from."""
        seen: set[tuple[str, str]] = set()
        waiting = [cls]
        while waiting:
            found = waiting.pop(0)
            if (found.facts.path, found.name) in seen or found.name not in found.facts.scopes:
                continue
            seen.add((found.facts.path, found.name))
            yield found
            waiting += [base for base in self._bases(found, depth) if isinstance(base, ClassOf)]

    def _bases(self, cls: ClassOf, depth: int) -> Iterator[Found]:
        at = At(cls.facts, outer_name(cls.name), None)
        for base in cls.scope.bases:
            yield from self.values(base, at, depth)

    def _outside_bases(self, cls: ClassOf, depth: int) -> set[str]:
        return {
            base.path.removeprefix("builtins.")
            for found in self._lineage(cls, depth)
            for base in self._bases(found, depth)
            if isinstance(base, Outside)
        }

    def _value_of_member(self, value: Found, depth: int) -> Iterator[Found]:
        """The value of a member; of Django's choices the first of value and label."""
        if isinstance(value, Kept) and isinstance(value.form, Display) and value.form.elements:
            yield from self.values(value.form.elements[0], value.at, depth)
        else:
            yield value

    def _is_enum(self, cls: ClassOf, depth: int) -> bool:
        return not _ENUMS.isdisjoint(self._outside_bases(cls, depth))

    def _member(self, cls: ClassOf, name: str, value: AliasValue, depth: int) -> Found:
        is_text = not _TEXTS.isdisjoint(self._outside_bases(cls, depth))
        return Member(cls, name, value, is_text)


def _member_attribute(member: Member, name: str) -> AliasValue:
    if name in ("value", "_value_"):
        return member.value
    if name in ("name", "_name_"):
        return AliasValue(Kind.TEXT, member.name)
    return UNKNOWN
