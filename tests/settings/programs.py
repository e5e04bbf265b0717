"""A grammar of settings modules: what real ones do to dicts, under tests on the environment.

Every program is valid Python; it may end with an error, in all environments or in some.
"""

from __future__ import annotations

import itertools

from hypothesis import strategies as st

Lines = list[str]

PROLOGUE = """\
import copy, os
F0 = os.environ.get("F0")
F1 = bool(os.environ.get("F1"))
MODE = os.environ.get("MODE", "a")
MANY = os.environ.get("MANY", "")
def put(target, key, value=None):
    if key in target and F0:
        return target
    target[key] = value or {}
    return target
def made(*keys, **more):
    result = {key: {} for key in keys}
    for key in more:
        if key == "c":
            continue
        result[key] = more[key]
    return result
def add_to_caches(key):
    global CACHES
    if F1:
        CACHES = dict(CACHES)
    CACHES[key] = {}
class Named:
    FIRST = "a"
    def __init__(self, key="b"):
        self.key = key
    @property
    def other(self):
        return self.key if F1 else "d"
CACHES, BASE, REF = {"default": {}}, {"a": {}, "b": {}}, {}
"""
ENVIRONMENTS = [
    {name: value for name, value in zip(("F0", "F1", "MODE", "MANY"), values, strict=True) if value}
    for values in itertools.product(("", "1"), ("", "1"), ("", "b", "z"), ("", "p,q"))
]
NAMES = st.sampled_from(["CACHES", "CACHES", "BASE", "REF"])
KEYS = st.sampled_from(['"a"', '"b"', '"c"', '"default"', "Named.FIRST", "Named().other", "MODE"])
PLAIN_KEYS = st.sampled_from(["a", "b", "c", "default"])
TESTS = st.one_of(
    st.sampled_from(
        ["F0", "F1", "not F0", "F0 and F1", "F0 or F1", 'MODE == "a"', 'MODE != "b"', "F0 is None"]
    ),
    st.sampled_from(['MODE in ("a", "b")', 'MODE == "z" and F1', "len(MODE) > 3", "MANY"]),
    st.builds("{} in {}".format, KEYS, NAMES),
    st.builds("{} not in {}".format, KEYS, NAMES),
    st.builds("not {}".format, NAMES),
)
DICTS = st.one_of(
    NAMES,
    st.builds("dict({})".format, NAMES),
    st.builds("{}.copy()".format, NAMES),
    st.builds("copy.deepcopy({})".format, NAMES),
    st.builds("{{{}: {{}}, {}: {{}}}}".format, KEYS, KEYS),
    st.builds("{{**{}, {}: {{}}}}".format, NAMES, KEYS),
    st.builds("{} | {{{}: {{}}}}".format, NAMES, KEYS),
    st.builds("dict({}, {}={{}})".format, NAMES, PLAIN_KEYS),
    st.builds("{{k: v for k, v in {}.items() if k != {}}}".format, NAMES, KEYS),
    st.builds("{{k: {{}} for k in sorted({}) if {}}}".format, NAMES, TESTS),
    st.builds("({} if {} else {})".format, NAMES, TESTS, NAMES),
    st.builds("put({}, {})".format, NAMES, KEYS),
    st.builds("made({}, {}={{}})".format, KEYS, PLAIN_KEYS),
    st.builds("(lambda d=None: d or {})()".format, NAMES),
    st.builds("dict.fromkeys([{}, {}], {{}})".format, KEYS, KEYS),
)
SIMPLE = st.one_of(
    st.builds("{} = {}".format, NAMES, DICTS),
    st.builds("{}[{}] = {{}}".format, NAMES, KEYS),
    st.builds("{}[{}] = {}".format, NAMES, KEYS, NAMES),
    st.builds("{}.update({})".format, NAMES, DICTS),
    st.builds("{}.update({}={{}})".format, NAMES, PLAIN_KEYS),
    st.builds("{} |= {}".format, NAMES, DICTS),
    st.builds("{}.setdefault({}, {{}})".format, NAMES, KEYS),
    st.builds("{}.pop({}, None)".format, NAMES, KEYS),
    st.builds("{}.clear()".format, NAMES),
    st.builds("{} = {}.get({}, {{}})".format, NAMES, NAMES, KEYS),
    st.builds("put({}, {}, value={})".format, NAMES, KEYS, NAMES),
    st.builds("add_to_caches({})".format, KEYS),
    st.builds("{}, {} = {}, {}".format, NAMES, NAMES, NAMES, NAMES),
    st.builds("globals()['{}'][{}] = {{}}".format, NAMES, KEYS),
    st.builds('setattr(Named, "FIRST", {})'.format, KEYS),
    st.sampled_from(["F1 = not F1", 'MODE = "c"', "F0 = 1"]),
).map(lambda line: [line])


def indented(lines: Lines) -> Lines:
    return [f"    {line}" for line in lines]


LOOPS = itertools.count()


def turning(turns: int, body: Lines, test: str) -> Lines:
    """A loop with a counter of its own: one that a loop within it sets back would never end."""
    count = f"count{next(LOOPS)}"
    return [f"{count} = 0", f"while {count} < {turns}:", f"    {count} += 1",
            f"    if {test}: break", *body]  # fmt: skip


def blocks(inner: st.SearchStrategy[Lines]) -> st.SearchStrategy[Lines]:
    body = st.lists(inner, min_size=1, max_size=3).map(
        lambda parts: indented([line for part in parts for line in part])
    )
    jumps = st.sampled_from([[], ["    if F1: break"], ["    if F0: continue"]])
    heads = st.one_of(
        st.builds("for key in ({}, {}):".format, KEYS, KEYS),
        st.builds("for key in list({}):".format, NAMES),
        st.just("for key in MANY.split(','):"),
        st.just("for key in [k for k in MANY.split(',') if k]:"),
    )
    return st.one_of(
        st.builds(lambda t, a: [f"if {t}:", *a], TESTS, body),
        st.builds(lambda t, a, b: [f"if {t}:", *a, "else:", *b], TESTS, body, body),
        st.builds(
            lambda t, a, u, b, c: [f"if {t}:", *a, f"elif {u}:", *b, "else:", *c],
            TESTS, body, TESTS, body, body,
        ),
        st.builds(lambda head, jump, a: [head, *jump, *a], heads, jumps, body),
        st.builds(
            lambda head, a, b, n: [head, *a, f"    {n}[key] = {{}}", "else:", *b],
            heads, body, body, NAMES,
        ),
        st.builds(
            lambda a, n, k, b: ["try:", *a, f"    {n}[{k}]", "except KeyError:", *b],
            body, NAMES, KEYS, body,
        ),
        st.builds(
            lambda a, t, b, c, d: [
                "try:", *a, f"    if {t}: raise ValueError(1)", *b,
                "except (KeyError, ValueError):", *c, "else:", *d, "finally:", "    pass",
            ],
            body, TESTS, body, body, body,
        ),
        st.builds(
            lambda a, b: [
                "try:", "    from .absent import *", *a, "except ImportError:", *b
            ],
            body, body,
        ),
        st.builds(
            lambda a, b: ["match MODE:", "    case 'a' | 'z':", *indented(a),
                          "    case _:", *indented(b)],
            body, body,
        ),
        st.builds(
            turning, st.integers(0, 3), body, TESTS,
        ),
        st.builds(lambda t: [f"if {t}:", "    raise RuntimeError(1)"], TESTS),
        st.builds(
            lambda n, k, a: [f"if {k} in {n}:", f"    del {n}[{k}]", "else:", *a],
            NAMES, KEYS, body,
        ),
        st.builds(
            lambda t, n, k: ["def work(d):", f"    if {t}:", "        return d", f"    d[{k}] = {{}}",
                             f"    return {n}", f"{n} = work({n})"],
            TESTS, NAMES, KEYS,
        ),
    )  # fmt: skip


PROGRAMS = st.lists(st.recursive(SIMPLE, blocks, max_leaves=6), min_size=1, max_size=6).map(
    lambda parts: [line for part in parts for line in part]
)
