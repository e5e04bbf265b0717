"""Who names a settings module: one reader for Python programs, one for all other files."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator

from cachelint import disk
from cachelint.dataclass import dataclass, replace
from cachelint.diagnostic import Span
from cachelint.places import shown_path
from cachelint.settings.records import Cause, Place
from cachelint.settings.search.choices import choices, search_path
from cachelint.settings.search.programs import Program, Programs
from cachelint.settings.search.survey import Kind
from cachelint.settings.search.texts import HOLE
from cachelint.source import UnparsedSourceError, contains_any, decode, one_line, read_bytes

#: What a file must contain to be looked at.
_NAMING = (b"DJANGO_SETTINGS_MODULE", b"DJANGO_CONFIGURATION", b"ENVIRONMENT_VARIABLE")
_WORDS = (
    *_NAMING,
    b"django_settings_module", b"--settings", b"--ds", b"pythonpath", b"PYTHONPATH", b"sys.path",
)  # fmt: skip
_NAME = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_DOTTED = re.compile(_NAME)
_IN_TEXT = re.compile(
    rf"""
    (?:
      (?P<env>(?:ENV|SetEnv)[ \t]+)?
      \b(?P<variable>DJANGO_SETTINGS_MODULE|DJANGO_CONFIGURATION|django_settings_module)\b
      (?: ["']?[ \t]*[:=][=-]?[ \t]*                         # A=b   "A": "b"   ${{A:-b}}
          (?:\{{[^{{}}]*?["']value["']\s*:\s*)?              # "A": {{"value": "b"}}
        | (?(env)[ \t]+|(?!))                               # ENV A b
        | ["']?[ \t]*\r?\n[ \t]*["']?value["']?:[ \t]*      # - name: A, value: b
      )
      (?:["']?\$\{{\w+:?[=-])?
    | --(?:settings|ds)(?:=|[ ]+)
    )
    ["']?(?P<name>{_NAME})(?P<hole>\.?[${{][^"'\s]*)?(?![\w/-])
    """,
    re.VERBOSE,
)
#: A program that this Python cannot parse still has the one line that every program has.
_IN_PROGRAM = re.compile(
    rf"""["'](?P<variable>DJANGO_SETTINGS_MODULE|DJANGO_CONFIGURATION)["']"""
    rf"""\s*(?:,|\]\s*=)\s*["'](?P<name>{_NAME})["'](?P<hole>)"""
)
_PYTHONPATH = re.compile(
    r"""^[ \t]*(?:pythonpath|python_paths|PYTHONPATH)[ \t]*=[ \t]*
        (\[[^\]]*\] | [^\n]*(?:\n[ \t]+[^\n=]+$)*)""",
    re.VERBOSE | re.MULTILINE,
)
_HERE = re.compile(r"\{toxinidir\}|\{tox_root\}|\$\{?PWD\}?|\$\(pwd\)|\$\(CURDIR\)")
_MAX_SHOWN = 60
_COMMENTS = ("#", ";", "//")


@dataclass(frozen=True)
class Naming:
    """A place that names a settings module, or a class of django-configurations in one.

    ``path`` is absolute. ``name`` may have holes (``*``).
    """

    path: str
    row: int
    kind: Kind
    name: str
    is_configuration: bool = False

    @property
    def is_known(self) -> bool:
        return HOLE not in self.name


@dataclass(frozen=True)
class Named:
    """What one file says: whom it names, what it adds to sys.path, what cannot be known."""

    namings: tuple[Naming, ...] = ()
    roots: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()


def read_namer(path: str, kind: Kind, programs: Programs) -> Named:
    """What the file at ``path`` says of settings modules."""
    try:
        data = read_bytes(path)
        if not path.endswith(".py"):
            return _read_text(path, kind, decode(data)) if _is_of_interest(data) else Named()
        named = _read_program(path, kind, programs) if _is_of_interest(data) else Named()
        if kind in (Kind.MANAGE, Kind.SERVER) and not (named.namings or named.causes):
            started = _read_imported(path, kind, programs)
            return replace(started, roots=(*named.roots, *started.roots))
        return named
    except UnparsedSourceError as error:
        return _read_unparsed(path, kind, error)
    return Named()


def _is_of_interest(data: bytes) -> bool:
    return contains_any(data, _WORDS)


def _read_program(path: str, kind: Kind, programs: Programs) -> Named:
    program = programs.load(path)
    namings: list[Naming] = []
    causes: list[Cause] = []
    for choice in choices(programs, program):
        row = choice.node.lineno
        for value in choice.values:
            is_configuration = choice.variable == "DJANGO_CONFIGURATION"
            if _DOTTED.fullmatch(value.replace(HOLE, "x")) and value.strip(HOLE):
                namings.append(Naming(path, row, kind, value, is_configuration))
            elif HOLE in value and not is_configuration:
                causes.append(_unknown(program, choice.node))
    return Named(tuple(namings), tuple(search_path(programs, program)), tuple(causes))


def _unknown(program: Program, node: ast.expr) -> Cause:
    written = one_line(program.source.segment(node))
    if len(written) > _MAX_SHOWN:
        written = f"{written[:_MAX_SHOWN]}…"
    message = f"`{written}` says which settings module to take, and only the running program knows"
    return Cause(place_of(program.path, node.lineno), message)


def _read_imported(path: str, kind: Kind, programs: Programs) -> Named:
    """A program without a word of settings: perhaps what it starts has one."""
    program = programs.load(path)
    for dotted in program.imports():
        for name in (dotted, dotted.rpartition(".")[0]):
            found = programs.modules.find(name, path) if name else None
            if found is None or found == path:
                continue
            try:
                if not contains_any(read_bytes(found), _NAMING):
                    continue
                named = _read_program(found, kind, programs)
            except UnparsedSourceError:
                # Not the program itself: what it cannot start says so where it is linted.
                continue
            if named.namings or named.causes:
                return named
    return Named()


def _read_text(path: str, kind: Kind, text: str) -> Named:
    namings = list(_matches(_IN_TEXT, path, kind, text))
    return Named(tuple(namings), tuple(_python_path(path, text)))


def _matches(pattern: re.Pattern[str], path: str, kind: Kind, text: str) -> Iterator[Naming]:
    for match in pattern.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        if text[start : match.start()].lstrip().startswith(_COMMENTS):
            continue
        variable = match.groupdict().get("variable")
        name = match["name"]
        if match["hole"]:
            name += "." + HOLE if match["hole"].startswith(".") else HOLE
        row = text.count("\n", 0, match.start("name")) + 1
        who = Kind.TYPES if variable == "django_settings_module" else kind
        yield Naming(path, row, who, name, variable == "DJANGO_CONFIGURATION")


def _python_path(path: str, text: str) -> Iterator[str]:
    folder = os.path.dirname(path)
    for match in _PYTHONPATH.finditer(text):
        for entry in re.split(r"[\s,:\[\]\"']+", _HERE.sub(".", match[1])):
            if entry and not os.path.isabs(entry):
                added = os.path.normpath(os.path.join(folder, entry))
                if disk.is_folder(added):
                    yield added


def _read_unparsed(path: str, kind: Kind, error: UnparsedSourceError) -> Named:
    namings = tuple(_matches(_IN_PROGRAM, path, kind, error.text))
    if namings:
        return Named(namings)
    return Named(causes=(Cause(place_of(path, error.row), error.cause),))


def place_of(path: str, row: int) -> Place:
    """The beginning of a row, as it is shown."""
    return Place(shown_path(path), Span(row, 1, row, 1))
