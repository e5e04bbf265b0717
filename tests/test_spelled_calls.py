"""Which functions may call a name, by the text of a file alone."""

from __future__ import annotations

import pytest

from cachelint.project.spelled_calls import SpelledCode

OWNERS = {
    "at import": ("get()\n", "get", {""}),
    "a function": ("def f():\n    return get()\n", "get", {"f"}),
    "on one line": ("def f(): return get()\n", "get", {"", "f"}),
    "a default": ("def f(\n    x=get(),\n):\n    pass\n", "get", {""}),
    "its own definition": ("def get():\n    pass\nclass get:\n    pass\n", "get", set()),
    "an async function": ("async def f():\n    await get()\n", "get", {"f"}),
    "an inner function": ("def f():\n    def g():\n        get()\n", "get", {"f"}),
    "after an inner function": ("def f():\n    def g():\n        pass\n    get()\n", "get", {"f"}),
    "a method": ("class C:\n    def m(self):\n        get()\n", "get", {"C.m"}),
    "a constructor": ("class C:\n    def __init__(self):\n        get()\n", "get", {"C"}),
    "a class body": ("class C:\n    x = get()\n", "get", {""}),
    "an inner class": ("class C:\n    class D:\n        def m(self): get()\n", "get", {"", "D.m"}),
    "after a class": ("class C:\n    pass\nif x:\n    def f():\n        get()\n", "get", {"f"}),
    "a continued line": ("def f():\n    pass\nx = g(\n    get(),\n)\n", "get", {""}),
    "a comment at the margin": ("def f():\n    x = 1\n# y = 2\n    get()\n", "get", {"f"}),
    "a decorator": ("@get\ndef f():\n    pass\n", "get", {"", "f"}),
    "a decorator with arguments": ("@get(\n    1,\n)\ndef f():\n    pass\n", "get", {"", "f"}),
    "a decorator of a class": ("@get\nclass C:\n    def m(self):\n        pass\n", "get", {""}),
    "a base": ("class C(Base, Other):\n    pass\n", "Other", {""}),
    "a base in a function": ("def f():\n    class C(Base):\n        pass\n", "Base", {"f"}),
    "named, not called": ("def f():\n    return get\n", "get", set()),
    "a longer name": ("def f():\n    forget()\n    get_all()\n", "get", set()),
    "a method of a class": ("def f():\n    return C.m()\n", "C.m", {"f"}),
    "a method of a new object": ("def f():\n    return C(1, 2).m()\n", "C.m", {"f"}),
    "a property": ("def f():\n    return C().m\n", "C.m", {"f"}),
    "a method of another": ("def f():\n    return D.m()\n", "C.m", set()),
    "a method of self": ("class C:\n    def n(self):\n        self.m()\n", "C.m", {"C.n"}),
    "of self in another class": ("class D:\n    def n(self):\n        self.m()\n", "C.m", set()),
    "a name of a module": ("def f():\n    return tools.get()\n", "tools.get", {"f"}),
    "carriage returns": ("def f():\r    get()\rget()\r", "get", {"f", ""}),
    "DOS line ends": ("def f():\r\n    get()\r\n", "get", {"f"}),
    "nothing": ("", "get", set()),
}


@pytest.mark.parametrize("case", OWNERS)
def test_owners(case: str) -> None:
    text, name, expected = OWNERS[case]
    code = SpelledCode(text.encode())
    found = {owner.decode() for owner in code.owners(name.encode())}
    assert found == expected
    assert code.is_called_at_import(name.encode()) == ("" in expected)


def test_what_classes_inherit() -> None:
    code = SpelledCode(b"class D(C, other.E):\n    pass\nclass F(C):\n    pass\n")
    assert {*code.inherited(b"C.m")} == {b"D.m", b"F.m"}
    assert {*code.inherited(b"C")} == {b"D", b"F"}
    assert {*code.inherited(b"other.E.m")} == {b"D.m"}
    assert {*code.inherited(b"G.m")} == set()
