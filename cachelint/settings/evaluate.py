"""Runs a settings module in the interpreter and reads its final namespace.

Knows which settings there are and where each is looked up: in the module, else in the chosen class,
else in Django. Must not know how a value becomes a record.
"""

from __future__ import annotations

import ast
import os
from functools import cached_property

from cachelint import disk
from cachelint.diagnostic import Span
from cachelint.places import shown_path
from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.frames import Frame
from cachelint.settings.interpreter.guards import ALWAYS, NEVER, Guard, TooLongError
from cachelint.settings.interpreter.machine import Finder, ParsedFiles
from cachelint.settings.interpreter.modules_by_name import Interpreter
from cachelint.settings.interpreter.values import (
    BoundMethod,
    Choices,
    ClassObject,
    DictObject,
    Found,
    FunctionObject,
    InstanceObject,
    ListObject,
    ModuleObject,
    Slot,
    Value,
)
from cachelint.settings.recording import Recorder
from cachelint.settings.records import (
    Alias,
    Cause,
    Certainty,
    Choice,
    Constant,
    Place,
    Settings,
    SettingsModule,
)

#: How far names are followed back from CACHES: all the way; where that takes too long, not at all;
#: and where that does not, two steps, as more than nothing.
_REACHES = (None, 0, 2)
#: Settings with dicts and lists that rules ask for; of the others only texts and numbers are kept.
STRUCTURED = frozenset({
    "INSTALLED_APPS", "LANGUAGES", "MIDDLEWARE", "MIDDLEWARE_CLASSES", "REST_FRAMEWORK",
    "REST_FRAMEWORK_EXTENSIONS", "TEMPLATES", "TEMPLATE_DIRS",
})  # fmt: skip


def evaluate(
    settings_module: SettingsModule,
    modules: Finder,
    structured: frozenset[str] = frozenset(),
    parsed: ParsedFiles | None = None,
) -> Settings:
    """What ``settings_module`` says, read without importing it. Never raises for what it reads.

    ``structured``: settings whose dicts and lists are kept, beside STRUCTURED. ``parsed``: files
    that other evaluations have parsed, and those that this one parses.
    """
    file = os.path.abspath(settings_module.path)
    start = Place(shown_path(file), Span(1, 1, 1, 1))
    parsed = {} if parsed is None else parsed
    found: Settings | None = None
    failed: Interpreter | None = None
    for reach in _REACHES:
        if failed is not None and failed.relevance.is_as_with(reach):
            continue  # It would take as long.
        machine = Interpreter(modules, reach, parsed)
        module = machine.module_at(file, settings_module.module)
        if module is None:
            return _nothing(settings_module, Cause(start, machine.unparsed[file]))
        try:
            _run(machine, module)
            result = _Result(machine, settings_module, module, STRUCTURED | structured)
            found = result.settings()
            if reach != 0:
                return found
        except (TooLongError, RecursionError):
            failed = machine
            start = machine.position or start
            if reach == 0:
                break
    if found is not None:
        return found
    return _nothing(settings_module, Cause(start, "from here on there are too many possibilities"))


def _nothing(settings_module: SettingsModule, cause: Cause) -> Settings:
    return Settings(settings_module, {}, (cause,), {}, (cause.place.path,))


def _run(machine: Interpreter, module: ModuleObject) -> None:
    folder = os.path.dirname(module.file)
    packages = []
    while disk.is_file(os.path.join(folder, "__init__.py")):
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
        self,
        machine: Interpreter,
        settings_module: SettingsModule,
        module: ModuleObject,
        structured: frozenset[str],
    ) -> None:
        self.machine = machine
        self.structured = structured
        self.module = settings_module
        self.object = module
        self.scope = module.scope
        guards = machine.guards
        alive = [machine.running, *(guards.negate(dead) for dead in machine.dead)]
        self.reached = guards.factors(dict.fromkeys(alive))
        """The runs that get to the end, as factors: as one guard they may take too much room."""
        machine.running = ALWAYS
        self.causes: list[Cause] = []
        self.start = Place(module.source.path, Span(1, 1, 1, 1))
        self.recorder = Recorder(machine, module.scope, self.start)
        self.recorder.reached = self.reached
        self.global_default: Value | None = None
        """The alias that Django has where the settings say nothing."""

    def settings(self) -> Settings:
        if NEVER in self.reached:
            message = "no run gets further than this"
            self.causes.append(Cause(self.machine.ended or self.start, message))
            self.recorder.reached = ()
        choices = self._caches()
        if self.module.configuration is not None:
            for instance in self.machine.each(self.instances):
                if isinstance(instance, InstanceObject):
                    self._call_hooks(instance.cls, "post_setup")
        aliases = self._aliases(choices)
        # Which runs end early matters for aliases; asked of every setting it costs too much.
        self.recorder.tells_flags = self.machine.is_relevant = False
        self.recorder.reached = ()
        self.machine.running = ALWAYS
        # That there are many other settings is no reason to know less of the aliases.
        self.machine.guards.make_room()
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

    def _caches(self) -> Found:
        choices, absent = self._setting("CACHES")
        found = list(choices)
        if absent != NEVER:
            with self.machine.under(absent):
                found.append((absent, self._global_caches()))
        return found

    def _global_caches(self) -> DictObject:
        found = self.machine.global_caches(self.object.source.tree)
        self.global_default = found.slots["default"][0].value
        return found

    def _setting(self, name: str) -> tuple[Choices, Guard]:
        """A setting by its name: of the chosen class, else of the module."""
        machine = self.machine
        if self.module.configuration is None:
            found, absent = machine.own(self.scope, name, self.object.source.tree)
            return machine.forced(found, self.object.source.tree), absent
        return self._class_setting(name)

    def _class_setting(self, name: str) -> tuple[Choices, Guard]:
        machine, call, instances = self.machine, self._call, self.instances
        before = machine.running
        machine.catching.append([])
        found: Found = []
        for instance in machine.each(instances):
            for value in machine.each(machine.attribute(instance, name, call)):
                if isinstance(value, BoundMethod) and isinstance(value.function, FunctionObject):
                    # django-configurations calls the methods that are spelt like settings.
                    found += machine.call_value(value, Arguments(), call)
                else:
                    found.append((machine.running, value))
        absent = machine.settled("AttributeError")
        machine.running = before
        without = machine.union(guard for guard, _ in instances)
        return found, machine.guards.either(absent, machine.guards.without(before, without))

    @cached_property
    def instances(self) -> Found:
        """Objects of the chosen class of django-configurations."""
        machine, name = self.machine, self.module.configuration or ""
        choices, _ = machine.own(self.scope, name, self.object.source.tree)
        found: Found = []
        for cls in machine.each(machine.forced(choices, self.object.source.tree)):
            if isinstance(cls, ClassObject):
                self._call_hooks(cls, "pre_setup", "setup")
                found += machine.instantiate(cls, Arguments(), self._call)
        if not found:
            self.causes.append(Cause(self.start, f"no class {name} in this module"))
        return found

    def _call_hooks(self, cls: ClassObject, *names: str) -> None:
        """Class methods that django-configurations calls, before and after it reads the class."""
        machine = self.machine
        classes = [one for one in machine.order(cls) if isinstance(one, ClassObject)]
        for name in names:
            if any(name in one.scope.names for one in classes):
                for method in machine.each(machine.attribute(cls, name, self._call)):
                    machine.call_value(method, Arguments(), self._call)

    @cached_property
    def _call(self) -> ast.Call:
        """Where django-configurations stands, for whoever asks: at the start of the module."""
        call = ast.Call(ast.Name(self.module.configuration or "", ast.Load()), [], [])
        for node in self.object.source.tree.body[:1]:
            ast.copy_location(call, node)
        return ast.fix_missing_locations(call)

    def _aliases(self, choices: Found) -> dict[str, Alias]:
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
                if self.recorder.alive(guards.both(opened, guard)) != NEVER:
                    self.causes.append(cause)
            for key, own in found.slots.items():
                for slot in own:
                    both = self.recorder.alive(guards.both(slot.guard, guard))
                    if both != NEVER and isinstance(key, str):
                        slots.setdefault(key, []).append(Slot(both, slot.value, slot.place))
        return {name: self._alias(name, own) for name, own in slots.items()}

    def _alias(self, name: str, slots: list[Slot]) -> Alias:
        record = self.recorder
        present = self.machine.union(slot.guard for slot in slots)
        is_definite = self.machine.guards.implies(record.alive(ALWAYS, present), present)
        choices = tuple(
            Choice(
                record.known(slot.value, slot.guard),
                record.when(slot.guard, ALWAYS, slot.place),
            )
            for slot in slots
        )
        is_django = all(slot.value is self.global_default for slot in slots)
        return Alias(
            name,
            Certainty.DEFINITE if is_definite else Certainty.CONDITIONAL,
            None if is_django else slots[-1].place,
            choices,
            None if is_definite else record.condition(present, ALWAYS, slots[-1].place),
        )

    # Values

    def _values(self) -> dict[str, tuple[Choice, ...]]:
        found: dict[str, tuple[Choice, ...]] = {}
        for name in self._names():
            choices, _ = self._setting(name)
            if name not in self.structured and any(
                isinstance(value, (DictObject, ListObject)) for _, value in choices
            ):
                continue
            found[name] = tuple(
                Choice(
                    self.recorder.known(value, guard),
                    self.recorder.when(guard, ALWAYS, self.start),
                )
                for guard, value in choices
                if not isinstance(value, (ModuleObject, FunctionObject, ClassObject))
            )
        return {name: choices for name, choices in found.items() if choices}

    def _names(self) -> list[str]:
        names = [name for name in self.scope.names if name.isupper() and name != "CACHES"]
        instances = self.instances if self.module.configuration is not None else []
        for _, instance in instances:
            for cls in (
                self.machine.order(instance.cls) if isinstance(instance, InstanceObject) else ()
            ):
                if isinstance(cls, ClassObject):
                    names += [n for n in cls.scope.names if n.isupper() and n != "CACHES"]
        return list(dict.fromkeys(names))
