"""A grammar of settings modules: what real ones do to dicts, under tests on the environment.

Every program is valid Python; it may end with an error, in all environments or in some.
"""

from __future__ import annotations

import itertools
import re

from hypothesis import strategies as st

Lines = list[str]

PROLOGUE = """\
import collections, contextlib, copy, enum, functools, itertools, operator, os, sys
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
class Kind(enum.Enum):
    A = "a"
    B = "b"
class Store:
    CACHES = {"a": {}}
    def caches(self):
        return dict(self.CACHES)
class Site(Store):
    EXTRA = {"b": {}}
    def __init__(self, key=None):
        if key:
            self.EXTRA = {key: {}}
    def caches(self):
        return {**super().caches(), **self.EXTRA}
class Entered:
    def __init__(self, target):
        self.target = target
    def __enter__(self):
        self.target["c"] = {}
        return self.target
    def __exit__(self, *error):
        self.target.pop("b", None)
        return bool(F0)
@contextlib.contextmanager
def opened(target, key):
    target[key] = {}
    yield target
    target.pop("c", None)
def numbered(*keys):
    for key in keys:
        if F0 and key == "b":
            return
        yield key
def checked(key):
    if key == "b":
        raise ValueError(key)
    return key
def kept(start):
    names = dict(start)
    def add(key):
        nonlocal names
        if F0:
            names = {**names, key: {}}
        else:
            names[key] = {}
        return names
    return add
def change(target, *others):
    for one in (target, *others):
        one["c"] = {}
        if F0:
            return one
    return target
def change_other():
    other["b"] = {}
CACHES, BASE, REF = {"default": {}}, {"a": {}, "b": {}}, {}
other, stores = {}, [BASE]
"""
ENVIRONMENTS = [
    {name: value for name, value in zip(("F0", "F1", "MODE", "MANY"), values, strict=True) if value}
    for values in itertools.product(("", "1"), ("", "1"), ("", "b", "z"), ("", "p,q"))
]
NAMES = st.sampled_from(["CACHES", "CACHES", "BASE", "REF"])
KEYS = st.sampled_from([
    '"a"', '"b"', '"c"', '"default"', '"a"', '"b"', '"c"', "Named.FIRST", "Named().other", "MODE",
    "Kind.A.value", 'f"{Named.FIRST}"', '("a" if F0 else "c")', '"ac"[F1]', 'checked("a")',
    'min("b", "c")', 'sorted(("c", "b"))[-1]', 'Kind("b").value', 'Kind["A"].value',
    'next(iter(REF), "a")', '"%s" % Kind.B.value', '"default"[:]', 'checked(MODE)', '[*BASE, "c"][0]',
])  # fmt: skip
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
COMPREHENSIONS = st.one_of(
    st.builds("{{k: v for k, v in {}.items() if k != {}}}".format, NAMES, KEYS),
    st.builds("{{k: {{}} for k in sorted({}) if {}}}".format, NAMES, TESTS),
    st.builds("{{k: v for d in ({}, {}) for k, v in d.items()}}".format, NAMES, NAMES),
    st.builds("{{k: {{}} for k in [*{}, {}]}}".format, NAMES, KEYS),
    st.builds("{{k: {{}} for k in {}.keys() | {{{}}}}}".format, NAMES, KEYS),
    st.builds("{{k: {{}} for k in set({}) - {{{}}}}}".format, NAMES, KEYS),
    st.builds("{{k: {{}} for k in numbered({}, {})}}".format, KEYS, KEYS),
    st.builds("{{k.value: {{}} for k in Kind if {}}}".format, TESTS),
    st.builds("dict((k, {{}}) for k in {} if {})".format, NAMES, TESTS),
    st.builds("dict(zip([{}, {}], [{{}}, {{}}]))".format, KEYS, KEYS),
    st.builds("dict(zip({}, {}.values()))".format, NAMES, NAMES),
    st.builds("dict(map(lambda k: (k, {{}}), {}))".format, NAMES),
    st.builds("dict(filter(lambda i: i[0] != {}, {}.items()))".format, KEYS, NAMES),
    st.builds("dict(sorted({}.items()))".format, NAMES),
    st.builds("dict(itertools.chain({}.items(), {}.items()))".format, NAMES, NAMES),
    st.builds("functools.reduce(lambda d, k: {{**d, k: {{}}}}, [{}], {})".format, KEYS, NAMES),
)
OBJECTS = st.one_of(
    st.sampled_from(["Store.CACHES", "Site.CACHES", "Site().caches()", "Store().caches()"]),
    st.builds("Site({}).caches()".format, KEYS),
    st.builds("{{**Site.CACHES, {}: {{}}}}".format, KEYS),
    st.builds("getattr(Site, 'EXTRA', {})".format, NAMES),
    st.builds("getattr(Site, 'NONE', {})".format, NAMES),
    st.builds("kept({})({})".format, NAMES, KEYS),
    st.builds("globals()['{}']".format, NAMES),
    st.builds("globals().get('NONE', {})".format, NAMES),
    st.builds("functools.partial(put, {})({})".format, NAMES, KEYS),
    st.builds("operator.or_({}, {})".format, NAMES, NAMES),
    st.builds("collections.OrderedDict({})".format, NAMES),
    st.builds("type({0})({0})".format, NAMES),
)
PICKS = st.one_of(
    st.builds("({} if {} else {})".format, NAMES, TESTS, NAMES),
    st.builds("({} or {})".format, NAMES, NAMES),
    st.builds("({} and {})".format, NAMES, NAMES),
    st.builds("[{}, {}][{}]".format, NAMES, NAMES, st.integers(-2, 1)),
    st.builds("({}, {})[F1]".format, NAMES, NAMES),
    st.builds("[{} if {} else {}, {}][1]".format, NAMES, TESTS, NAMES, NAMES),
    st.builds("[*([{}] if {} else []), {}][0]".format, NAMES, TESTS, NAMES),
    st.builds("[{}, {}][F0:][0]".format, NAMES, NAMES),
    st.builds("[{}, {}, {}][1:][-1]".format, NAMES, NAMES, NAMES),
    st.builds("max({}, {}, key=len)".format, NAMES, NAMES),
    st.builds("next((d for d in ({}, {}) if {} in d), {})".format, NAMES, NAMES, KEYS, NAMES),
    st.builds("next(iter([{}, {}]))".format, NAMES, NAMES),
    st.builds("(REF := {})".format, NAMES),
    st.builds("{{'a': {}, 'b': {}}}[MODE]".format, NAMES, NAMES),
    st.builds("{{'a': {}, 'b': {}}}.get(MODE, {})".format, NAMES, NAMES, NAMES),
    st.builds("put({{'a': {}, 'b': {}}}, MODE, {})['b']".format, NAMES, NAMES, NAMES),
    st.builds("put({{'xa': {}, 'xb': {}}}, f'x{{MODE}}', {})['xb']".format, NAMES, NAMES, NAMES),
    st.builds("put({{'a': {}, 'b': {}}}, MANY, {}).get('b')".format, NAMES, NAMES, NAMES),
    st.builds("{}.setdefault({}, {})".format, NAMES, KEYS, NAMES),
    st.builds("{}.pop({}, {})".format, NAMES, KEYS, NAMES),
    st.builds("[{}, {}].pop({})".format, NAMES, NAMES, st.integers(-1, 1)),
)
DISPLAYS = st.one_of(
    NAMES,
    st.builds("dict({})".format, NAMES),
    st.builds("{}.copy()".format, NAMES),
    st.builds("copy.deepcopy({})".format, NAMES),
    st.builds("copy.copy({})".format, NAMES),
    st.builds("{{{}: {{}}, {}: {{}}}}".format, KEYS, KEYS),
    st.builds("{{**{}, {}: {{}}}}".format, NAMES, KEYS),
    st.builds("{{**{}, **{}, {}: {{**{}}}}}".format, NAMES, NAMES, KEYS, NAMES),
    st.builds("{{**({{{}: {{}}}} if {} else {{}}), {}: {{}}}}".format, KEYS, TESTS, KEYS),
    st.builds("{} | {{{}: {{}}}}".format, NAMES, KEYS),
    st.builds("dict({}, {}={{}})".format, NAMES, PLAIN_KEYS),
    st.builds("dict(**{}, {}={{}})".format, NAMES, PLAIN_KEYS),
    st.builds("dict([({}, {{}}), ({}, {})])".format, KEYS, KEYS, NAMES),
    st.builds("put({}, {})".format, NAMES, KEYS),
    st.builds("made({}, {}={{}})".format, KEYS, PLAIN_KEYS),
    st.builds("made(*{}, **{})".format, NAMES, NAMES),
    st.builds("(lambda d=None: d or {})()".format, NAMES),
    st.builds("(lambda d, *k, **m: {{**d, **dict.fromkeys(k), **m}})({}, {})".format, NAMES, KEYS),
    st.builds("dict.fromkeys([{}, {}], {{}})".format, KEYS, KEYS),
    st.builds("dict.fromkeys({})".format, NAMES),
)
DICTS = st.one_of(DISPLAYS, DISPLAYS, COMPREHENSIONS, OBJECTS, PICKS)
DIRECT = st.one_of(
    st.builds("{} = {}".format, NAMES, DICTS),
    st.builds("{} = {}".format, NAMES, DICTS),
    st.builds("{}[{}] = {{}}".format, NAMES, KEYS),
    st.builds("{}[{}] = {}".format, NAMES, KEYS, NAMES),
    st.builds("{}.update({})".format, NAMES, DICTS),
    st.builds("{}.update({}={{}})".format, NAMES, PLAIN_KEYS),
    st.builds("{}.update([({}, {{}})])".format, NAMES, KEYS),
    st.builds("{} |= {}".format, NAMES, DICTS),
    st.builds("{}.setdefault({}, {{}})".format, NAMES, KEYS),
    st.builds("{}.pop({}, None)".format, NAMES, KEYS),
    st.builds("{}.pop({})".format, NAMES, KEYS),
    st.builds("{}.popitem()".format, NAMES),
    st.builds("del {}[{}]".format, NAMES, KEYS),
    st.builds("{}.clear()".format, NAMES),
    st.builds("{} = {}.get({}, {{}})".format, NAMES, NAMES, KEYS),
    st.builds("{}, {} = {}, {}".format, NAMES, NAMES, NAMES, NAMES),
    st.builds("{} = {} = {}".format, NAMES, NAMES, DICTS),
    st.builds("{}[(key := {})] = {{}}".format, NAMES, KEYS),
    st.builds("{}, *rest = {}, {}".format, NAMES, NAMES, NAMES),
    st.builds("*_, {}, {} = [*({},), {}, {}]".format, NAMES, NAMES, NAMES, NAMES, NAMES),
    st.builds("{}[{}], {} = {{}}, {}".format, NAMES, KEYS, NAMES, NAMES),
)
ROUNDABOUT = st.one_of(
    st.builds("put({}, {}, value={})".format, NAMES, KEYS, NAMES),
    st.builds("put(*({}, {}))".format, NAMES, KEYS),
    st.builds("add_to_caches({})".format, KEYS),
    st.builds("globals()['{}'][{}] = {{}}".format, NAMES, KEYS),
    st.builds("globals().update({}={})".format, NAMES, DICTS),
    st.builds("globals().update({{'{}': {}}})".format, NAMES, DICTS),
    st.builds("setattr(sys.modules[__name__], '{}', {})".format, NAMES, DICTS),
    st.builds('setattr(Named, "FIRST", {})'.format, KEYS),
    st.builds("Site.EXTRA = {}".format, NAMES),
    st.builds("Site.CACHES[{}] = {{}}".format, KEYS),
    st.builds('exec("{}[{!r}] = {{}}")'.format, NAMES, PLAIN_KEYS),
    st.builds("operator.setitem({}, {}, {{}})".format, NAMES, KEYS),
    st.builds("dict.update({}, {})".format, NAMES, NAMES),
    st.builds("list(map({}.pop, [{}]))".format, NAMES, KEYS),
    st.builds("any({}.setdefault(k, {{1: 1}}) for k in ({}, {}))".format, NAMES, KEYS, KEYS),
    st.builds("[{}.update({{k: {{}}}}) for k in ({}, {})]".format, NAMES, KEYS, KEYS),
    st.builds("later = ({}.pop(k, None) for k in ({},))".format, NAMES, KEYS),
    st.sampled_from(["F1 = not F1", 'MODE = "c"', "F0 = 1", "list(globals().get('later', ()))"]),
)
ALIASED = st.one_of(
    st.builds("other = {}".format, DICTS),
    st.builds("{} = other".format, NAMES),
    st.builds("other[{}] = {{}}".format, KEYS),
    st.builds("for d in ({}, other): d[{}] = {{}}".format, NAMES, KEYS),
    st.builds("[d.pop({}, None) for d in stores]".format, KEYS),
    st.builds("stores.append({})".format, NAMES),
    st.builds("stores[0] = {}".format, NAMES),
    st.builds("stores.insert({}, {})".format, st.integers(-2, 2), NAMES),
    st.builds("{} = stores[{}]".format, NAMES, st.integers(-2, 1)),
    st.builds("{} = stores.pop()".format, NAMES),
    st.builds("for d in stores: d[{}] = {{}}".format, KEYS),
    st.builds("for d in stores[:1]: d.clear()".format),
    st.builds("{} = change({}, *stores)".format, NAMES, NAMES),
    st.builds("change(*stores)['a'] = {{}}".format),
    st.builds("Site.EXTRA, other = {}, {}".format, NAMES, NAMES),
    st.builds("REF = {{'x': {}}}; REF.get('x', other)[{}] = {{}}".format, NAMES, KEYS),
    st.sampled_from(["change_other()", "stores.reverse()", "stores.clear()", "stores *= 2"]),
)
SIMPLE = st.deferred(
    lambda: st.one_of(DIRECT, DIRECT, ROUNDABOUT, ALIASED).map(lambda line: [line])
)


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
        st.builds("for key, value in list({}.items()):".format, NAMES),
        st.builds("for number, key in enumerate(({}, {}), 1):".format, KEYS, KEYS),
        st.builds("for key in numbered({}, {}):".format, KEYS, KEYS),
        st.builds("for key in sorted({}):".format, NAMES),
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
            lambda head, a: [head, *a],
            st.one_of(
                st.builds("with opened({}, {}) as REF:".format, NAMES, KEYS),
                st.builds("with Entered({}) as REF:".format, NAMES),
                st.builds("with contextlib.suppress(KeyError, ValueError), opened({}, {}):".format,
                          NAMES, KEYS),
                st.just("with contextlib.suppress(LookupError):"),
            ),
            body,
        ),
        st.builds(
            lambda a, k, b: ["try:", *a, f"    CACHES[checked({k})] = {{}}", "except ValueError:", *b],
            body, KEYS, body,
        ),
        st.builds(
            lambda a, b: ["try:", *a, "finally:", *b],
            body, body,
        ),
        st.builds(
            lambda t, a: [
                "def work():", "    global CACHES, BASE, REF, F0, F1, MODE, other",
                f"    if {t}: return", *a, "work()",
            ],
            TESTS, body.map(lambda lines: [line.replace("import *", "import key") for line in lines]),
        ),
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


# Not st.recursive, which prints all that it is built of, 36 kB.
NESTED = st.deferred(lambda: st.one_of(SIMPLE, SIMPLE, SIMPLE, blocks(SIMPLE)))
STATEMENTS = st.deferred(lambda: st.one_of(SIMPLE, SIMPLE, blocks(SIMPLE), blocks(NESTED)))


#: What a class of settings may have in its body; ``Common`` is the one that it builds on.
MEMBERS = st.one_of(
    st.builds(lambda d: [f"CACHES = {d}"], DICTS),
    st.builds(lambda k: [f"CACHES = {{**Common.CACHES, {k}: {{}}}}"], KEYS),
    st.builds(lambda k: [f"EXTRA = {{{k}: {{}}}}"], KEYS),
    st.builds(lambda t, d: [f"if {t}:", f"    CACHES = {d}"], TESTS, DICTS),
    st.builds(lambda k: ["CACHES = dict(Common.CACHES)", f"CACHES[{k}] = {{}}"], KEYS),
    st.builds(
        lambda k: ["@property", "def CACHES(self):", f"    return {{**self.EXTRA, {k}: {{}}}}"], KEYS
    ),
    st.builds(
        lambda t: ["def CACHES(self):", f"    return self.EXTRA if {t} else super().CACHES"], TESTS
    ),
    st.builds(
        lambda d: [
            "def __init__(self):", "    super().__init__()", f"    self.EXTRA = {d}",
            "    self.__class__.CACHES = self.EXTRA",
        ],
        DICTS,
    ),
    st.just(["pass"]),
)  # fmt: skip
CLASSES = st.builds(
    lambda before, common, mixin, site, after: [
        *before, "class Common:", "    CACHES = EXTRA = {}", *indented(common),
        "class Mixin:", "    pass", *indented(mixin), "class Chosen(Mixin, Common):",
        *indented(site), *after,
    ],
    st.one_of(st.just([]), SIMPLE),
    MEMBERS, MEMBERS, MEMBERS,
    st.one_of(
        st.just([]), st.builds(lambda k: [f"Common.EXTRA[{k}] = {{}}"], KEYS),
        st.builds(lambda k: [f"Chosen.CACHES = {{**Chosen.EXTRA, {k}: {{}}}}"], KEYS),
    ),
)  # fmt: skip


def told_apart(parts: list[Lines]) -> Lines:
    """The lines of a program; each dict that is empty in them has an entry of its own."""
    numbers = itertools.count(1)
    lines = [line for part in parts for line in part]
    return [re.sub(r"\{\}", lambda _: f"dict(n={next(numbers)})", line) for line in lines]


PROGRAMS = st.lists(STATEMENTS, min_size=1, max_size=6).map(told_apart)
CLASS_PROGRAMS = CLASSES.map(lambda lines: told_apart([lines]))
