"""What CCH501 and CCH502 would do about a page that is stored for all."""

from __future__ import annotations

from cachelint.diagnostic import Applicability, Edit, FixPlan, Span
from cachelint.project import CachedPage, Where

_VARY = "django.views.decorators.vary."
_METHOD_DECORATOR = "django.utils.decorators.method_decorator"
_REASON = "every visitor with a cookie then has a page of his own in the cache"


def vary_plan(page: CachedPage) -> FixPlan | None:
    """Let the page vary on who asks, directly inside of the cache."""
    name, code = "vary_on_cookie", "vary_on_cookie"
    if page.is_rest:
        name, code = "vary_on_headers", 'vary_on_headers("Authorization", "Cookie")'
    imports = [f"{_VARY}{name}"]
    if page.wrapped is not None:
        edits = _around(page.wrapped, f"{code}(")
    elif page.cached_by is not None:
        code = _as_decorator(page, code)
        if page.where is not Where.FUNCTION:
            imports.append(_METHOD_DECORATOR)
        edits = (_inserted(page.cached_by.end_row, f"{_indent(page)}@{code}\n"),)
    else:
        return None
    return FixPlan(
        title=f"Put `{code}` inside of the cache",
        applicability=Applicability.UNSAFE,
        reason=_REASON,
        edits=edits,
        imports=tuple(imports),
    )


def reorder_plan(page: CachedPage) -> FixPlan | None:
    """Move the decorator that comes too late below the one that caches."""
    cached, varied = page.cached_by, page.varied_by
    if cached is None or varied is None or cached.first_row < varied.end_row:
        return vary_plan(page) if page.wrapped is not None else None
    taken = Edit(Span(varied.first_row, 1, varied.end_row, 1), "")
    return FixPlan(
        title=f"Move `{varied.text}` below `{cached.text}`",
        applicability=Applicability.UNSAFE,
        reason=_REASON,
        edits=(taken, _inserted(cached.end_row, varied.rows)),
    )


def _as_decorator(page: CachedPage, code: str) -> str:
    if page.where is Where.METHOD:
        return f"method_decorator({code})"
    if page.where is Where.CLASS:
        return f'method_decorator({code}, name="{page.method}")'
    return code


def _indent(page: CachedPage) -> str:
    rows = page.cached_by.rows if page.cached_by is not None else ""
    return rows[: len(rows) - len(rows.lstrip())]


def _inserted(row: int, content: str) -> Edit:
    return Edit(Span(row, 1, row, 1), content)


def _around(span: Span, call: str) -> tuple[Edit, ...]:
    start = Span(span.row, span.column, span.row, span.column)
    end = Span(span.end_row, span.end_column, span.end_row, span.end_column)
    return (Edit(start, call), Edit(end, ")"))
