"""
# template-fragment-leaks-user-data (CCH504)

## What it does
Finds `{% cache %}` fragments that read `user`, `request.user`, `request.session`,
`request.COOKIES`, `perms` or `messages`, themselves or in templates that they include, without an
argument that tells visitors apart. Names that `{% with %}` gives to these are followed.

`{% cache 500 greeting user.pk %}` varies on the user; the second word is the name of the fragment
and never a variable. `user.is_authenticated`, which many users share, is enough only where nothing
but such flags is read.

Silent for names that mean something else: a loop variable `user`, `{% include … with user=author
%}`, a `messages` whose elements have more than those of Django's; where only visitors who have not
logged in get (`{% if user.is_anonymous %}` around the fragment); where another library brings the
tag; for variables as arguments whose names speak of somebody (`user_key`); in Jinja templates.

Templates are found in folders called `templates` and through the settings; `{# noqa: CCH504 #}` in
the row of the tag silences.

## Why is this bad?
The fragment is stored under its name and its arguments. The first visitor's is served to everybody:
bob reads alice's name, basket and messages. A test inside of a fragment does the same: who comes
after an administrator is shown what only he may see.

## Example
```html
{% load cache %}
{% cache 500 greeting %}Hello {{ user.username }}{% endcache %}
```

## Use instead
```html
{% load cache %}
{% cache 500 greeting user.pk %}Hello {{ user.username }}{% endcache %}
```

## Fix safety
Unsafe: the user's key is added as an argument (that of the session or the cookie, where these are
read). Every visitor who has logged in then has a fragment of his own in the cache, which may not be
worth having. There is none for messages: they are shown once, and must not be cached at all.

## References
- https://docs.djangoproject.com/en/stable/topics/cache/#template-fragment-caching
"""

from __future__ import annotations

from collections.abc import Iterator

from cachelint.diagnostic import Applicability, Edit, Evidence, FixPlan, Severity
from cachelint.rules.rule import Finding
from cachelint.rules.template_view import TemplateView
from cachelint.source import one_line
from cachelint.templates import CACHE_WORD, Family, Fragment, Reading
from cachelint.templates.leaks import leaking_readings

WORDS = (CACHE_WORD,)
SEVERITY = Severity.ERROR
#: As long as they cannot all be read, it may be silent.
NEEDS_SETTINGS = True
NO_FIX = "no variable of the template tells the visitors apart"

_MAX_EVIDENCE = 4


def check_template(view: TemplateView) -> Iterator[Finding]:
    for fragment in view.fragments:
        readings = leaking_readings(fragment, view.template, view.library)
        if readings:
            yield _finding(fragment, readings)


def _finding(fragment: Fragment, readings: tuple[Reading, ...]) -> Finding:
    # What tells who somebody is says more than that somebody has logged in.
    first = min(readings, key=lambda reading: reading.is_flag)
    name = one_line(fragment.name)
    argument = _argument(readings)
    help_ = f"`{argument}` as an argument of the fragment, or read it outside"
    if not argument:
        help_ = f"read `{one_line(first.text)}` outside of the fragment"
    return Finding(
        span=fragment.span,
        message=(
            f"the fragment `{name}` reads `{one_line(first.text)}` and is stored once for all:"
            " bob receives alice's fragment"
        ),
        help=help_,
        cause=f"{first.path}:{first.span.row} {name}",
        evidence=tuple(
            Evidence(reading.path, reading.span, "data of one visitor") for reading in readings
        )[:_MAX_EVIDENCE],
        fix=_plan(fragment, argument) if argument else None,
    )


def _argument(readings: tuple[Reading, ...]) -> str:
    """The variable that tells the visitors of a fragment apart; "" for none."""
    families = {reading.family for reading in readings}
    if Family.MESSAGES in families:
        return ""
    if Family.SESSION in families:
        names = {(r.origin, *r.attributes[:1]) for r in readings if r.family is Family.SESSION}
        if {name[0] for name in names} == {"request.session"}:
            return "request.session.session_key"
        # Who has a cookie need not have a session.
        return ".".join(names.pop()) if len(names) == 1 else ""
    origins = {reading.origin for reading in readings} - {"perms"}
    return f"{min(origins)}.pk" if origins else "user.pk"


def _plan(fragment: Fragment, argument: str) -> FixPlan | None:
    variable = tuple(argument.split("."))
    if fragment.environment.resolve(variable) != variable:
        return None
    return FixPlan(
        title=f"Let the fragment vary on `{argument}`",
        applicability=Applicability.UNSAFE,
        reason="every visitor who has logged in then has a fragment of his own in the cache",
        edits=(Edit(fragment.end, f" {argument}"),),
    )
