"""Tokens as Django's own lexer makes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cachelint.diagnostic import Span
from cachelint.source import UnparsedSourceError
from cachelint.templates import Template, walk
from cachelint.templates.lexer import Kind, read_template, tokenize

django_base = pytest.importorskip("django.template.base")

_PIECES = st.sampled_from([
    "{%", "%}", "{{", "}}", "{#", "#}", " ", "\n", "\r\n", "a", "ü", "verbatim", "endverbatim", "x",
    "comment", "endcomment", '"', "'", "\\", "cache", "|", "{% verbatim %}", "{% endverbatim %}",
    "{% verbatim x %}", "{% endverbatim x %}", "{% comment %}", "{% endcomment %}", '_("', '")',
    '{% a "b c" _("d e")|f:"g h" %}', "{{ user }}", "{# noqa #}",
])  # fmt: skip

_TAGS = st.sampled_from([
    "{% load cache %}", "{% load x from cache %}", "{% cache 9 x %}", "{% cache %}", "{% cache 9 %}",
    "{% endcache %}", "{% if user.is_anonymous and not x %}", "{% elif %}", "{% else %}", "{% if %}",
    "{% endif %}", "{% for user in users %}", "{% for %}", "{% for x in %}", "{% endfor %}",
    "{% with a=user b=messages %}", "{% with user as x %}", "{% with %}", "{% endwith %}", "{% as %}",
    "{% x as %}", "{% as y %}", "{% include %}", '{% include "a" with x=user only %}', "{% extends %}",
    "{% block %}", "{% endblock %}", "{% csrf_token %}", '{% cache 9 x using= %}', "{% end %}",
])  # fmt: skip


def django_tokens(text: str) -> list[tuple[str, str]]:
    """What Django renders of ``text``, but for ``{% comment %}``, which its parser skips."""
    kinds = django_base.TokenType
    names = {kinds.BLOCK: "tag", kinds.VAR: "variable", kinds.COMMENT: "comment"}
    found = []
    is_comment = False
    for token in django_base.Lexer(text).tokenize():
        is_tag = token.token_type is kinds.BLOCK
        if is_comment:
            is_comment = not (is_tag and token.contents == "endcomment")
        elif is_tag and token.contents.split()[:1] == ["comment"]:
            is_comment = True
        elif token.token_type in names:
            found.append((names[token.token_type], token.contents))
    return found


def our_tokens(template: Template) -> list[tuple[str, str]]:
    return [(token.kind.value, token.content) for token in template.tokens]


def is_left_out(content: str) -> bool:
    return content[:9] in ("verbatim", "verbatim ") or content[:11] == "endverbatim"


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_the_same_tokens_as_django(text: str) -> None:
    def without(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(k, "" if k == "comment" else c) for k, c in found if not is_left_out(c)]

    assert without(our_tokens(tokenize("t", text))) == without(django_tokens(text))


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_the_same_words_as_django(text: str) -> None:
    for token in tokenize("t", text).tokens:
        if token.kind is Kind.TAG:
            theirs = django_base.Token(django_base.TokenType.BLOCK, token.content).split_contents
            try:
                expected = theirs()
            except StopIteration:
                continue  # An open `_("`: Django fails.
            assert "".join(w.text for w in token.words).split() == "".join(expected).split()


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_spans_are_where_the_text_is(text: str) -> None:
    template = tokenize("t", text)
    for token in template.tokens:
        for word in token.words:
            assert text_at(template.lines, word.span) == word.text
        assert text_at(template.lines, token.span)[:1] == "{"


def text_at(lines: list[str], span: Span) -> str:
    if span.row == span.end_row:
        return lines[span.row - 1][span.column - 1 : span.end_column - 1]
    return "{" + "\n".join(lines[span.row - 1 : span.end_row])


def test_a_template_that_is_not_utf8() -> None:
    with pytest.raises(UnparsedSourceError, match="byte 0xe4 is not valid utf-8") as caught:
        read_template("t", b"a\n\xe4")
    assert caught.value.row == 2


@given(st.lists(_PIECES | _TAGS, max_size=40).map("".join))
def test_whatever_stands_in_a_template_it_can_be_walked(text: str) -> None:
    found = walk(tokenize("t", text))
    assert all(fragment.span.row > 0 for fragment in found.fragments)
