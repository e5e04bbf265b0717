"""The page for people: complete in itself, escaped, and looked at in a browser."""

import os
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import write_tree
from tests.reporters.conftest import Render

_VOID = {"meta", "link", "br", "input"}


class _Page(HTMLParser):
    """Fails on tags that are not closed, and notes what a browser would have to load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.articles: list[dict[str, str | None]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        assert tag in ("html", "head", "body", "a", "b", "i", "p", "h1", "h2", "h3", "div", "main",
                       "meta", "link", "title", "style", "script", "header", "footer", "section",
                       "button", "table", "thead", "tbody", "tr", "th", "td", "small", "form",
                       "label", "select", "option", "output", "article", "figure", "figcaption",
                       "pre", "span", "code", "mark", "ol", "ul", "li"), tag  # fmt: skip
        self.loaded += [str(v) for k, v in attrs if k in ("src", "href") and v and v[0] != "#"]
        if tag not in _VOID:
            self.open.append(tag)
        if tag == "article":
            self.articles.append(found)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize(("subject", "count"), [("clean", 0), ("nasty", 5), ("shop", 16)])
def test_the_page_is_whole_and_loads_nothing(subject: str, count: int, render: Render) -> None:
    text = render("html", subject)
    page = _Page(text)
    assert page.loaded == ["data:,"]
    assert len(page.articles) == count
    assert len({article["id"] for article in page.articles}) == count
    assert "@import" not in text and "url(" not in text
    assert ("No findings." in text) == (count == 0)


def test_the_matrix_of_the_shop(render: Render) -> None:
    text = render("html", "shop")
    table = text[text.index('<table class="matrix">') : text.index("</table>")]
    cells = {
        re.sub("<.*?>", "", row.split("</th>")[0]): re.findall(r"<td.*?>(.*?)</td>", row)
        for row in table.split("<tr>")[2:]
    }
    assert cells["default"] == ["yes", "yes", "yes"]
    assert cells["search"] == ["-", "yes", "yes"]
    assert cells["invoices"] == ["yes", "-", "-"]


def test_the_verdict_names_command_and_environment(render: Render) -> None:
    text = render("html", "shop")
    assert "With shop.settings.production every command dies that imports" in text
    assert "<code>python manage.py check --settings=shop.settings.production</code>" in text


def test_secrets_of_the_settings_are_not_shown(tmp_path: Path, render: Render) -> None:
    settings = """
import os
TOKEN = "hush-token"
CACHES = {"other": {"BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": "redis://:hush-url@host/0",
    "OPTIONS": {"PASSWORD": "hush-\\"option", 'api_key': r'hush-key', "db": 1},
}}
SECRET_KEY = 'hush-secret'
"""
    write_tree(tmp_path / "secret", {"conf/settings.py": settings, "manage.py": "import os\n"
        "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'conf.settings')\n"})  # fmt: skip
    text = render("html", "secret")
    assert "CCH401" in text and "PASSWORD" in text
    assert "hush" not in text
    assert "hush" not in render("text", "secret")


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    driver, chromium = shutil.which("chromedriver"), shutil.which("chromium")
    if driver is None or chromium is None:
        if os.environ.get("CACHELINT_REQUIRE_CHROMIUM"):
            pytest.fail("chromium or chromedriver is missing")
        pytest.skip("chromium and chromedriver are not installed")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
                     "disable-dev-shm-usage", "disable-background-networking", "disable-sync",
                     "disable-component-update", f"user-data-dir={tmp_path / 'profile'}"):  # fmt: skip
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield chrome
    finally:
        chrome.quit()


def _visible(browser: Any) -> list[str]:
    articles = browser.find_elements("css selector", "article")
    return [a.get_attribute("data-rule") for a in articles if a.is_displayed()]


def _opened(browser: Any, text: str, folder: Path) -> None:
    page = folder / "page.html"
    page.write_text(text, encoding="utf-8")
    browser.get(page.as_uri())


def test_filters_and_theme_in_a_browser(browser: Any, tmp_path: Path, render: Render) -> None:
    _opened(browser, render("html", "shop"), tmp_path)
    shown = browser.find_element("id", "shown")
    assert len(_visible(browser)) == 16
    browser.find_element("css selector", "[data-show-rule=CCH202]").click()
    assert (_visible(browser), shown.text) == (["CCH202"] * 2, "2 of 16")
    browser.find_element("css selector", "#file option[value='shop/search/terms.py']").click()
    assert (_visible(browser), shown.text) == (["CCH202"], "1 of 16")
    browser.find_element("css selector", "#rule option[value='']").click()
    assert _visible(browser) == ["CCH101", "CCH202"]
    browser.find_element("css selector", "#filters button[type=reset]").click()
    assert len(_visible(browser)) == 16
    ground = "return getComputedStyle(document.body).backgroundColor"
    before = browser.execute_script(ground)
    browser.find_element("id", "theme").click()
    assert browser.execute_script(ground) != before
    assert browser.get_log("browser") == []


def test_hostile_names_stay_text_in_a_browser(browser: Any, tmp_path: Path, render: Render) -> None:
    _opened(browser, render("html", "nasty"), tmp_path)
    assert len(_visible(browser)) == 5
    assert browser.execute_script("return document.scripts.length") == 1
    assert "</script>&amp;]]>" in browser.find_element("css selector", "article").text
    assert browser.get_log("browser") == []
