"""The templates of a run: which of the files found are templates, and what is around them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence

from cachelint import disk
from cachelint.config import Configuration
from cachelint.dataclass import dataclass, field, replace
from cachelint.discovery import Discovery, Found
from cachelint.noqa import Comment, Line, directive_in, is_ignored_by, read_comment
from cachelint.places import project_folder
from cachelint.settings.engines import template_folders
from cachelint.settings.reader import SettingsReader
from cachelint.source import UnparsedSourceError, read_bytes
from cachelint.templates import CACHE_WORD, Library, Template, read_template
from cachelint.templates.lexer import Kind
from cachelint.templates.library import FOLDER, TAGS_FOLDER

_INSIDE = f"{os.sep}{FOLDER}{os.sep}"


class TemplateComments:
    """The ``noqa`` comments of a template: ``{# noqa: CCH504 #}`` in the row of the finding."""

    def __init__(self, template: Template) -> None:
        self._comments = template.comments

    def cover(self, code: str, row: int) -> bool:
        return is_ignored_by(self._comments.get(row, ""), code)


def comments_with_codes(template: Template) -> list[Comment]:
    """The comments of a template whose ``noqa`` names codes."""
    found: list[Comment] = []
    rows: set[int] = set()
    for token in template.tokens:
        row, start, end = token.span.row, token.span.column - 1, token.span.end_column - 1
        text = template.lines[row - 1]
        if token.kind is Kind.COMMENT and directive_in(text[:end], start) is not None:
            comment = read_comment(Line(row, row, text), text, row, start, end)
            found += [replace(comment, counts=row not in rows)] if comment is not None else []
            rows.add(row)
    return found


@dataclass
class TemplateSearch:
    """Collects templates while files are discovered; ``paths`` are those of the command line."""

    paths: Sequence[str]
    configuration: Configuration
    reader: SettingsReader
    _inside: list[Found] = field(default_factory=list)
    _elsewhere: list[Found] = field(default_factory=list)
    _tags: list[str] = field(default_factory=list)
    _names_folders: bool = False
    """Whether a settings module may name folders of templates."""
    _is_complete: bool = False
    _around: dict[str, list[str]] = field(default_factory=dict)
    _projects: dict[str, str] = field(default_factory=dict)
    _roots: list[str] | None = None

    def __post_init__(self) -> None:
        self.library = Library(self._files_around, self._folders)

    def add(self, found: Found) -> None:
        """Take a file that may be a template."""
        is_inside = found.named or _INSIDE in found.absolute
        (self._inside if is_inside else self._elsewhere).append(found)

    @property
    def count(self) -> int:
        """How many files are templates, as far as known."""
        return len(self._inside)

    def add_python(self, found: Found, data: bytes) -> None:
        if TAGS_FOLDER in found.path and _is_tags(found.path):
            self._tags.append(found.absolute)
        self._names_folders = self._names_folders or b"DIRS" in data

    def candidates(self, is_ignored: Callable[[Found], bool]) -> Iterator[tuple[Found, bytes]]:
        """The templates with something to judge, and their bytes, when all files are known.

        Those that cannot be read come with ``error``.
        """
        self._is_complete = True
        known = [(found, *_content(found)) for found in self._inside]
        others = [(found, *_content(found)) for found in self._elsewhere if self._names_folders]
        if any(_is_wanted(*one) for one in (*known, *others)):
            # To find out costs reading the settings; most projects have no template of interest.
            roots = tuple(os.path.join(root, "") for root in self._folders())
            for one in others if roots else ():
                if one[0].absolute.startswith(roots):
                    known.append(one)
                    self._inside.append(one[0])
        for found, data, error in known:
            if _is_wanted(found, data, error) and not is_ignored(found):
                yield found._replace(error=error), data

    def read(self, found: Found, data: bytes) -> Template:
        """Raises UnparsedSourceError."""
        if found.error is not None:
            raise UnparsedSourceError(found.error)
        template = read_template(found.path, data)
        self.library.add(template)
        return template

    def _folders(self) -> list[str]:
        """The folders of templates that settings name."""
        if self._roots is None:
            modules = (s for path in self.paths for s in self.reader.around(path).modules)
            folders = (f for settings in modules for f in template_folders(settings))
            self._roots = [os.path.abspath(folder) for folder in dict.fromkeys(folders)]
        return self._roots

    def _files_around(self, origin: str) -> Iterable[str]:
        """The templates, and the modules of tags, of the project around the file ``origin``."""
        folder = self._project_of(origin)
        if folder not in self._around:
            given = [os.path.abspath(path) for path in self.paths if disk.is_folder(path)]
            found: Iterable[str] = self._walk(folder)
            if self._is_complete and any(_is_below(folder, path) for path in given):
                found = [*(one.absolute for one in self._inside), *self._tags]
            self._around[folder] = [path for path in found if not self._is_of_another(path, folder)]
        return self._around[folder]

    def _project_of(self, path: str) -> str:
        folder = os.path.dirname(os.path.abspath(path))
        if folder not in self._projects:
            self._projects[folder] = project_folder(folder)
        return self._projects[folder]

    def _is_of_another(self, path: str, folder: str) -> bool:
        """Whether a file belongs to a project below ``folder``, as those of tests are."""
        own = self._project_of(path)
        is_below = own.startswith(os.path.join(folder, ""))
        return is_below and disk.exists(os.path.join(own, "manage.py"))

    def _walk(self, folder: str) -> Iterator[str]:
        suffixes = self.configuration.all_template_suffixes
        roots = tuple(os.path.join(root, "") for root in self._folders())
        for found in Discovery([folder], self.configuration.exclude, folder, suffixes).files():
            path = found.absolute
            if found.may_be_template:
                if _INSIDE in path or path.startswith(roots):
                    yield path
            elif _is_tags(path):
                yield path


def _is_tags(path: str) -> bool:
    """Whether a module lies where Django looks for tags."""
    return os.path.basename(os.path.dirname(path)) == TAGS_FOLDER


def _content(found: Found) -> tuple[bytes, str | None]:
    """The bytes of a template, as far as they are of interest, and why it cannot be read."""
    if found.error is not None:
        return b"", found.error
    try:
        data = read_bytes(found.path)
    except UnparsedSourceError as error:
        return b"", str(error)
    return data if CACHE_WORD in data else b"", None


def _is_wanted(found: Found, data: bytes, error: str | None) -> bool:
    return CACHE_WORD in data or (found.named and error is not None)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))
