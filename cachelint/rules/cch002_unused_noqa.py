"""
# unused-noqa (CCH002)

## What it does
Finds codes of cachelint in `# noqa: …` comments (`{# noqa: … #}` in templates) that suppress
nothing in their line: the finding is gone, the code stands in another line than the finding, or
there is no such rule.

It speaks only of codes whose rules this run has asked: not of those that are deselected, in preview
or ignored for the file, not of rules about aliases as long as the settings cannot all be read. A
comment that flake8 still needs, which sees one file at a time, counts as used. Codes of other tools
and a bare `# noqa` are theirs. In a folder only files are looked into that another rule has reason
to look into. flake8 itself cannot tell: the rule belongs to `cachelint check`.

## Why is this bad?
The comment stays when the line is changed, and then hides the next finding from everybody.

## Example
```python
from django.core.cache import cache


def price(pk):
    return cache.get(pk)  # noqa: CCH101
```

## Use instead
```python
from django.core.cache import cache


def price(pk):
    return cache.get(pk)
```

## Fix safety
The fix takes the code, or the whole comment, away; codes of other tools and other words of the
comment stay. It is safe: what suppresses nothing changes nothing.

## References
- https://flake8.pycqa.org/en/latest/user/violations.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cachelint.diagnostic import Applicability, Edit, FixPlan, Severity, Span
from cachelint.noqa import Code, Comment
from cachelint.rules.rule import FileView, Finding

#: No file is opened for it: where nothing of another rule is, no comment is likely to be.
WORDS = ()
SEVERITY = Severity.WARNING
NO_FIX = "there is always one"


def check(view: FileView) -> Iterator[Finding]:
    """Nothing: what is suppressed is known when all rules have spoken. See ``finding``."""
    return iter(())


def finding(comment: Comment, unused: Sequence[Code], unknown: Sequence[Code]) -> Finding:
    """The finding for the codes of a comment that suppress nothing; ``unknown`` are no rules."""
    names = ", ".join(code.text for code in unused)
    consequence = "the next finding of that kind in this line would go unseen"
    if len(unused) == len(unknown):
        consequence = "there is no such rule"
    is_whole = len(unused) == len(comment.codes)
    remedy = "the comment" if is_whole else f"{names} from the comment"
    return Finding(
        span=comment.span if is_whole else unused[0].span,
        message=f"`noqa` for {names} suppresses nothing: {consequence}",
        help=f"remove {remedy}",
        cause="unused noqa",
        fix=FixPlan(
            title=f"Remove {remedy}",
            applicability=Applicability.SAFE,
            edits=(_all_removed(comment) if is_whole else _some_removed(comment, unused),),
        ),
    )


def _some_removed(comment: Comment, unused: Sequence[Code]) -> Edit:
    """The codes that stay, with the separator that stood between the first two."""
    first, second = comment.codes[:2]
    row = comment.span.row
    text = comment.directive
    offset = comment.span.column
    separator = text[first.span.end_column - offset : second.span.column - offset]
    kept = separator.join(code.text for code in comment.codes if code not in unused)
    span = Span(row, first.span.column, row, comment.codes[-1].span.end_column)
    return Edit(span, kept, is_comment=True)


def _all_removed(comment: Comment) -> Edit:
    row, start, end = comment.span.row, comment.span.column, comment.span.end_column
    is_template = comment.before.endswith("{")
    closing = "#}" if is_template else ""
    rest = comment.rest.lstrip(", \t")
    skipped = len(comment.rest) - len(rest)
    if is_template and rest.startswith(closing):
        # The blank that stood before the comment is output, and stays.
        return Edit(Span(row, start - 1, row, end + skipped + len(closing)), "", is_comment=True)
    if not rest:
        return Edit(
            Span(row, len(comment.before.rstrip()) + 1, row, end + skipped), "", is_comment=True
        )
    # Other words of the comment stay; another comment of the row begins by itself.
    content = "" if rest.startswith("#") else "# "
    return Edit(Span(row, start, row, end + skipped), content, is_comment=True)
