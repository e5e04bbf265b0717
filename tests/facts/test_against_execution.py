"""Generated modules, executed for real and read statically: every access that happens while the
module is imported must be known, and every access that is known must happen on some path."""

from __future__ import annotations

import contextlib
import itertools
import types
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


def indented(body: Lines) -> Lines:
    return [f"    {line}" for line in body]


def flatten(blocks: list[Lines]) -> Lines:
    return [line for block in blocks for line in block]


names = st.sampled_from(NAMES)
# FLAG and KEY are numbered when the module is complete: every flag is asked by one place only.
accesses = names.flatmap(
    lambda name: st.sampled_from(
        [
            [f"{name}[KEY]"],
            [f"x = {name}[KEY]"],
            [f"x = [{name}[KEY] for y in (1, 2)]"],
            [f"x = list({name}[KEY] for y in (1,))"],
            [f"x = ({name}[KEY] for y in (1,))"],
            [f"x = (lambda: {name}[KEY])()"],
            [f"x = lambda: {name}[KEY]"],
            [f"def f(x={name}[KEY]): {name}[KEY]"],
            ["class C:", f"    x = {name}[KEY]"],
            ["class C:", f"    {name} = Other()", f"    x = {name}[KEY]"],
            ["class C:", f"    {name} = handler()", f"    x = {name}[KEY]"],
            ["class C:", f"    def m(self): {name}[KEY]"],
            ["def f():", f"    {name} = 1", f"    {name}[KEY]"],
            ["@(lambda f: f)", "class C:", f"    x = f'{{{name}[KEY]}}'"],
            [f"x = FLAG and {name}[KEY]"],
            [f"x = {name}[KEY] if FLAG else 0"],
            [f"x = ({name} if FLAG else Other())[KEY]"],
            [f"assert ({name} := {name})[KEY]"],
        ]
    )
)
bindings = st.tuples(names, st.sampled_from(["handler()", "Other()"])).map(
    lambda pair: [f"{pair[0]} = {pair[1]}"]
)
swaps = st.sampled_from(
    [["a, caches = caches, a"], ["a, b = b, a"], ["caches, a, b = b, caches, a"]]
)
copies = st.tuples(names, names).map(lambda pair: [f"{pair[0]} = {pair[1]}"])
leaves = st.one_of(accesses, bindings, copies, swaps, st.just(["pass"]))


def compound(inner: st.SearchStrategy[Lines]) -> st.SearchStrategy[Lines]:
    body = st.lists(inner, min_size=1, max_size=3).map(flatten)
    return st.one_of(
        st.builds(lambda b: ["if FLAG:", *indented(b)], body),
        st.builds(lambda b, c: ["if FLAG:", *indented(b), "else:", *indented(c)], body, body),
        st.builds(lambda b: ["for y in (1, 2, 3):", *indented(b)], body),
        st.builds(lambda b: ["for y in (1, 2, 3):", *indented(b), "    if FLAG: break"], body),
        st.builds(
            lambda b, c: [
                "for y in (1, 2, 3):", *indented(b), "    if FLAG: continue", *indented(c),
            ],
            body, body,
        ),
        st.builds(
            lambda b, c, d: [
                "try:", *indented(b), "    if FLAG: raise ValueError", *indented(c),
                "except ValueError:", *indented(d),
            ],
            body, body, body,
        ),
        st.builds(lambda b, c: ["try:", *indented(b), "finally:", *indented(c)], body, body),
        st.builds(lambda b: ["with nothing():", *indented(b)], body),
        st.builds(
            lambda b, c: [
                "for y in (1, 2, 3):", *indented(b), "    if FLAG: break", "else:", *indented(c),
            ],
            body, body,
        ),
        st.builds(
            lambda b, c: [
                "with swallowing(ValueError):", *indented(b), "    if FLAG: raise ValueError", *indented(c),
            ],
            body, body,
        ),
        st.builds(
            lambda b, c: [
                "try:", *indented(b), "except ValueError:", "    pass", "else:", *indented(c),
            ],
            body, body,
        ),
        st.builds(
            lambda b, c: [
                "match FLAG:", "    case True:", *indented(indented(b)),
                "    case _:", *indented(indented(c)),
            ],
            body, body,
        ),
        st.builds(lambda b: ["def f():", *indented(b)], body),
        st.builds(lambda b: ["if __name__ == '__main__':", *indented(b)], body),
    )  # fmt: skip


statements = st.recursive(leaves, compound, max_leaves=8)
modules = st.lists(statements, min_size=1, max_size=6).map(flatten)


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


def execute(text: str, flags: tuple[bool, ...]) -> set[str]:
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
    exec(compile(text, "module.py", "exec"), namespace)
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
    for flags in itertools.product((False, True), repeat=count):
        happened |= execute(text, flags)
    assert happened <= known, f"missed in\n{text}"
    # An error may come anywhere, a round of a loop may go another way than the one before, and a
    # module may be run as a script: there more is held possible than these flags can bring about.
    exact = not any(
        word in text for word in ("except", "for y in (1, 2, 3)", "swallowing(V", "__main__")
    )
    if exact and text.count("flag(") <= MAX_FLAGS:
        assert known <= happened, f"false in\n{text}"
