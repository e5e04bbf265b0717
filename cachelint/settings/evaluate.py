"""The result of reading a settings module: values of the interpreter → records."""

from __future__ import annotations

import os

from cachelint.diagnostic import Span
from cachelint.modules import Modules, shown_path
from cachelint.settings.interpreter.guards import ALWAYS, NEVER, Guard, TooLongError
from cachelint.settings.interpreter.imports import Interpreter
from cachelint.settings.interpreter.machine import Frame
from cachelint.settings.interpreter.values import (
    BoundMethod,
    Choices,
    ClassObject,
    DictObject,
    FunctionObject,
    InstanceObject,
    ListObject,
    MemberObject,
    ModuleObject,
    Opaque,
    PathObject,
    Scope,
    Slot,
    Template,
    Value,
)
from cachelint.settings.records import (
    Alias,
    Cause,
    Certainty,
    Choice,
    Condition,
    Constant,
    Item,
    Known,
    Listing,
    Mapping,
    Place,
    Reference,
    Settings,
    SettingsModule,
    Text,
    Unknown,
)

#: `TEMPLATES` has the most storeys of what rules ask for, `OPTIONS: {loaders: [(…, […])]}`.
_MAX_DEPTH = 6
#: Real settings have some hundreds of values; dicts that stand in each other have no end of them.
_MAX_RECORDS = 20_000
#: How far names are followed back from CACHES: all the way, else, where that takes too long, less.
_REACHES = (None, 2, 0)
#: Settings with dicts and lists that rules ask for; of the others only texts and numbers are kept.
STRUCTURED = frozenset({
    "INSTALLED_APPS", "LANGUAGES", "MIDDLEWARE", "MIDDLEWARE_CLASSES", "REST_FRAMEWORK",
    "REST_FRAMEWORK_EXTENSIONS", "TEMPLATES", "TEMPLATE_DIRS",
})  # fmt: skip
#: What Django has where the settings have no CACHES.
_LOCMEM = "django.core.cache.backends.locmem.LocMemCache"


def evaluate(settings_module: SettingsModule, modules: Modules) -> Settings:
    """What ``settings_module`` says, read without importing it. Never raises for what it reads."""
    file = os.path.abspath(settings_module.path)
    start = Place(shown_path(file), Span(1, 1, 1, 1))
    for reach in _REACHES:
        machine = Interpreter(modules, reach)
        module = machine.module_at(file, settings_module.module)
        if module is None:
            return _nothing(settings_module, Cause(start, machine.unparsed[file]))
        try:
            _run(machine, module)
            return _Result(machine, settings_module, module).settings()
        except (TooLongError, RecursionError):
            start = machine.position or start
    return _nothing(settings_module, Cause(start, "from here on there are too many possibilities"))


def _nothing(settings_module: SettingsModule, cause: Cause) -> Settings:
    return Settings(settings_module, {}, (cause,), {}, (cause.place.path,))


def _run(machine: Interpreter, module: ModuleObject) -> None:
    folder = os.path.dirname(module.file)
    packages = []
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        package = machine.module_at(os.path.join(folder, "__init__.py"))
        if package is not None and package is not module:
            packages.append(package)
        folder = os.path.dirname(folder)
    machine.frames.append(Frame(module, module.scope))
    for package in reversed(packages):
        if machine.touches(package):
            machine.run_module(package)
    machine.run_module(module)
    machine.is_relevant = True


class _Result:
    """Reads the final namespace of a module."""

    def __init__(
        self, machine: Interpreter, settings_module: SettingsModule, module: ModuleObject
    ) -> None:
        self.machine = machine
        self.module = settings_module
        self.object = module
        self.scope = module.scope
        guards = machine.guards
        self.reached = guards.without(machine.running, machine.union(machine.dead))
        machine.running = self.reached
        """The runs that get to the end."""
        self.causes: list[Cause] = []
        self.is_about_aliases = True
        self._flags: dict[str, Guard] | None = None
        self._records = 0
        self.start = Place(module.source.path, Span(1, 1, 1, 1))

    def settings(self) -> Settings:
        if self.reached == NEVER:
            message = "no run gets further than this"
            self.causes.append(Cause(self.machine.ended or self.start, message))
            self.machine.running = self.reached = ALWAYS
        choices = self._caches()
        aliases = self._aliases(choices)
        # Which runs end early matters for aliases; asked of every setting it costs too much.
        self.is_about_aliases = self.machine.is_relevant = False
        self.machine.running = self.reached = ALWAYS
        values = self._values()
        files = [m.source.path for m in self.machine.files.values() if m and m.ran != NEVER]
        bindings = [value.place for _, value in choices if isinstance(value, DictObject)]
        return Settings(
            self.module,
            aliases,
            tuple(dict.fromkeys(self.causes)),
            values,
            tuple(dict.fromkeys([self.start.path, *files])),
            tuple(dict.fromkeys(bindings)),
        )

    # CACHES

    def _caches(self) -> list[tuple[Guard, Value]]:
        choices, absent = self._setting("CACHES")
        found = list(choices)
        if absent != NEVER:
            with self.machine.under(absent):
                found.append((absent, self._global_caches()))
        return found

    def _global_caches(self) -> DictObject:
        found = DictObject(self.start)
        default = DictObject(self.start)
        backend = Constant(_LOCMEM, self.start)
        default.slots["BACKEND"] = [Slot(ALWAYS, backend, self.start)]
        found.slots["default"] = [Slot(ALWAYS, default, self.start)]
        self.global_default = default
        return found

    def _setting(self, name: str) -> tuple[Choices, Guard]:
        """A setting by its name: of the chosen class, else of the module."""
        machine = self.machine
        if self.module.configuration is None:
            found, absent = machine.own(self.scope, name, self.object.source.tree)
            return machine.forced_all(found, self.object.source.tree), absent
        return self._class_setting(name)

    def _class_setting(self, name: str) -> tuple[Choices, Guard]:
        machine = self.machine
        instance = self._instance()
        if instance is None:
            return [], machine.running
        node = self.object.source.tree.body[0]
        before = machine.running
        machine.catching.append([])
        found: list[tuple[Guard, Value]] = []
        for value in machine.each(machine.attribute(instance, name, node)):  # type: ignore[arg-type]
            if isinstance(value, BoundMethod) and isinstance(value.function, FunctionObject):
                # django-configurations calls the methods that are spelt like settings.
                own: Choices = [(machine.running, value.receiver)]
                found += machine.run_function(value.function, [own], node)
            else:
                found.append((machine.running, value))
        machine.catching.pop()
        absent = machine.guards.without(before, machine.union(guard for guard, _ in found))
        machine.running = before
        return found, absent

    def _instance(self) -> InstanceObject | None:
        if not hasattr(self, "_made"):
            self._made = self._make_instance()
        return self._made

    def _make_instance(self) -> InstanceObject | None:
        name = self.module.configuration or ""
        choices, _ = self.machine.own(self.scope, name, self.object.source.tree)
        choices = self.machine.forced_all(choices, self.object.source.tree)
        classes = [value for _, value in choices if isinstance(value, ClassObject)]
        if not classes:
            self.causes.append(Cause(self.start, f"no class {name} in this module"))
            return None
        return InstanceObject(classes[-1], Scope("instance"), classes[-1].place)

    def _aliases(self, choices: list[tuple[Guard, Value]]) -> dict[str, Alias]:
        guards = self.machine.guards
        slots: dict[str, list[Slot]] = {}
        for guard, value in choices:
            found = self.machine.as_dict(value)
            if found is None:
                if not isinstance(value, Constant):
                    place = getattr(value, "place", self.start)
                    self.causes.append(Cause(place, "CACHES is no dict that can be read"))
                continue
            for opened, cause in found.openings:
                if guards.both(guards.both(opened, guard), self.reached) != NEVER:
                    self.causes.append(cause)
            for key, own in found.slots.items():
                for slot in own:
                    both = guards.both(guards.both(slot.guard, guard), self.reached)
                    if both != NEVER and isinstance(key, str):
                        slots.setdefault(key, []).append(Slot(both, slot.value, slot.place))
        return {name: self._alias(name, own) for name, own in slots.items()}

    def _alias(self, name: str, slots: list[Slot]) -> Alias:
        present = self.machine.union(slot.guard for slot in slots)
        is_definite = self.machine.guards.implies(self.reached, present)
        choices = tuple(
            Choice(self.known(slot.value, slot.guard), self._when(slot.guard, self.reached, slot))
            for slot in slots
        )
        is_django = all(slot.value is getattr(self, "global_default", None) for slot in slots)
        return Alias(
            name,
            Certainty.DEFINITE if is_definite else Certainty.CONDITIONAL,
            None if is_django else slots[-1].place,
            choices,
            None if is_definite else self._condition(present, self.reached, slots[-1].place),
        )

    # Conditions

    def _when(self, guard: Guard, where: Guard, slot: Slot) -> Condition | None:
        if self.machine.guards.implies(where, guard):
            return None
        return self._condition(guard, where, slot.place)

    def _condition(self, guard: Guard, where: Guard, place: Place) -> Condition:
        guards = self.machine.guards
        simple = guards.simplified(guard, where)
        tests = guards.tests_of(simple)
        asked = set(tests)
        flags = [] if not self.is_about_aliases else [
            flag
            for flag, true in self.flags().items()
            if true != NEVER and asked & set(guards.tests_of(true)) and guards.implies(true, guard)
        ]  # fmt: skip
        return Condition(
            guards.text(simple),
            tests[0].place if tests else place,
            tuple(flags),
            tuple(dict.fromkeys(a for test in tests for a in test.arguments)),
        )

    def flags(self) -> dict[str, Guard]:
        """Where each setting that a test has asked for is true, and (``not X``) where it is not."""
        if self._flags is None:
            self._flags = {}
            for name, choices in self.scope.names.items():
                true = self.machine.known_truth(choices) if name.isupper() else None
                if true is not None:
                    guards = self.machine.guards
                    self._flags[name] = true
                    self._flags[f"not {name}"] = guards.negate(true)
        return self._flags

    # Values

    def _values(self) -> dict[str, tuple[Choice, ...]]:
        found: dict[str, tuple[Choice, ...]] = {}
        for name in self._names():
            choices, _ = self._setting(name)
            if name not in STRUCTURED and any(
                isinstance(value, (DictObject, ListObject)) for _, value in choices
            ):
                continue
            found[name] = tuple(
                Choice(
                    self.known(value, guard),
                    self._when(guard, self.reached, Slot(guard, value, self.start)),
                )
                for guard, value in choices
                if not isinstance(value, (ModuleObject, FunctionObject, ClassObject))
            )
        return {name: choices for name, choices in found.items() if choices}

    def _names(self) -> list[str]:
        names = [name for name in self.scope.names if name.isupper() and name != "CACHES"]
        instance = self._instance() if self.module.configuration is not None else None
        if instance is not None:
            for cls in self.machine.order(instance.cls):
                if isinstance(cls, ClassObject):
                    names += [n for n in cls.scope.names if n.isupper() and n != "CACHES"]
        return list(dict.fromkeys(names))

    def known(self, value: Value, guard: Guard, depth: int = 0) -> Known:
        """``value`` as a record, as the runs in which ``guard`` holds see it.

        Raises TooLongError where it has no end.
        """
        self._records += 1
        if self._records > _MAX_RECORDS:
            raise TooLongError
        if isinstance(value, Constant):
            return value
        if isinstance(value, Template):
            parts = tuple(p if isinstance(p, str) else self._unknown(p, guard) for p in value.parts)
            return Text(parts, value.place)
        if isinstance(value, Opaque):
            if value.content is not None and value.content.slots and depth < _MAX_DEPTH:
                return self._mapping(value.content, guard, depth)
            return self._unknown(value, guard)
        if isinstance(value, DictObject) and depth < _MAX_DEPTH:
            return self._mapping(value, guard, depth)
        if isinstance(value, ListObject) and depth < _MAX_DEPTH:
            return self._listing(value, guard, depth)
        if isinstance(value, PathObject):
            return Constant(value.text, value.place)
        if isinstance(value, MemberObject):
            return self.known(value.value, guard, depth)
        if isinstance(value, (ClassObject, FunctionObject)):
            return Reference(f"{value.module.name}.{value.name}", value.place)
        place = getattr(value, "place", self.start)
        return Unknown(type(value).__name__, place)

    def _unknown(self, value: Opaque, guard: Guard) -> Unknown:
        machine = self.machine
        may_be_none = value.may_be_none and (
            machine.guards.both(guard, machine.is_none(value)) != NEVER
        )
        called = value.path.removesuffix("()") if value.path.endswith("()") else None
        return Unknown(value.text, value.place, value.cause, value.variable, may_be_none, called)

    def _mapping(self, value: DictObject, guard: Guard, depth: int) -> Mapping:
        guards = self.machine.guards
        items = []
        for key, slots in value.slots.items():
            choices = []
            present = NEVER
            for slot in slots:
                both = guards.both(slot.guard, guard)
                if both != NEVER:
                    present = guards.either(present, both)
                    known = self.known(slot.value, both, depth + 1)
                    choices.append(Choice(known, self._when(both, guard, slot)))
            if choices and isinstance(key, str):
                is_definite = guards.implies(guard, present)
                items.append(Item(key, tuple(choices), is_definite, slots[-1].place))
        causes = [cause for g, cause in value.openings if guards.both(g, guard) != NEVER]
        return Mapping(tuple(items), value.place, tuple(dict.fromkeys(causes)))

    def _listing(self, value: ListObject, guard: Guard, depth: int) -> Listing:
        guards = self.machine.guards
        items = []
        for own, item in value.items:
            both = guards.both(own, guard)
            if both != NEVER:
                known = self.known(item, both, depth + 1)
                place = getattr(item, "place", value.place)
                items.append(Choice(known, self._when(both, guard, Slot(both, item, place))))
        causes = [cause for g, cause in value.openings if guards.both(g, guard) != NEVER]
        return Listing(tuple(items), value.place, tuple(dict.fromkeys(causes)))
