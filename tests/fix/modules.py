"""Generated modules that use caches in every way that is fixed, and import under real Django."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from hypothesis import strategies as st

Lines = list[str]

#: What a module may have above its code, and what it may import ``caches`` by.
HEADS = st.lists(
    st.sampled_from(
        [
            "#!/usr/bin/env python",
            "# A comment at the top.",
            "",
        ]
    ),
    max_size=2,
    unique=True,
).map(lambda lines: sorted(lines, key=lambda line: not line.startswith("#!")))
DOCSTRINGS = st.sampled_from([[], ['"""What it is for."""'], ["'''One.", "", "Two.", "'''", ""]])
FUTURES = st.sampled_from(
    [[], ["from __future__ import annotations"], ["from __future__ import annotations", ""]]
)
IMPORTS = st.sampled_from(
    [
        (["from django.core.cache import caches"], "caches"),
        (["from django.core.cache import cache, caches  # both"], "caches"),
        (["from django.core.cache import (", "    cache,", "    caches,", ")"], "caches"),
        (["from django.core.cache import caches as stores"], "stores"),
        (["import django.core.cache"], "django.core.cache.caches"),
        (["from django.core import cache as djcache"], "djcache.caches"),
        (
            ["import os", "", "from django.core.cache import caches", "from json import dumps"],
            "caches",
        ),
        (["if True:", "    from django.core.cache import caches"], "caches"),
    ]
)
ALIASES = st.sampled_from(["'a'", '"b"', "ALIAS", "f'a'", "('a')", "NAMES.a"])
#: Expressions that answer with a cache and can be fixed; ``{c}`` is the handler, ``{a}`` an alias.
HANDLES = st.sampled_from(
    [
        "{c}[{a}]",
        "{c}[  # which one\n    {a}\n]",
        "{c}[\n    {a}  # which one\n]",
        "({c}[{a}])",
        "{c}.__getitem__({a})",
        "SimpleLazyObject(lambda: {c}[{a}])",
    ]
)
#: Statements of the module body; ``{h}`` is one of HANDLES, ``{n}`` a number of its own.
AT_IMPORT = st.sampled_from(
    [
        ["X{n} = {h}"],
        ["X{n}: object = {h}  # kept"],
        ["X{n} = Y{n} = {h}"],
        ["X{n}, Y{n} = {h}, {h}"],
        ["X{n} = {{'k': {h}, 'l': [{h}]}}['k']"],
        ["if ALIAS:", "    X{n} = {h}", "else:", "    X{n} = None"],
        ["for X{n} in [{h}]:", "    pass"],
        ["X{n} = {h}; Y{n} = 1"],
        ["class C{n}:", "    # The store.", "    store = {h}", "", "    def get(self):", "        return self.store.get('k')"],
        ["class C{n}:", "    class Inner:", "        store = {h}"],
        ["def f{n}(key='k', store={h}):", "    return store.get(key)"],
        ["def f{n}(key='k', *, store={h}):  # default", "    return store.get(key)"],
        ["f{n} = lambda store={h}: store.get('k')"],
        ["X{n} = [store for store in ({h},)][0]"],
        ["try:", "    X{n} = {c}[{a}]", "except InvalidCacheBackendError:  # missing", "    X{n} = {c}['b']"],
        ["try:", "    X{n} = {h}", "except Exception:", "    X{n} = None"],
        ["@lru_cache(maxsize=None)", "def f{n}():", "    return {c}[{a}]"],
        ["# Remembered.", "@lru_cache", "@unchanged", "def f{n}():", "    return {c}[{a}]"],
        ["def make{n}():", "    return {c}[{a}]", "", "", "X{n} = make{n}()"],
        ["class C{n}Cache:", "    def __init__(self):", "        self.store = {c}[{a}]", "", "    def get(self, key):", "        return self.store.get(key)", "", "    def set(self, key, value):", "        self.store.set(key, value)", "", "", "X{n} = C{n}Cache()"],
        ["def f{n}():", "    return X{n}.get('k')", "", "", "X{n} = {h}"],
        ["X{n} = {h}", "", "def f{n}():", "    return X{n}.get('k')"],
    ]
)  # fmt: skip
#: Functions whose body raises, or not, when it is called.
AT_CALL = st.sampled_from(
    [
        ["def f{n}():", "    return {c}.get({a}).get('k')"],
        ["def f{n}():", "    return {c}.get({a}, None)  # or none"],
        ["def f{n}():", "    return list({c}.keys())"],
        ["def f{n}():", "    return {c}({a}).get('k')"],
        ["def f{n}():", "    try:", "        return {c}[{a}].get('k')", "    except KeyError:", "        return None"],
        ["def f{n}():", "    try:", "        return {c}({a}).get('k')", "    except KeyError:", "        return None"],
        ["def f{n}():", "    return DummyCache().get('k')"],
        ["def f{n}():", "    {c}[{a}].set('t', 1, timedelta(minutes=1))", "    return {c}[{a}].get('t')"],
        ["def f{n}():", "    return {c}[{a}].get('k')"],
        ["def f{n}():", "    return {c}[{a}].get_or_set('k', str(1))"],
        ["class C{n}:", "    def f(self):", "        return {c}.get({a}, 'x')"],
    ]
)  # fmt: skip
OTHERS = st.sampled_from(
    [
        [""],
        ["", ""],
        ["# A comment of its own."],
        ["    # indented, before nothing"],
        ["VALUE{n} = 'caches[\"a\"] in a text'"],
        ["def g{n}(x):", "    '''caches.get(x)'''", "    return x  # caches['a']"],
        ["import json as json{n}"],
        ["sys.path.append('')"],
        ["X{n} = (", "    1,  # one", "    2,", ")"],
        ["def store{n}():", "    caches = {{}}", "    return caches.get('a')"],
    ]
)  # fmt: skip

NEEDED = [
    "import sys",
    "from datetime import timedelta",
    "from functools import lru_cache",
    "",
    "from django.core.cache import InvalidCacheBackendError",
    "from django.core.cache.backends.dummy import DummyCache",
    "from django.utils.functional import SimpleLazyObject",
]
CONSTANTS = [
    "",
    "ALIAS = 'a'",
    "",
    "",
    "class NAMES:",
    "    a = 'b'",
    "",
    "",
    "def unchanged(function):",
    "    return function",
    "",
]


@dataclass(frozen=True)
class Module:
    """A generated module: its text, and how its file has it."""

    text: str
    encoding: str
    line_end: str
    bom: bool

    @property
    def data(self) -> bytes:
        text = self.text.replace("\n", self.line_end)
        return (b"\xef\xbb\xbf" if self.bom else b"") + text.encode(self.encoding)


@st.composite
def modules(draw: st.DrawFn) -> Module:
    encoding = draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "latin-1"]))
    head = [*draw(HEADS)]
    if encoding != "utf-8":
        head = [line for line in head if line.startswith("#!")] + [
            f"# coding: {encoding}",
            *head[1:],
        ]
    imported, handler = draw(IMPORTS)
    numbers = itertools.count(1)
    body: Lines = []
    for _ in range(draw(st.integers(1, 6))):
        statement = draw(st.one_of(AT_IMPORT, AT_IMPORT, AT_CALL, OTHERS))
        body += filled(statement, next(numbers), handler, draw)
        body += [""] * draw(st.integers(0, 2))
        if draw(st.integers(0, 5)) == 0:
            body += draw(st.sampled_from([["# Käse"], ["# what follows"], ["'a text'"]]))
    if handler == "caches" and imported[0].startswith("if"):
        lines = [*imported]
    else:
        lines = [*imported]
    before = draw(st.booleans())
    needed = [*lines, *NEEDED] if before else [*NEEDED, *lines]
    text = "\n".join([*head, *draw(DOCSTRINGS), *draw(FUTURES), *needed, *CONSTANTS, *body])
    ends = draw(st.sampled_from(["\n", "", "\n\n", "\n# the end"]))
    line_end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    bom = encoding == "utf-8" and not text.startswith("#!") and draw(st.integers(0, 5)) == 0
    return Module(text + ends, encoding, line_end, bom)


def filled(statement: Lines, number: int, handler: str, draw: st.DrawFn) -> Lines:
    """A statement with its number, handler, aliases and handles; their own lines are indented."""
    lines: Lines = []
    for line in statement:
        indent = line[: len(line) - len(line.lstrip())]
        while "{h}" in line:
            handle = draw(HANDLES).replace("\n", f"\n{indent}")
            line = line.replace("{h}", handle, 1)
        while "{a}" in line:
            line = line.replace("{a}", draw(ALIASES), 1)
        line = line.replace("{c}", handler).replace("{n}", str(number))
        lines += re.sub(r"\{\{|\}\}", lambda match: match[0][0], line).split("\n")
    return lines
