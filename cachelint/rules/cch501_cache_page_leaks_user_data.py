"""
# cache-page-leaks-user-data (CCH501)

## What it does
Finds `@cache_page` on a view whose page belongs to one user: it reads `request.user`,
`request.session` or `request.COOKIES` in a GET request, itself or through functions of the project,
or it lies behind `login_required`, `permission_required`, `user_passes_test`, `LoginRequiredMixin`
or the permissions of Django REST framework.

Decorators are followed in every order and spelling: `method_decorator` on classes and methods,
`cache_page(60)(view)` in urls.py, class-based views and their mixins, decorators of the project
that are made of these.

Silent where the visitors are kept apart: `vary_on_cookie`, `vary_on_headers("Cookie")`,
`never_cache` or `cache_control(private=True)` below `cache_page`; above it too, where the view
answers with a TemplateResponse or a Response of Django REST framework, which are stored when they
have been rendered. `vary_on_headers("Authorization")` counts where the view authenticates by
header. Data that is read for POST alone is not meant: only GET and HEAD are stored.

## Why is this bad?
`cache_page` stores the response before the session middleware adds `Vary: Cookie` to it. The first
visitor's page is served to everybody who asks for the same address: bob receives alice's page.
Where the login lies inside of the cache, visitors who have not logged in receive it too.

## Example
```python
from django.http import HttpResponse
from django.views.decorators.cache import cache_page


@cache_page(60)
def account(request):
    return HttpResponse(f"Hello {request.user.username}")
```

## Use instead
```python
from django.http import HttpResponse
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_cookie


@cache_page(60)
@vary_on_cookie
def account(request):
    return HttpResponse(f"Hello {request.user.username}")
```

## Fix safety
Unsafe: `vary_on_cookie` is put below `cache_page` (`vary_on_headers("Authorization", "Cookie")` in
Django REST framework). Every visitor with a cookie then has a page of his own in the cache, which
may not be worth having: caching the data instead of the page often is.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#using-vary-headers
- https://code.djangoproject.com/ticket/15855
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Evidence, Severity
from cachelint.project import CachedPage
from cachelint.rules.page_fix import vary_plan
from cachelint.rules.rule import FileView, Finding

WORDS = (b"cache_page",)
SEVERITY = Severity.ERROR
NO_FIX = "the cached page is wrapped in a way that cannot be rewritten here"

#: Django varies on Authorization by itself since 5.2.19.
_VARIES_ON_AUTHORIZATION = (5, 2)
_MAX_EVIDENCE = 4


def check(view: FileView) -> Iterator[Finding]:
    for page in view.leaking_pages:
        if page.vary_outside is None and not _is_safe_by_version(view, page):
            yield Finding(
                span=page.span,
                message=_message(page),
                help=_help(page),
                cause=page.name,
                evidence=_evidence(page),
                fix=vary_plan(page),
            )


def _is_safe_by_version(view: FileView, page: CachedPage) -> bool:
    version = view.django_version
    return page.by_header and version is not None and version >= _VARIES_ON_AUTHORIZATION


def _message(page: CachedPage) -> str:
    stores = f"`{page.cache.text}(…)` stores one page for all"
    login = page.login or page.outer_login
    if page.reads:
        fact = f"`{page.name}` reads `{page.reads[0].text}`, and {stores}"
    else:
        fact = f"`{page.name}` lies behind `{login.text}`, and {stores}" if login else stores
    if page.login is not None:
        return f"{fact}: who has not passed `{page.login.text}` receives alice's page"
    since = "before Django 5.2.19 " if page.by_header else ""
    return f"{fact}: {since}bob receives alice's page"


def _help(page: CachedPage) -> str:
    if page.is_rest:
        return '`vary_on_headers("Authorization", "Cookie")` below `cache_page`, or cache the data'
    return "`vary_on_cookie` below `cache_page`, or cache the data instead of the page"


def _evidence(page: CachedPage) -> tuple[Evidence, ...]:
    return tuple(Evidence(read.path, read.read.span, "data of one user") for read in page.reads)[
        :_MAX_EVIDENCE
    ]
