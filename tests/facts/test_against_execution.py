"""Generated modules, executed for real and read statically: every access that happens while the
module is imported must be known, and every access that is known must happen on some path."""

from __future__ import annotations

import contextlib
import itertools
import types
from collections.abc import Iterator
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cachelint.facts import collect_facts
from cachelint.facts.records import Phase
from cachelint.facts.vocabulary import HANDLE
from cachelint.source import load

MAX_FLAGS = 5
NAMES = ("caches", "a", "b")
Lines = list[str]


class Recorder:
    """Stands for Django's handler: remembers which accesses happened."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def __getitem__(self, key: str) -> Other:
        self.seen.add(key)
        return Other()


class Other:
    """Something else that looks the same."""

    def __getitem__(self, key: str) -> Other:
        return self


# FLAG and KEY are numbered when the module is complete: every flag is asked by one place only.
ACCESSES = (
    ["NAME[KEY]"],
    ["x = NAME[KEY]"],
    ["x = [NAME[KEY] for y in (1, 2)]"],
    ["x = list(NAME[KEY] for y in (1,))"],
    ["x = (NAME[KEY] for y in (1,))"],
    ["x = (lambda: NAME[KEY])()"],
    ["x = lambda: NAME[KEY]"],
    ["def f(x=NAME[KEY]): NAME[KEY]"],
    ["class C:", "    x = NAME[KEY]"],
    ["class C:", "    NAME = Other()", "    x = NAME[KEY]"],
    ["class C:", "    NAME = handler()", "    x = NAME[KEY]"],
    ["class C:", "    def m(self): NAME[KEY]"],
    ["def f():", "    NAME = 1", "    NAME[KEY]"],
    ["@(lambda f: f)", "class C:", "    x = f'{NAME[KEY]}'"],
    ["x = FLAG and NAME[KEY]"],
    ["x = NAME[KEY] if FLAG else 0"],
    ["x = (NAME if FLAG else Other())[KEY]"],
    ["assert (NAME := NAME)[KEY]"],
)
BINDINGS = (["NAME = handler()"], ["NAME = Other()"])
COPIES = tuple([f"NAME = {name}"] for name in NAMES)
SWAPS = (["a, caches = caches, a"], ["a, b = b, a"], ["caches, a, b = b, caches, a"])
LEAVES = (ACCESSES, BINDINGS, COPIES, SWAPS, (["pass"],))
#: Lines that end in BODY stand for others, as far indented.
COMPOUNDS = (
    ["if FLAG:", "    BODY"],
    ["if FLAG:", "    BODY", "else:", "    BODY"],
    ["for y in (1, 2, 3):", "    BODY"],
    ["for y in (1, 2, 3):", "    BODY", "    if FLAG: break"],
    ["for y in (1, 2, 3):", "    BODY", "    if FLAG: continue", "    BODY"],
    ["try:", "    BODY", "    if FLAG: raise ValueError", "    BODY", "except ValueError:", "    BODY"],
    ["try:", "    BODY", "finally:", "    BODY"],
    ["with nothing():", "    BODY"],
    ["for y in (1, 2, 3):", "    BODY", "    if FLAG: break", "else:", "    BODY"],
    ["with swallowing(ValueError):", "    BODY", "    if FLAG: raise ValueError", "    BODY"],
    ["try:", "    BODY", "except ValueError:", "    pass", "else:", "    BODY"],
    ["match FLAG:", "    case True:", "        BODY", "    case _:", "        BODY"],
    ["def f():", "    BODY"],
    ["if __name__ == '__main__':", "    BODY"],
)  # fmt: skip


def statement(chance: Random, depth: int) -> Iterator[str]:
    if depth == 0 or chance.randrange(2):
        name = chance.choice(NAMES)
        for line in chance.choice(chance.choice(LEAVES)):
            yield line.replace("NAME", name)
        return
    for line in chance.choice(COMPOUNDS):
        if not line.endswith("BODY"):
            yield line
            continue
        for _ in range(chance.randrange(1, 4)):
            yield from (f"{line[:-4]}{inner}" for inner in statement(chance, depth - 1))


def module(chance: Random) -> Lines:
    """Made of few draws, not of strategies in strategies: drawing took longer than all the rest."""
    count = chance.randrange(1, 7)
    return [line for _ in range(count) for line in statement(chance, depth=2)]


modules = st.randoms(use_true_random=False).map(module)


def number(lines: Lines) -> tuple[str, int]:
    """Give every KEY and FLAG its number; flags beyond the last are always false."""
    keys, flags = itertools.count(), itertools.count()
    text = "\n".join(lines) + "\n"
    while "KEY" in text:
        text = text.replace("KEY", f'"k{next(keys)}"', 1)
    count = text.count("FLAG")
    while "FLAG" in text:
        text = text.replace("FLAG", f"flag({next(flags)})", 1)
    head = "from django.core.cache import caches\nimport django.core.cache\na = b = Other()\n"
    head += "from contextlib import suppress as swallowing\n"
    return head + text.replace("handler()", "django.core.cache.caches"), min(count, MAX_FLAGS)


def execute(program: types.CodeType, flags: tuple[bool, ...]) -> set[str]:
    """The keys that are read while the module is imported, with these answers to its flags."""
    recorder = Recorder()
    package: Any = types.ModuleType("django")
    package.core = types.SimpleNamespace(cache=types.SimpleNamespace(caches=recorder))

    def import_module(name: str, *args: Any) -> Any:
        if name == "contextlib":
            return contextlib
        return package.core.cache if args[2:] and args[2] else package

    class Nothing:
        def __enter__(self) -> None: ...
        def __exit__(self, *args: object) -> None: ...

    namespace = {
        "__name__": "module",
        "__builtins__": {**vars(__import__("builtins")), "__import__": import_module},
        "Other": Other,
        "nothing": Nothing,
        "flag": lambda number: number < len(flags) and flags[number],
    }
    exec(program, namespace)
    return recorder.seen


def read(text: str) -> set[str]:
    facts = collect_facts(load("module.py", text.encode()))
    return {
        value.alias.literal
        for use in facts.uses
        if use.phase is Phase.IMPORT
        for value in use.values
        if value.path == HANDLE and value.alias and value.alias.literal
    }


@settings(max_examples=300, deadline=None)
@given(modules)
def test_what_happens_at_import_is_what_is_read(lines: Lines) -> None:
    text, count = number(lines)
    known = read(text)
    happened: set[str] = set()
    program = compile(text, "module.py", "exec")
    for flags in itertools.product((False, True), repeat=count):
        happened |= execute(program, flags)
    assert happened <= known, f"missed in\n{text}"
    # An error may come anywhere, a round of a loop may go another way than the one before, and a
    # module may be run as a script: there more is held possible than these flags can bring about.
    exact = not any(
        word in text for word in ("except", "for y in (1, 2, 3)", "swallowing(V", "__main__")
    )
    if exact and text.count("flag(") <= MAX_FLAGS:
        assert known <= happened, f"false in\n{text}"
