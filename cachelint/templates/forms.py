"""Whether a page has ``{% csrf_token %}``: in its template, those it extends, those it includes."""

from __future__ import annotations

from cachelint.dataclass import dataclass
from cachelint.diagnostic import Span
from cachelint.templates.lexer import Template
from cachelint.templates.library import Library
from cachelint.templates.walking import walk


@dataclass(frozen=True)
class FormToken:
    """Where a page has its token."""

    path: str
    span: Span


def form_token(
    name: str,
    origin: str,
    library: Library,
    overridden: frozenset[str] = frozenset(),
    seen: set[object] | None = None,
) -> FormToken | None:
    """The token of the page that the template ``name`` makes; None where it may have none.

    Of several templates that may be meant, all must have one. ``overridden`` are the blocks that
    templates further down have instead, ``seen`` the templates that have been asked.
    """
    seen = set() if seen is None else seen
    templates = library.named(name, origin)
    found = [_token_of(template, library, overridden, seen) for template in templates]
    tokens = [token for token in found if token is not None]
    if not tokens or len(tokens) < len(found):
        return None
    return tokens[0]


def _token_of(
    template: Template, library: Library, overridden: frozenset[str], seen: set[object]
) -> FormToken | None:
    if (template.path, overridden) in seen:
        return None
    seen.add((template.path, overridden))
    walked = walk(template)
    is_child = walked.extends is not None
    found: list[FormToken] = []

    def is_rendered(blocks: tuple[str, ...]) -> bool:
        return overridden.isdisjoint(blocks) and (bool(blocks) or not is_child)

    for token in walked.tokens:
        if is_rendered(token.blocks):
            found.append(FormToken(template.path, token.span))
    for inclusion in walked.inclusions:
        if inclusion.name is not None and is_rendered(inclusion.blocks):
            inner = form_token(inclusion.name, template.path, library, seen=seen)
            found += [inner] if inner is not None else []
    if walked.extends:
        hidden = overridden | walked.blocks
        inner = form_token(walked.extends, template.path, library, hidden, seen)
        found += [inner] if inner is not None else []
    return next(iter(found), None)
