"""Which expressions are resolved to Django's caches, by scope and order, and in which phase."""

import pickle
import sys

import pytest

from cachelint.facts import collect_facts
from cachelint.facts.records import FileFacts, GuardKind, Phase
from cachelint.facts.vocabulary import HANDLE, HANDLER, PROXY
from cachelint.source import load

CACHES = "from django.core.cache import caches\n"


def facts_of(text: str) -> FileFacts:
    return collect_facts(load("module.py", text.encode()))


def opened(text: str) -> list[tuple[int, Phase]]:
    """Row and phase of every ``caches[…]`` in ``text``, which follows the import of row 1."""
    return sorted(
        (
            (use.span.row, use.phase)
            for use in facts_of(CACHES + text).uses
            if any(value.path == HANDLE and use.text.endswith("]") for value in use.values)
        ),
        key=lambda found: found[0],
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("caches = {}\ncaches['a']", id="rebound before"),
        pytest.param("def f(caches):\n    caches['a']", id="parameter"),
        pytest.param("def f():\n    caches['a']\n    caches = {}", id="local throughout"),
        pytest.param("def f():\n    for caches in x: caches['a']", id="loop variable"),
        pytest.param("def f():\n    with x as caches: caches['a']", id="with target"),
        pytest.param("def f():\n    import caches\n    caches['a']", id="local import"),
        pytest.param("def f():\n    if (caches := x): caches['a']", id="walrus"),
        pytest.param("def f(x):\n    match x:\n        case [caches]: caches['a']", id="capture"),
        pytest.param("def f(x):\n    match x:\n        case {**caches}: caches['a']", id="rest"),
        pytest.param("def f():\n    [0 for y in x if (caches := y)]; caches['a']", id="walrus out"),
        pytest.param("[caches['a'] for caches in x]", id="comprehension target"),
        pytest.param("lambda caches: caches['a']", id="lambda parameter"),
        pytest.param("del caches\ncaches['a']", id="deleted"),
        pytest.param("class caches: pass\ncaches['a']", id="class of that name"),
        pytest.param("def caches(): pass\ncaches['a']", id="function of that name"),
        pytest.param("def f():\n    caches['a']\ncaches = {}", id="final module scope"),
        pytest.param("caches['a'] = object()", id="stored"),
        pytest.param("del caches['a']", id="item deleted"),
        pytest.param("class C:\n    caches = {}\n    x = caches['a']", id="class scope"),
        pytest.param("'caches[1]'", id="string"),
        pytest.param("if False:\n    caches['a']", id="constant false"),
        pytest.param("x = caches2['a']", id="other name"),
    ],
)
def test_not_djangos(text: str) -> None:
    assert opened(text) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x = caches['a']\ncaches = {}", id="rebound later"),
        pytest.param("class C:\n    caches = {}\n    def f(self): caches['a']", id="skips class"),
        pytest.param("if x:\n    caches = {}\ncaches['a']", id="one branch rebinds"),
        pytest.param("if x:\n    caches = {}\n    raise E\ncaches['a']", id="branch leaves"),
        pytest.param("c = caches\nc['a']", id="other name for it"),
        pytest.param("(c := caches)['a']", id="walrus"),
        pytest.param("(caches if x else {})['a']", id="ternary"),
        pytest.param("(x or caches)['a']", id="or"),
        pytest.param("def f():\n    global caches\n    caches['a']", id="global"),
        pytest.param("try:\n    pass\nexcept E as caches:\n    raise\ncaches['a']", id="handler"),
        pytest.param("for x in y:\n    caches['a']\n    caches = {}", id="loop"),
        pytest.param("import django.core.cache\ndjango.core.cache.caches['a']", id="dotted"),
        pytest.param("from django.core import cache as m\nm.caches['a']", id="module"),
        pytest.param("from django import core\ncore.cache.caches['a']", id="package"),
        pytest.param("from django.core.cache import *\ncaches['a']", id="star"),
        pytest.param("from somewhere import *\ncaches['a']", id="unknown star kills nothing"),
        pytest.param("a, b = caches['a'], {}", id="tuple"),
        pytest.param("class C:\n    x = [caches['a'] for y in z]", id="comprehension in class"),
        pytest.param("def f():\n    def g(): caches['a']\n    x = 1", id="closure"),
        pytest.param("def f():\n    c = caches\n    def g(): c['a']", id="closure over a local"),
        pytest.param("store = caches\ndef f():\n    store['a']", id="body without a cache word"),
    ],
)
def test_djangos(text: str) -> None:
    assert len(opened(text)) == 1


def test_closure_without_a_cache_word_is_walked_once_its_names_are_known() -> None:
    text = (
        "class Store:\n    def load(self): return self.box.get(1)\n"
        "    def __init__(self): self.box = caches['a']\n"
    )
    paths = {value.path for use in facts_of(CACHES + text).uses for value in use.values}
    assert ":Store.box.get()" in paths


IMPORT, CALL, INIT, READY, MAIN = Phase.IMPORT, Phase.CALL, Phase.INIT, Phase.READY, Phase.MAIN


@pytest.mark.parametrize(
    ("text", "phases"),
    [
        pytest.param("class C:\n    x = caches['a']", [IMPORT], id="class body"),
        pytest.param(
            "class C:\n    class D:\n        x = caches['a']", [IMPORT], id="nested class"
        ),
        pytest.param("def f():\n    class C:\n        x = caches['a']", [CALL], id="local class"),
        pytest.param("def f(x=caches['a']): pass", [IMPORT], id="default"),
        pytest.param("def f(*, x=caches['a']): pass", [IMPORT], id="keyword-only default"),
        pytest.param("f = lambda x=caches['a']: x", [IMPORT], id="default of a lambda"),
        pytest.param("f = lambda: caches['a']", [CALL], id="lambda"),
        pytest.param("x = (lambda: caches['a'])()", [IMPORT], id="lambda called on the spot"),
        pytest.param("@d(caches['a'])\ndef f(): pass", [IMPORT], id="decorator"),
        pytest.param("@d(caches['a'])\nclass C: pass", [IMPORT], id="class decorator"),
        pytest.param("class C(b(caches['a'])): pass", [IMPORT], id="base"),
        pytest.param("class C(metaclass=m(caches['a'])): pass", [IMPORT], id="metaclass"),
        pytest.param("x = [caches[a] for a in y]", [IMPORT], id="list comprehension"),
        pytest.param("x = {caches[a] for a in y}", [IMPORT], id="set comprehension"),
        pytest.param("x = {a: caches[a] for a in y}", [IMPORT], id="dict comprehension"),
        pytest.param("x = (caches[a] for a in y)", [CALL], id="generator"),
        pytest.param("x = (a for a in caches['a'])", [IMPORT], id="generator, first iterable"),
        pytest.param("x = (b for a in y for b in caches['a'])", [CALL], id="second iterable"),
        pytest.param("x = tuple(caches[a] for a in y)", [IMPORT], id="consumed by tuple"),
        pytest.param("x = sorted((caches[a] for a in y), key=k)", [IMPORT], id="sorted with key"),
        pytest.param(
            "tuple = print\nx = tuple(caches[a] for a in y)", [CALL], id="not the builtin"
        ),
        pytest.param("for c in (caches[a] for a in y): pass", [IMPORT], id="consumed by for"),
        pytest.param("x = [*(caches[a] for a in y)]", [IMPORT], id="consumed by star"),
        pytest.param("x = ','.join(str(caches[a]) for a in y)", [IMPORT], id="consumed by join"),
        pytest.param("x = f\"{caches['a']}\"", [IMPORT], id="f-string"),
        pytest.param("class C:\n    def __init__(self): caches['a']", [INIT], id="init"),
        pytest.param("class C:\n    def __post_init__(self): caches['a']", [INIT], id="post init"),
        pytest.param("def __init__(): caches['a']", [CALL], id="function called __init__"),
        pytest.param("class C:\n    def ready(self): caches['a']", [READY], id="ready"),
        pytest.param("if __name__ == '__main__': caches['a']", [MAIN], id="main"),
        pytest.param("if '__main__' == __name__: caches['a']", [MAIN], id="main, mirrored"),
        pytest.param("if __name__ != '__main__': pass\nelse: caches['a']", [MAIN], id="main, else"),
        pytest.param("if not __name__ == '__main__': exit()\nelse: caches['a']", [MAIN], id="not"),
        pytest.param("if __name__ != '__main__': caches['a']", [IMPORT], id="not main"),
        pytest.param("if __name__ == '__main__':\n    def f(): caches['a']", [CALL], id="main def"),
        pytest.param("x: int = caches['a']", [IMPORT], id="annotated assignment"),
        pytest.param("if a: caches['a']\nelif b: caches['b']", [IMPORT, IMPORT], id="branches"),
        pytest.param("while caches['a']: pass", [IMPORT], id="while test"),
        pytest.param("with caches['a']: pass", [IMPORT], id="with"),
        pytest.param("try: x = caches['a']\nfinally: caches['b']", [IMPORT] * 2, id="try, finally"),
        pytest.param("match caches['a']:\n    case _: caches['b']", [IMPORT] * 2, id="match"),
        pytest.param("assert caches['a']", [IMPORT], id="assert"),
        pytest.param("x = [0]\nx[caches['a']] = 1", [IMPORT], id="in a target"),
        pytest.param("async def f():\n    return caches['a']", [CALL], id="async"),
    ],
)
def test_phases(text: str, phases: list[Phase]) -> None:
    assert [phase for _, phase in opened(text)] == phases


@pytest.mark.parametrize(
    ("text", "evaluated"),
    [
        pytest.param("x: caches['a'] = 1", True, id="module"),
        pytest.param("class C:\n    x: caches['a']", True, id="class"),
        pytest.param("def f(x: caches['a']): pass", True, id="parameter"),
        pytest.param("def f() -> caches['a']: pass", True, id="return"),
        pytest.param("def f():\n    x: caches['a'] = 1", False, id="local variable"),
        pytest.param("x: \"caches['a']\" = 1", False, id="string"),
    ],
)
def test_annotations(text: str, evaluated: bool) -> None:
    assert bool(opened(text)) == (evaluated and sys.version_info < (3, 14))
    assert facts_of(f"from __future__ import annotations\n{CACHES}{text}").uses == ()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of Python 3.12")
@pytest.mark.parametrize(
    "text",
    ["type X = caches['a']", "def f[T: caches['a']](): pass", "class C[T: caches['a']]: pass"],
)
def test_lazily_evaluated_types(text: str) -> None:
    assert opened(text) == []


@pytest.mark.parametrize(
    "test",
    ["typing.TYPE_CHECKING", "TC", "TYPE_CHECKING and x", "not not TC", "False"],
)
def test_type_checking_never_runs(test: str) -> None:
    head = "import typing\nfrom typing import TYPE_CHECKING, TYPE_CHECKING as TC\n"
    assert opened(f"{head}if {test}: caches['a']") == []
    assert len(opened(f"{head}if not ({test}): caches['a']")) == 1
    assert len(opened(f"{head}if {test}: pass\nelse: caches['a']")) == 1


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        pytest.param("try: caches['a']\nexcept KeyError: pass", [GuardKind.EXCEPT], id="except"),
        pytest.param(
            "try: pass\nexcept E: caches['a']", [GuardKind.AFTER_ERROR], id="in the handler"
        ),
        pytest.param("try: pass\nexcept E: pass\nelse: caches['a']", [], id="else of try"),
        pytest.param("if 'a' in caches: caches['a']", [GuardKind.MEMBERSHIP], id="in"),
        pytest.param(
            "if 'a' not in caches: x\nelse: caches['a']", [GuardKind.MEMBERSHIP], id="else"
        ),
        pytest.param("if 'a' not in caches: exit\ncaches['a']", [], id="no early exit"),
        pytest.param(
            "def f():\n    if 'a' not in caches: return\n    caches['a']",
            [GuardKind.MEMBERSHIP],
            id="early return",
        ),
        pytest.param("'a' in caches and caches['a']", [GuardKind.MEMBERSHIP], id="and"),
        pytest.param("caches['a'] if 'a' in caches else 0", [GuardKind.MEMBERSHIP], id="ternary"),
        pytest.param("[caches[a] for a in b if a in caches]", [GuardKind.MEMBERSHIP], id="filter"),
        pytest.param(
            "import contextlib\nwith contextlib.suppress(KeyError): caches['a']",
            [GuardKind.EXCEPT],
            id="suppress",
        ),
        pytest.param(
            "if 'a' in caches:\n    def f(): caches['a']",
            [GuardKind.MEMBERSHIP],
            id="what the settings say holds in bodies too",
        ),
        pytest.param(
            "from django.conf import settings\nif settings.A and not settings.B: caches['a']",
            [GuardKind.SETTING, GuardKind.SETTING],
            id="settings",
        ),
        pytest.param(
            "from django.conf import settings\nif settings.A == 'x': caches['a']",
            [GuardKind.SETTING],
            id="a test on a setting",
        ),
        pytest.param("if name: caches[name]", [GuardKind.PRESENT], id="a name that is true"),
        pytest.param("if n is None: x\nelse: caches[n]", [GuardKind.PRESENT], id="not None"),
        pytest.param(
            "try: x\nexcept E:\n    def f(): caches['a']", [], id="errors are caught elsewhere"
        ),
    ],
)
def test_guards(text: str, kinds: list[GuardKind]) -> None:
    uses = [u for u in facts_of(CACHES + text).uses if u.text.startswith("caches[")]
    assert [guard.kind for guard in uses[0].guards] == kinds


def test_paths_of_chains() -> None:
    facts = facts_of(f"{CACHES}from django.core.cache import cache\ncaches['a'].get(cache.get)\n")
    assert [(use.text, use.values[0].path, use.outer) for use in facts.uses] == [
        ("caches['a']", HANDLE, "attribute"),
        ("caches['a'].get", f"{HANDLE}.get", "call"),
        ("cache.get", f"{PROXY}.get", ""),
        ("caches['a'].get(cache.get)", f"{HANDLE}.get()", "statement"),
    ]


def test_exports_tell_what_a_module_offers() -> None:
    facts = facts_of(
        f"{CACHES}from .x import *\nstore = caches['a']\nother = {{}}\n__all__ = ['store']"
    )
    assert [value.path for value in facts.exports["store"]] == [HANDLE]
    assert [value.path for value in facts.exports["caches"]] == [HANDLER]
    assert facts.exports["other"] == ()
    assert (facts.stars, facts.declared_all) == ((".x",), ("store",))


def test_facts_are_picklable() -> None:
    facts = facts_of(
        f"{CACHES}class C:\n    x = caches['a']\n    def f(self): return self.x.get(1)"
    )
    assert pickle.loads(pickle.dumps(facts)) == facts


def test_columns_count_characters() -> None:
    facts = facts_of(f"{CACHES}x = '漢字' + '😀' and caches['ä']\n")
    span = facts.uses[0].span
    line = "x = '漢字' + '😀' and caches['ä']"
    assert line[span.column - 1 : span.end_column - 1] == "caches['ä']"


def test_branches_cannot_make_values_explode() -> None:
    steps = "".join(f"x = x.a{i} if y else x.b{i}\n" for i in range(60))
    assert facts_of(f"{CACHES}x = caches\n{steps}x.get") is not None


def test_a_long_sum_is_no_deep_recursion() -> None:
    text = f"{CACHES}x = " + " + ".join(["'a'"] * 2500) + " + str(caches['a'])\n"
    assert len([use for use in facts_of(text).uses if use.text == "caches['a']"]) == 1
