"""The wrapper as an object: what it holds, what it forwards, what opens nothing."""

from __future__ import annotations

import copy
import functools
import inspect
import pickle
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any
from unittest import mock

import pytest
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache, InvalidCacheBackendError
from django.test import override_settings

from cachelint import lazy
from cachelint.lazy import DUMMY, LazyCacheWrapper, get_cache
from tests.lazy.conftest import local


class Special(LazyCacheWrapper):
    """A subclass with a constructor of its own."""

    def __init__(self) -> None:
        super().__init__("x", fallback="default")


class Hollow(LazyCacheWrapper):
    """A subclass that forgets the constructor."""

    def __init__(self) -> None:
        pass


class Alias(str, Enum):
    EXISTING = "x"


WRAPPERS = [
    pytest.param(LazyCacheWrapper(), id="default"),
    pytest.param(LazyCacheWrapper("missing"), id="missing"),
    pytest.param(LazyCacheWrapper("missing", fallback="x"), id="fallback"),
    pytest.param(LazyCacheWrapper("missing", fallback=DUMMY), id="dummy"),
    pytest.param(LazyCacheWrapper(Alias.EXISTING), id="enum"),
    pytest.param(Special(), id="subclass"),
]
COPIES: list[Any] = [
    pytest.param(copy.copy, id="copy"),
    pytest.param(copy.deepcopy, id="deepcopy"),
    *(
        pytest.param(
            lambda wrapper, protocol=protocol: pickle.loads(pickle.dumps(wrapper, protocol)),
            id=f"pickle {protocol}",
        )
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
    ),
]


def test_it_does_what_the_handle_does() -> None:
    wrapper = LazyCacheWrapper("x")
    wrapper.set("key", "value", timeout=60)
    assert wrapper.get("key") == caches["x"].get("key") == "value"
    assert "key" in wrapper
    assert "other" not in wrapper
    assert wrapper.get_or_set("number", 1) == 1
    assert wrapper.incr("number") == 2
    assert wrapper.default_timeout == 300
    wrapper.clear()
    assert "key" not in wrapper


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("duplicate", COPIES)
def test_duplicates_are_equal(
    wrapper: LazyCacheWrapper,
    duplicate: Callable[[LazyCacheWrapper], LazyCacheWrapper],
    opened: list[str],
) -> None:
    twin = duplicate(wrapper)
    assert type(twin) is type(wrapper)
    assert twin == wrapper
    assert hash(twin) == hash(wrapper)
    assert repr(twin) == repr(wrapper)
    assert opened == []


def test_the_dummy_stays_the_dummy() -> None:
    assert copy.deepcopy(DUMMY) is pickle.loads(pickle.dumps(DUMMY)) is DUMMY
    assert repr(DUMMY) == "DUMMY"


def test_what_differs_is_not_equal() -> None:
    plain = LazyCacheWrapper("x")
    others = [LazyCacheWrapper("y"), LazyCacheWrapper("x", fallback="default"), Special()]
    assert all(plain != other for other in others)
    assert LazyCacheWrapper("x", fallback="default") != Special()
    for foreign in ("x", caches["x"], None, mock.sentinel.other):
        assert plain != foreign
    assert plain == mock.ANY
    assert len({plain, LazyCacheWrapper("x"), *others}) == 4


def test_repr_is_how_it_was_written(opened: list[str]) -> None:
    assert repr(LazyCacheWrapper("m")) == "LazyCacheWrapper('m')"
    assert repr(LazyCacheWrapper("m", fallback="x")) == "LazyCacheWrapper('m', fallback='x')"
    assert repr(LazyCacheWrapper("m", fallback=DUMMY)) == "LazyCacheWrapper('m', fallback=DUMMY)"
    assert str(Special()) == "Special('x', fallback='default')"
    assert opened == []


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_looking_at_it_opens_nothing(wrapper: LazyCacheWrapper, opened: list[str]) -> None:
    assert dir(wrapper) == sorted(dir(BaseCache))
    assert bool(wrapper) is True
    assert not callable(wrapper)
    assert not isinstance(wrapper, BaseCache)
    assert weakref.ref(wrapper)() is wrapper
    assert not hasattr(wrapper, "__wrapped__")
    assert not hasattr(wrapper, "contribute_to_class")
    assert not hasattr(wrapper, "resolve_expression")
    for impossible in (iter, len, lambda value: value[0], lambda value: value()):
        with pytest.raises(TypeError):
            impossible(wrapper)
    assert opened == []


def test_a_function_can_be_dressed_as_it() -> None:
    @functools.wraps(LazyCacheWrapper("missing"))
    def function() -> int:
        return 1

    assert function() == 1
    assert function.__wrapped__ == LazyCacheWrapper("missing")


@pytest.mark.skipif(sys.version_info < (3, 10), reason="X | Y cannot be evaluated before 3.10")
def test_annotations_can_be_evaluated() -> None:
    from typing import get_type_hints

    assert get_type_hints(get_cache)["return"] is BaseCache
    assert get_type_hints(LazyCacheWrapper.__init__)["alias"] is str


# -- names that only some backends have


def test_a_name_of_another_backend() -> None:
    wrapper = LazyCacheWrapper("x")
    assert not hasattr(wrapper, "delete_pattern")
    with pytest.raises(AttributeError, match="LocMemCache"):
        wrapper.delete_pattern("*")


PROBES = ["_mock_name", "_pytestfixturefunction", "FACTORY_BUILDER_PHASE", "_is_coroutine_mark"]


@pytest.mark.parametrize("name", ["delete_pattern", "client", "key_prefix", *PROBES])
def test_a_question_to_a_missing_alias_is_answered_with_no(name: str) -> None:
    wrapper = LazyCacheWrapper("missing")
    assert not hasattr(wrapper, name)
    with pytest.raises(InvalidCacheBackendError, match="'missing' doesn't exist") as caught:
        getattr(wrapper, name)
    assert isinstance(caught.value, AttributeError)
    assert isinstance(caught.value.__cause__, InvalidCacheBackendError)


@pytest.mark.parametrize("name", ["get", "aget", "set", "clear", "close", "_missing_key"])
def test_a_name_of_every_backend_raises_as_django_does(name: str) -> None:
    if not hasattr(BaseCache, name):
        name = "get"  # Django 3.2 has no a* methods
    with pytest.raises(InvalidCacheBackendError) as expected:
        caches["missing"]
    with pytest.raises(InvalidCacheBackendError) as caught:
        getattr(LazyCacheWrapper("missing"), name)
    assert type(caught.value) is InvalidCacheBackendError
    assert str(caught.value) == str(expected.value)


def test_in_raises_as_django_does() -> None:
    with pytest.raises(InvalidCacheBackendError, match="The connection 'missing' doesn't exist"):
        "key" in LazyCacheWrapper("missing")  # noqa: B015


@pytest.mark.parametrize(
    ("backend", "error"),
    [
        pytest.param("no.such.Backend", InvalidCacheBackendError, id="not importable"),
        pytest.param("tests.lazy.backends.Broken", ValueError, id="raises when made"),
        pytest.param("tests.lazy.backends.Mistyped", TypeError, id="raises a TypeError"),
        pytest.param("tests.lazy.backends.Inner", InvalidCacheBackendError, id="inner alias"),
    ],
)
def test_a_backend_that_cannot_be_made(backend: str, error: type[Exception]) -> None:
    wrapper = LazyCacheWrapper("bad")
    with override_settings(CACHES={"default": local("default"), "bad": {"BACKEND": backend}}):
        with pytest.raises(error) as expected:
            caches["bad"]
        with pytest.raises(error) as caught:
            wrapper.get("key")
        assert str(caught.value) == str(expected.value)
        assert not hasattr(wrapper, "delete_pattern")


def test_probes_of_inspect() -> None:
    for wrapper in (LazyCacheWrapper("missing"), LazyCacheWrapper("x")):
        assert not inspect.iscoroutinefunction(wrapper)
        assert not inspect.isawaitable(wrapper)
        assert not inspect.isabstract(wrapper)
        assert inspect.unwrap(wrapper) is wrapper


def test_a_subclass_that_forgets_the_constructor_does_not_recurse() -> None:
    with pytest.raises(AttributeError, match="_lazy_alias"):
        Hollow().get("key")


# -- attributes that are set


def test_attributes_are_set_on_the_handle_of_this_thread() -> None:
    wrapper = LazyCacheWrapper("x")
    wrapper.key_prefix = "mine"
    assert caches["x"].key_prefix == "mine"
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(wrapper.key_prefix))
    thread.start()
    thread.join()
    assert seen == [""]
    del wrapper.key_prefix
    assert not hasattr(caches["x"], "key_prefix")


def test_setting_on_a_missing_alias_raises() -> None:
    wrapper = LazyCacheWrapper("missing")
    with pytest.raises(InvalidCacheBackendError):
        wrapper.key_prefix = "mine"
    with pytest.raises(InvalidCacheBackendError):
        del wrapper.key_prefix


def test_dunders_are_not_set_on_the_handle(opened: list[str]) -> None:
    wrapper = LazyCacheWrapper("x")
    with pytest.raises(AttributeError):
        wrapper.__wrapped__ = None
    with pytest.raises(AttributeError):
        del wrapper.__wrapped__
    assert opened == []


def test_mock_patches_and_restores(monkeypatch: pytest.MonkeyPatch) -> None:
    wrapper = LazyCacheWrapper("x")
    with mock.patch.object(wrapper, "get", return_value="mocked"):
        assert wrapper.get("key") == "mocked"
    assert wrapper.get("key") is None
    assert "get" not in vars(caches["x"])
    with monkeypatch.context() as patch:
        patch.setattr(wrapper, "get", lambda key: "patched")
        assert wrapper.get("key") == "patched"
    assert wrapper.get("key") is None


def test_specs_of_mock() -> None:
    wrapper = LazyCacheWrapper("x")
    for double in (mock.create_autospec(wrapper, instance=True), mock.Mock(spec=wrapper)):
        double.get("key")
        with pytest.raises(AttributeError):
            double.no_such_method("key")


# -- aliases


def test_members_of_a_text_enum_are_aliases() -> None:
    wrapper = LazyCacheWrapper(Alias.EXISTING)
    wrapper.set("key", 1)
    assert caches["x"].get("key") == 1
    assert wrapper == LazyCacheWrapper("x")
    assert get_cache(Alias.EXISTING) is caches["x"]


@pytest.mark.parametrize("alias", [None, 3, ["x"], object(), LazyCacheWrapper("x")])
def test_an_alias_that_is_no_text_is_refused_at_the_first_use(alias: Any) -> None:
    wrapper = LazyCacheWrapper(alias, fallback="default")
    assert repr(alias) in repr(wrapper)
    for use in (
        lambda: wrapper.get("key"),
        lambda: "key" in wrapper,
        lambda: get_cache(alias),
    ):
        with pytest.raises(TypeError, match=r"must be text, not .* environment variable"):
            use()
    assert not hasattr(wrapper, "delete_pattern")


@pytest.mark.parametrize("fallback", [True, False, 0, {}, caches, LazyCacheWrapper("x")])
def test_a_fallback_that_can_never_work_is_refused_at_once(fallback: Any) -> None:
    with pytest.raises(TypeError, match="must be an alias, DUMMY or None, not"):
        LazyCacheWrapper("x", fallback=fallback)
    with pytest.raises(TypeError, match="must be an alias, DUMMY or None, not"):
        get_cache("x", fallback=fallback)


# -- backends that hold wrappers


@pytest.fixture
def mirrors() -> Iterator[None]:
    backends = {name: f"tests.lazy.backends.{name}" for name in ("Mirror", "GazingMirror")}
    with override_settings(
        CACHES={
            "mirror": {"BACKEND": backends["Mirror"]},
            "gazing": {"BACKEND": backends["GazingMirror"]},
        }
    ):
        yield


@pytest.mark.usefixtures("mirrors")
def test_a_backend_may_hold_a_wrapper_of_itself() -> None:
    wrapper = LazyCacheWrapper("mirror")
    wrapper.set("key", 1)
    assert wrapper.reflect("key") == 1


@pytest.mark.usefixtures("mirrors")
def test_a_backend_that_needs_itself_to_be_made_says_so() -> None:
    with pytest.raises(RecursionError):
        LazyCacheWrapper("gazing").get("key")


def test_what_the_module_offers() -> None:
    assert sorted(lazy.__all__) == ["DUMMY", "LazyCacheWrapper", "get_cache", "reset_caches"]
    assert all(hasattr(lazy, name) for name in lazy.__all__)
