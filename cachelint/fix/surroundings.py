"""The project around a file that is fixed: its helper module, and who else speaks of its names."""

from __future__ import annotations

from cachelint.dataclass import dataclass, field
from cachelint.fix.document import DeclinedError
from cachelint.fix.helper import HelperModule, choose_helper, helper_source
from cachelint.fix.mentions import Mentions
from cachelint.judge import Judge
from cachelint.places import project_folder, shown_path
from cachelint.source import Source


@dataclass
class Surroundings:
    """What is looked up once for each project; without ``new_files`` no helper is written."""

    judge: Judge
    new_files: bool = True
    _helpers: dict[str, HelperModule] = field(default_factory=dict)
    _mentions: dict[str, Mentions] = field(default_factory=dict)

    def helper_of(self, path: str) -> HelperModule:
        """The module from which the file at ``path`` imports the helper.

        Raises DeclinedError where it is missing and must not be written, ConfigurationError where
        its place is not clear.
        """
        folder = project_folder(path)
        if folder not in self._helpers:
            has_copy = self.mentions_of(path).has_copy_of_helper
            helper = choose_helper(self.judge.configuration.helper, folder, has_copy)
            self._helpers[folder] = helper
            if helper.path is not None:
                # What is judged imports it already.
                self.judge.modules.add_file(helper.path, helper_source())
        helper = self._helpers[folder]
        if helper.path is not None and not self.new_files:
            command = f"cachelint helper --write {shown_path(helper.path)}"
            raise DeclinedError(f"the lazy helper is missing: run {command}")
        return helper

    def created(self, paths: list[str]) -> tuple[tuple[str, bytes], ...]:
        """The helper modules that are to be written for the files ``paths``, which import them."""
        new = {self.helper_of(path).path for path in paths}
        source = helper_source().encode()
        return tuple((path, source) for path in sorted(p for p in new if p is not None))

    def mentions_of(self, path: str) -> Mentions:
        """Who else in the project of the file at ``path`` may speak of its names."""
        folder = project_folder(path)
        if folder not in self._mentions:
            self._mentions[folder] = Mentions(folder, self.judge.modules)
        return self._mentions[folder]

    def is_ours(self, source: Source, package: str) -> bool:
        """Whether a package that ``source`` imports lies in the project."""
        return self.judge.modules.find(package, source.path) is not None
