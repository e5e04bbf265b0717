"""What a rule for templates sees of one."""

from __future__ import annotations

import os
from functools import cached_property

from cachelint.dataclass import dataclass
from cachelint.places import is_test_path
from cachelint.settings.engines import has_builtin_library
from cachelint.settings.reader import ProjectSettings, SettingsReader
from cachelint.templates import Fragment, Library, Template, walk

_CACHE_TAGS = "django.templatetags.cache"


@dataclass
class TemplateView:
    """A template as the rules see it; ``library`` are the templates around it."""

    template: Template
    library: Library
    reader: SettingsReader | None = None
    known_aliases: frozenset[str] = frozenset()
    """Aliases that exist although no settings module has them."""
    relative_path: str = ""
    """The path from the root of the project."""

    @property
    def is_test(self) -> bool:
        return is_test_path(self.relative_path)

    @cached_property
    def settings(self) -> ProjectSettings:
        """What the settings modules of the project around the template say."""
        return self.reader.around(self.template.path) if self.reader else ProjectSettings()

    @cached_property
    def fragments(self) -> list[Fragment]:
        """What stands between ``{% cache %}`` and ``{% endcache %}``."""
        found = walk(self.template).fragments
        if all(fragment.is_django for fragment in found) or not self._is_builtin:
            return found
        return walk(self.template, is_loaded=True).fragments

    @cached_property
    def _is_builtin(self) -> bool:
        """Whether the settings give every template the tag without ``{% load cache %}``."""
        path = os.path.abspath(self.template.path)
        modules = [
            settings
            for settings in self.settings.modules
            if path.startswith(os.path.join(os.path.abspath(settings.module.project), ""))
        ]
        return bool(modules) and all(has_builtin_library(s, _CACHE_TAGS) for s in modules)
