"""
# vary-outside-cache-page (CCH502)

## What it does
Finds `vary_on_cookie` or `vary_on_headers` above `cache_page`, on a view that reads data of its
user and answers with an HttpResponse (`render()`, `JsonResponse`).

Silent for a TemplateResponse, generic class-based views and Django REST framework: their responses
are stored when they have been rendered, after every decorator. Silent too where it is not known
what the view answers with.

## Why is this bad?
Decorators work from the inside out: `cache_page` stores the response before the decorator above it
adds the header. The page is stored for all, and the second user receives the first one's.

## Example
```python
from django.shortcuts import render
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_cookie


@vary_on_cookie
@cache_page(60)
def account(request):
    return render(request, "account.html", {"user": request.user})
```

## Use instead
```python
from django.shortcuts import render
from django.views.decorators.cache import cache_page
from django.views.decorators.vary import vary_on_cookie


@cache_page(60)
@vary_on_cookie
def account(request):
    return render(request, "account.html", {"user": request.user})
```

## Fix safety
Unsafe: the decorator is moved below `cache_page`. That is what was meant, and every visitor with a
cookie then has a page of his own in the cache.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#using-vary-headers
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Evidence, Severity
from cachelint.rules.page_fix import reorder_plan
from cachelint.rules.rule import FileView, Finding

WORDS = (b"cache_page",)
SEVERITY = Severity.ERROR
NO_FIX = "the decorators stand too far from each other to be moved"


def check(view: FileView) -> Iterator[Finding]:
    for page in view.leaking_pages:
        if page.vary_outside is None:
            continue
        vary = page.vary_outside.text
        what = f", and its `{page.reads[0].text}`, " if page.reads else " "
        yield Finding(
            span=page.span,
            message=(
                f"`{vary}` stands outside of `{page.cache.text}(…)`, which stores `{page.name}`"
                f"{what}before the header is there: bob receives alice's page"
            ),
            help=f"`{vary}` below `cache_page`",
            cause=page.name,
            evidence=tuple(
                Evidence(read.path, read.read.span, "data of one user") for read in page.reads
            )[:4],
            fix=reorder_plan(page),
        )
