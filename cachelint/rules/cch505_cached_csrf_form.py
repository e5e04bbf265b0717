"""
# cached-csrf-form (CCH505)

## What it does
Finds views under `cache_page` whose template has `{% csrf_token %}`: in the template itself, in the
one that it extends, in those that it includes. The template is that of `render(request, "x.html")`,
`TemplateResponse(request, "x.html")`, `template_name` of a class-based view or of `as_view()`; its
name must be a constant.

Silent where nothing is stored that has a token: `csrf_protect`, `ensure_csrf_cookie` or
`requires_csrf_token` below `cache_page`, `never_cache`, `cache_control(private=True)`; and for
`csrf_exempt`. Silent too for `vary_on_cookie`, although visitors who have no cookie yet share the
page then: often nobody gets there who has not logged in.

Preview: which branch of a template is rendered is not known.

## Why is this bad?
`cache_page` stores the page with the token of the first visitor, before the middleware sends him
the cookie. Everybody else gets the same page, and no cookie: the form is refused with 403.

## Example
```python
from django.shortcuts import render
from django.views.decorators.cache import cache_page


@cache_page(60)
def contact(request):
    return render(request, "contact.html")
```

## Use instead
```python
from django.shortcuts import render
from django.views.decorators.cache import cache_page
from django.views.decorators.csrf import csrf_protect


@cache_page(60)
@csrf_protect
def contact(request):
    return render(request, "contact.html")
```

## Fix safety
There is no automatic fix: with `csrf_protect` below it `cache_page` stores nothing that has a
token. Whether the form can be somewhere else is for people to say.

## References
- https://docs.djangoproject.com/en/stable/howto/csrf/#caching
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Evidence, Severity
from cachelint.rules.rule import FileView, Finding
from cachelint.templates.forms import FormToken, form_token

WORDS = (b"cache_page",)
SEVERITY = Severity.WARNING
PREVIEW = True
NO_FIX = "whether the form or the cache goes is a decision about the page"


def check(view: FileView) -> Iterator[Finding]:
    if view.library is None:
        return
    for page in view.project.rendered_pages(view.facts):
        found = [form_token(name, view.facts.path, view.library) for name in page.templates]
        tokens = [token for token in found if token is not None]
        if tokens:
            yield Finding(
                span=page.span,
                message=(
                    f"`{page.cache.text}(…)` stores the form of `{page.name}` with the token of one"
                    " visitor: the POST of everybody else is refused with 403"
                ),
                help="`csrf_protect` below `cache_page`, or the form on a page of its own",
                cause=page.name,
                evidence=(_evidence(tokens[0]),),
            )


def _evidence(token: FormToken) -> Evidence:
    return Evidence(token.path, token.span, "the token")
