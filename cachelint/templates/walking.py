"""Follows a template from its first token to its last: names, tests, fragments, inclusions."""

from __future__ import annotations

import re
from collections.abc import Callable

from cachelint.dataclass import dataclass, field
from cachelint.diagnostic import Span
from cachelint.templates.expressions import (
    OPERATORS,
    Variable,
    assignments,
    constant,
    variables,
)
from cachelint.templates.guards import is_for_anonymous, is_of_one
from cachelint.templates.lexer import Kind, Template, Token, Word
from cachelint.templates.records import (
    ELEMENT,
    Argument,
    CsrfToken,
    Environment,
    Fragment,
    Inclusion,
    Reading,
)
from cachelint.templates.visitors import attributes_of, family_of, reading_of

#: Tags whose words are all expressions, or operators, or assignments of expressions.
_EXPRESSIONS = frozenset({
    "blocktrans", "blocktranslate", "cycle", "elif", "extends", "firstof", "for", "if", "ifchanged",
    "include", "language", "regroup", "timezone", "trans", "translate", "url", "widthratio", "with",
})  # fmt: skip
#: Tags whose words are names.
_NAMES = frozenset({"autoescape", "filter", "load", "now", "templatetag"})
_BLOCKTRANS = frozenset({"blocktrans", "blocktranslate"})
_SCOPES = frozenset({"block", "for", "with"}) | _BLOCKTRANS
_SIMPLE_NAME = re.compile(r"\w+")
#: Libraries of others whose tag has the same name.
_OTHER_LIBRARIES = frozenset({"adv_cache"})


@dataclass
class _Frame:
    """An open tag: ``names`` that it hides, the tests that hold in it (words, whether true)."""

    tag: str
    environment: Environment
    tests: list[tuple[list[str], bool]] = field(default_factory=list)
    fragment: Fragment | None = None
    block: str | None = None


@dataclass
class Walk:
    """What a template does. ``extends`` is a name, "" for one that is not known, None for none."""

    fragments: list[Fragment] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    inclusions: list[Inclusion] = field(default_factory=list)
    tokens: list[CsrfToken] = field(default_factory=list)
    blocks: set[str] = field(default_factory=set)
    extends: str | None = None


def walk(
    template: Template, environment: Environment | None = None, *, is_loaded: bool = False
) -> Walk:
    """What ``template`` does where names stand for what ``environment`` says.

    ``is_loaded``: every template has Django's ``{% cache %}`` without loading it.
    """
    walker = _Walker(template, environment or Environment(), is_loaded)
    for token in template.tokens:
        walker.take(token)
    return walker.result


class _Walker:
    def __init__(self, template: Template, environment: Environment, is_loaded: bool) -> None:
        self.result = Walk()
        self._path = template.path
        self._environment = environment
        self._frames: list[_Frame] = []
        self._is_loaded = is_loaded
        names = (token.name for token in template.tokens if token.kind is Kind.TAG)
        self._closed = {name[len("end") :] for name in names if name.startswith("end")}
        """The tags that something ends."""

    @property
    def _open(self) -> list[Fragment]:
        return [frame.fragment for frame in self._frames if frame.fragment is not None]

    @property
    def _blocks(self) -> tuple[str, ...]:
        return tuple(frame.block for frame in self._frames if frame.block is not None)

    def take(self, token: Token) -> None:
        if token.kind is Kind.VARIABLE:
            self._read(token.words)
        elif token.kind is Kind.TAG and token.words:
            self._tag(token, token.name, token.words[1:])

    def _tag(self, token: Token, name: str, words: tuple[Word, ...]) -> None:
        if name.startswith("end"):
            self._close(name[3:])
        elif name == "load":
            self._load([word.text for word in words])
        elif name == "cache":
            self._cache(token, words)
        elif name == "else":
            self._else()
        elif name == "block":
            block = words[0].text if words else ""
            self.result.blocks.add(block)
            self._push(name, block=block)
        elif name in _NAMES:
            self._push(name)
        elif name == "csrf_token":
            self.result.tokens.append(CsrfToken(token.span, self._blocks))
        else:
            self._other(token, name, words)

    def _other(self, token: Token, name: str, words: tuple[Word, ...]) -> None:
        if name == "elif":
            self._else()
        self._read_words(name, words)
        if name == "extends":
            self.result.extends = (constant(words[0].text) if words else None) or ""
        elif name == "include":
            self._include(token, words)
        elif name == "if":
            self._push(name, tests=[([word.text for word in words], True)])
        elif name == "elif":
            if self._frames and self._frames[-1].tag == "if":
                self._frames[-1].tests.append(([word.text for word in words], True))
        elif name == "for":
            self._for(words)
        elif name == "with" or name in _BLOCKTRANS:
            self._push(name, self._bound(words))
        elif len(words) > 1 and words[-2].text == "as" and _SIMPLE_NAME.fullmatch(words[-1].text):
            # Who renders the tag knows what it is.
            self._environment = self._environment.with_names({words[-1].text: None})
        else:
            self._push(name)

    # -- structure ---------------------------------------------------------------------------

    def _push(
        self,
        tag: str,
        names: dict[str, Variable | None] | None = None,
        tests: list[tuple[list[str], bool]] | None = None,
        fragment: Fragment | None = None,
        block: str | None = None,
    ) -> None:
        if tag not in self._closed:
            return
        self._frames.append(_Frame(tag, self._environment, tests or [], fragment, block))
        if names:
            self._environment = self._environment.with_names(names)

    def _close(self, tag: str) -> None:
        if not self._is_inside(tag):
            return
        while self._frames:
            frame = self._frames.pop()
            if frame.tag in _SCOPES:
                self._environment = frame.environment
            if frame.tag == tag:
                return

    def _is_inside(self, tag: str) -> bool:
        return any(frame.tag == tag for frame in self._frames)

    def _else(self) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame is not None and frame.tag == "if":
            frame.tests = [(words, False) for words, _ in frame.tests]

    def _for(self, words: tuple[Word, ...]) -> None:
        texts = [word.text for word in words]
        names: dict[str, Variable | None] = {"forloop": None}
        if "in" in texts:
            index = texts.index("in")
            targets = [name for name in re.split(r"[ ,]+", " ".join(texts[:index])) if name]
            names |= dict.fromkeys(targets)
            source = self._variable(texts[index + 1]) if index + 1 < len(texts) else None
            if source == ("messages",) and len(targets) == 1:
                names[targets[0]] = (*source, ELEMENT)
        self._push("for", names)

    def _bound(self, words: tuple[Word, ...]) -> dict[str, Variable | None]:
        return {name: self._variable(word.text) for name, word in assignments(words)}

    def _variable(self, expression: str) -> Variable | None:
        """What an expression is made of: the variable of a visitor, if one of several is that."""
        found = [self._environment.resolve(v) for v in variables(expression)]
        ours = [v for v in found if v is not None and family_of(v) is not None]
        known = [v for v in ours or found if v is not None]
        return known[0] if known else None

    # -- what is read ------------------------------------------------------------------------

    def _read_words(self, name: str, words: tuple[Word, ...]) -> None:
        if name in _EXPRESSIONS:
            if name == "for":
                texts = [word.text for word in words]
                words = words[texts.index("in") + 1 :] if "in" in texts else ()
            before = ""
            for word in words:
                self._read((word,), may_be_bare=True, is_looked_in=before == "in")
                before = word.text
        else:
            # A tag of somebody's own: `{% menu user %}` may be the name of a menu.
            self._read(words, may_be_bare=False)

    def _read(
        self, words: tuple[Word, ...], *, may_be_bare: bool = True, is_looked_in: bool = False
    ) -> None:
        for word in words:
            if word.text in OPERATORS:
                continue
            expression = word.text
            match = re.match(r"\w+=", expression)
            if match:
                expression = expression[match.end() :]
            for variable in variables(expression):
                resolved = self._environment.resolve(variable)
                if resolved is None or (len(variable) == 1 == len(resolved) and not may_be_bare):
                    continue
                reading = reading_of(resolved, variable, self._path, word.span, is_looked_in)
                if reading is not None:
                    self.result.readings.append(reading)
                    for fragment in self._open:
                        fragment.readings.append(reading)

    def _include(self, token: Token, words: tuple[Word, ...]) -> None:
        if not words:
            return
        texts = [word.text for word in words[1:]]
        bound = self._bound(words[2:]) if "with" in texts else {}
        environment = self._environment.with_names(bound)
        if "only" in texts:
            environment = Environment(bound, is_isolated=True)
        anonymous = self._holds(is_for_anonymous)
        inclusion = Inclusion(
            constant(words[0].text), environment, anonymous, token.span, self._blocks
        )
        self.result.inclusions.append(inclusion)
        for fragment in self._open:
            fragment.inclusions.append(inclusion)

    # -- fragments ---------------------------------------------------------------------------

    def _load(self, names: list[str]) -> None:
        if "from" in names:
            index = names.index("from")
            if "cache" in names[:index]:
                self._is_loaded = names[index + 1 :] == ["cache"]
        elif "cache" in names:
            self._is_loaded = True
        if _OTHER_LIBRARIES.intersection(names):
            self._is_loaded = False

    def _cache(self, token: Token, words: tuple[Word, ...]) -> None:
        using = None
        if len(words) > 2 and words[-1].text.startswith("using="):
            found = words[-1]
            start = found.span.column + len("using=")
            span = Span(found.span.row, start, found.span.end_row, found.span.end_column)
            using = Word(found.text[len("using=") :], span)
            words = words[:-1]
        last = (words or token.words)[-1].span
        is_rendered = self.result.extends is None or self._is_inside("block")
        fragment = Fragment(
            span=token.span,
            name=words[1].text if len(words) > 1 else "",
            timeout=words[0].text if words else "",
            arguments=tuple(self._argument(word.text) for word in words[2:]),
            using=using,
            end=Span(last.end_row, last.end_column, last.end_row, last.end_column),
            is_django=self._is_loaded,
            is_effective=is_rendered and len(words) > 1,
            is_for_anonymous=self._holds(is_for_anonymous),
            is_of_one=self._holds(is_of_one),
            environment=self._environment,
        )
        if self._open:
            self._read(words[2:])
        self.result.fragments.append(fragment)
        self._push("cache", fragment=fragment)

    def _argument(self, text: str) -> Argument:
        for variable in variables(text):
            resolved = self._environment.resolve(variable)
            family = family_of(resolved) if resolved is not None else None
            if resolved is not None and family is not None:
                return Argument(text, family, attributes_of(resolved))
        return Argument(text, None)

    def _holds(self, guard: Callable[[list[str], bool, Environment], bool]) -> bool:
        """Whether one of the tests around says so."""
        return any(
            guard(words, is_true, frame.environment)
            for frame in self._frames
            for words, is_true in frame.tests
        )
