"""What needs a process of its own: Django without settings, and workers that are spawned."""

from __future__ import annotations

from tests.lazy.conftest import RunScript

UNCONFIGURED = """
import copy, dataclasses, pickle
from django.core.cache.backends.base import InvalidCacheBackendError
from django.core.exceptions import ImproperlyConfigured
from lazy_cache import DUMMY, LazyCacheWrapper, get_cache, reset_caches

wrapper = LazyCacheWrapper("x", fallback=DUMMY)

@dataclasses.dataclass
class Options:
    cache: object = wrapper

assert copy.copy(wrapper) == copy.deepcopy(wrapper) == pickle.loads(pickle.dumps(wrapper))
assert hash(wrapper) == hash(Options().cache) and repr(wrapper) and dir(wrapper)
assert not hasattr(wrapper, "delete_pattern")

def uses():
    yield lambda: wrapper.get("key")
    yield lambda: "key" in wrapper
    yield lambda: get_cache()
    yield lambda: setattr(wrapper, "key_prefix", "")
    yield reset_caches

for use in uses():
    try:
        use()
    except ImproperlyConfigured as error:
        assert "Requested setting CACHES, but settings are not configured" in str(error), error
        assert not isinstance(error, InvalidCacheBackendError)
    else:
        raise AssertionError("nothing was raised")

from django.conf import settings
settings.configure()
wrapper.set("key", 1)
assert wrapper.get("key") is None
assert get_cache().get("key") is None
print("fine")
"""

SPAWNED = """
import multiprocessing
from django.conf import settings
from lazy_cache import LazyCacheWrapper

settings.configure()

def work(wrapper, prefix):
    wrapper.set("key", prefix)
    return wrapper.get("key"), wrapper == LazyCacheWrapper("default", fallback="x")

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        sent = LazyCacheWrapper("default", fallback="x")
        sent.set("key", "here")
        assert pool.apply(work, (sent, "there")) == ("there", True)
        assert sent.get("key") == "here"
    print("fine")
"""


def test_without_settings_only_use_fails(run_script: RunScript) -> None:
    output = run_script(UNCONFIGURED)
    assert "The cache 'x' is not configured: DUMMY is used until it is." in output
    assert output.endswith("fine\n")


def test_a_spawned_process_gets_a_wrapper(run_script: RunScript) -> None:
    assert run_script(SPAWNED) == "fine\n"
