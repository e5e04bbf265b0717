"""
# unknown-alias-in-template (CCH204)

## What it does
Finds `{% cache … using="x" %}` with an alias that no settings module of the project configures.

Silent for variables (`using=name`), for aliases of `aliases` in `[tool.cachelint]`, in templates of
tests, where another library brings the tag, and as long as one settings module of the project may
have aliases that cannot be read; `cachelint settings` says which, and why.

## Why is this bad?
Nothing looks at the alias before the template is rendered. The first visitor of the page gets
`TemplateSyntaxError: Invalid cache name specified for cache tag: 'fragmnets'`.

## Example
```html
{% load cache %}
{% cache 500 sidebar using="fragmnets" %}News{% endcache %}
```

## Use instead
```html
{% load cache %}
{% cache 500 sidebar using="fragments" %}News{% endcache %}
```

## Fix safety
There is no automatic fix: which cache was meant is for the project to say.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#template-fragment-caching
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from cachelint.diagnostic import Evidence, Severity, Span
from cachelint.rules.alias_states import having, is_for_users, quoted
from cachelint.rules.rule import Finding
from cachelint.rules.template_view import TemplateView
from cachelint.source import one_line
from cachelint.templates import CACHE_WORD, Fragment
from cachelint.templates.expressions import constant

WORDS = (CACHE_WORD,)
SEVERITY = Severity.ERROR
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "which cache was meant, only those who wrote the template know"


def check_template(view: TemplateView) -> Iterator[Finding]:
    for fragment in view.fragments:
        alias = constant(fragment.using.text) if fragment.using is not None else None
        if alias is None or fragment.using is None or not _is_rendered(fragment, view):
            continue
        if not view.is_test and view.settings.is_closed and not _is_known(view, alias):
            yield _finding(view, alias, fragment.using.span)


def _is_rendered(fragment: Fragment, view: TemplateView) -> bool:
    is_django = fragment.is_django and not view.library.has_own_cache_tag(view.template.path)
    return is_django and fragment.is_effective


def _is_known(view: TemplateView, alias: str) -> bool:
    modules = view.settings.modules
    if not any(is_for_users(settings) for settings in modules):
        return True
    return alias in view.known_aliases or any(alias in settings.aliases for settings in modules)


def _finding(view: TemplateView, alias: str, span: Span) -> Finding:
    known = list(dict.fromkeys(a for s in view.settings.modules for a in s.aliases))
    close = difflib.get_close_matches(alias, known, n=1)
    remedy = f'did you mean "{close[0]}"?' if close else f"configured are {quoted(known)}"
    return Finding(
        span=span,
        message=(
            f'alias "{one_line(alias)}" is {view.settings.where}: rendering the fragment raises'
            " TemplateSyntaxError"
        ),
        help=f"{remedy}; an alias from elsewhere belongs in `aliases` of [tool.cachelint]",
        cause=f'alias "{alias}"',
        evidence=having(view.settings, alias) or tuple(_searched(view)),
    )


def _searched(view: TemplateView) -> Iterator[Evidence]:
    for settings in view.settings.modules:
        if settings.bindings and is_for_users(settings):
            place = settings.bindings[-1]
            aliases = quoted(list(settings.aliases))
            yield Evidence(place.path, place.span, f"`{settings.module.label}` has {aliases}")
