"""Class bodies of frameworks over an alias that is missing: nothing raises, opens or logs."""

from __future__ import annotations

import abc
import dataclasses
import enum
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypedDict, runtime_checkable

import factory.base
import factory.django
import pytest
from django import forms
from django.apps.registry import Apps
from django.db import models
from django.template import Context, Engine
from django.test import RequestFactory, override_settings
from django.views.generic import TemplateView
from rest_framework import serializers, throttling, viewsets

from cachelint.lazy import DUMMY, LazyCacheWrapper
from tests.lazy.conftest import RunScript, local

Body = Callable[[LazyCacheWrapper], Any]
BODIES: list[Body] = []


def body(function: Body) -> Body:
    BODIES.append(function)
    return function


@body
def a_model(wrapper: LazyCacheWrapper) -> Any:
    class Article(models.Model):
        cache = wrapper
        title = models.CharField(max_length=10)

        class Meta:
            app_label = "lazy"
            apps = Apps()

    return Article(title="a").cache


@body
def an_abstract_model(wrapper: LazyCacheWrapper) -> Any:
    class Base(models.Model):
        cache = wrapper

        class Meta:
            abstract = True

    class Article(Base):
        class Meta:
            app_label = "lazy"
            apps = Apps()

    return Article().cache


@body
def a_manager(wrapper: LazyCacheWrapper) -> Any:
    class Articles(models.Manager["models.Model"]):
        cache = wrapper

    class Article(models.Model):
        objects = Articles()

        class Meta:
            app_label = "lazy"
            apps = Apps()

    return Article.objects.cache


@body
def a_form(wrapper: LazyCacheWrapper) -> Any:
    class Search(forms.Form):
        cache = wrapper
        text = forms.CharField()

    assert Search({"text": "a"}).is_valid()
    return Search().cache


@body
def a_model_form(wrapper: LazyCacheWrapper) -> Any:
    class Article(models.Model):
        title = models.CharField(max_length=10)

        class Meta:
            app_label = "lazy"
            apps = Apps()

    class Edit(forms.ModelForm):
        cache = wrapper

        class Meta:
            model = Article
            fields = ("title",)

    return Edit({"title": "a"}).cache


@body
def a_view(wrapper: LazyCacheWrapper) -> Any:
    class Page(TemplateView):
        cache = wrapper

    assert Page.as_view(cache=wrapper)
    return Page().cache


@body
def a_dataclass(wrapper: LazyCacheWrapper) -> Any:
    @dataclasses.dataclass(frozen=True)
    class Options:
        cache: Any = wrapper

    assert hash(Options()) == hash(dataclasses.replace(Options()))
    dataclasses.asdict(Options())
    return Options().cache


@body
def a_named_tuple(wrapper: LazyCacheWrapper) -> Any:
    class Options(NamedTuple):
        cache: Any = wrapper

    return Options().cache


@body
def a_typed_dict(wrapper: LazyCacheWrapper) -> Any:
    class Options(TypedDict):
        cache: Any

    return Options(cache=wrapper)["cache"]


@body
def an_enum(wrapper: LazyCacheWrapper) -> Any:
    class Place(enum.Enum):
        NEAR = wrapper

    assert Place(wrapper) is Place.NEAR
    return Place.NEAR.value


@body
def an_abstract_class(wrapper: LazyCacheWrapper) -> Any:
    class Store(abc.ABC):
        cache = wrapper

        @abc.abstractmethod
        def method(self) -> None:
            raise NotImplementedError

    class Concrete(Store):
        def method(self) -> None:
            pass

    return Concrete().cache


@body
def a_protocol(wrapper: LazyCacheWrapper) -> Any:
    @runtime_checkable
    class HasCache(Protocol):
        cache: Any = wrapper

        def method(self) -> None:
            raise NotImplementedError

    class Store(HasCache):
        def method(self) -> None:
            pass

    assert isinstance(Store(), HasCache)
    assert not isinstance(wrapper, HasCache)
    return Store().cache


@body
def a_class_with_slots(wrapper: LazyCacheWrapper) -> Any:
    class Store:
        __slots__ = ()
        cache = wrapper

        def method(self, cache: Any = wrapper) -> Any:
            return cache

    assert Store().method() is wrapper
    return Store.cache


@body
def a_serializer(wrapper: LazyCacheWrapper) -> Any:
    class Article(serializers.Serializer):
        cache = wrapper
        title = serializers.CharField()

    assert Article(data={"title": "a"}).is_valid()
    return Article().cache


@body
def a_viewset(wrapper: LazyCacheWrapper) -> Any:
    class Articles(viewsets.ViewSet):
        cache = wrapper

        def list(self, request: Any) -> Any: ...

    assert Articles.as_view({"get": "list"})
    assert Articles.get_extra_actions() == []
    return Articles().cache


@body
def a_throttle(wrapper: LazyCacheWrapper) -> Any:
    class Slowly(throttling.AnonRateThrottle):
        cache = wrapper
        rate = "1/day"

    return Slowly().cache


@body
def a_factory(wrapper: LazyCacheWrapper) -> Any:
    class DictFactory(factory.base.Factory[Any]):
        cache = wrapper

        class Meta:
            model = dict

    return DictFactory.build()["cache"]


@body
def a_model_factory(wrapper: LazyCacheWrapper) -> Any:
    class Article(models.Model):
        title = models.CharField(max_length=10)

        class Meta:
            app_label = "lazy"
            apps = Apps()

    class ArticleFactory(factory.django.DjangoModelFactory[Any]):
        title = "a"

        class Meta:
            model = Article

        class Params:
            cache = wrapper

    assert ArticleFactory.build().title == "a"
    return wrapper


@body
def a_template(wrapper: LazyCacheWrapper) -> Any:
    text = "{% if cache %}{{ cache }}{% endif %}{{ cache.nothing }}"
    rendered = Engine().from_string(text).render(Context({"cache": wrapper}, autoescape=False))
    assert rendered == repr(wrapper)
    return wrapper


@body
def a_value_of_a_query(wrapper: LazyCacheWrapper) -> Any:
    return models.Value(wrapper).value


@pytest.mark.parametrize("build", BODIES, ids=lambda build: build.__name__)
@pytest.mark.parametrize(
    "wrapper",
    [
        pytest.param(LazyCacheWrapper("missing"), id="missing"),
        pytest.param(LazyCacheWrapper("missing", fallback=DUMMY), id="with DUMMY"),
        pytest.param(LazyCacheWrapper(None), id="unset variable"),  # type: ignore[arg-type]
    ],
)
def test_a_body_over_a_missing_alias(
    build: Body, wrapper: LazyCacheWrapper, opened: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert build(wrapper) is wrapper
    assert opened == []
    assert caplog.records == []


#: These ask for names of their own, which a backend could have: an alias that exists is opened.
ASKING = [a_protocol, a_viewset, a_factory, a_model_factory, a_template]


@pytest.mark.parametrize(
    "build", [build for build in BODIES if build not in ASKING], ids=lambda build: build.__name__
)
def test_other_bodies_do_not_even_open_an_alias_that_exists(build: Body, opened: list[str]) -> None:
    build(LazyCacheWrapper("x"))
    assert opened == []


def test_a_throttle_counts_in_the_cache_that_is_configured_now() -> None:
    class Slowly(throttling.AnonRateThrottle):
        cache = LazyCacheWrapper("throttles")
        rate = "1/day"

        def get_cache_key(self, request: Any, view: Any) -> str:
            return "everybody"

    request = RequestFactory().get("/")
    for location in ("one", "two"):
        with override_settings(CACHES={"throttles": local(location)}):
            assert [Slowly().allow_request(request, None) for _ in range(2)] == [True, False]


COLLECTED = """
from django.conf import settings
from django.core.cache import CacheHandler

def fail(handler, alias):
    raise AssertionError(f"{alias} was opened")

CacheHandler.create_connection = fail
if CONFIGURED:
    settings.configure()

from lazy_cache import DUMMY, LazyCacheWrapper

test_cache = LazyCacheWrapper("missing")
TestCache = LazyCacheWrapper("missing", fallback=DUMMY)

class TestThings:
    cache = LazyCacheWrapper("missing")
    test_attribute = LazyCacheWrapper("missing", fallback=DUMMY)

    def test_it(self):
        assert self.cache == test_cache
"""


@pytest.mark.parametrize("configured", [True, False], ids=["configured", "unconfigured"])
def test_pytest_collects_and_runs(
    configured: bool, run_script: RunScript, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = COLLECTED.replace("CONFIGURED", str(configured))
    command = ["-m", "pytest", "-p", "no:cacheprovider", "-W", "error", "-q", "script.py"]
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    assert "1 passed" in run_script(text, *command)
