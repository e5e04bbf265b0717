"""What a settings module is for, by its own name first, then by who names it.

| case | role |
|---|---|
| its name has a word of tests: ``shop.settings.test``, ``settings_ci``, ``tests.settings`` | test |
| … of a developer's machine: ``settings.local``, ``dev_settings`` | local |
| … of a server: ``settings.production``, ``conf.staging``, ``settings_heroku`` | deployable |
| it lies below a folder of tests: ``tests/app/settings.py`` | test |
| only tests name it | test |
| it lies in an example, a demo or documentation | local |
| a server program or what deploys it names it, in a file of no test or local word | deployable |
| only what is called for local use names it (``docker-compose.dev.yml``) | local |
| manage.py names it and another module of the project is deployable | local |
| anything else: the one module that everything runs with | deployable |

Where a name has several of these words, the first row wins: ``test_production`` is for tests, and
``docker_dev`` for a developer. The last part of the dotted name decides; a part that says nothing
(``settings``, ``base``) leaves it to the folders above, from one called settings, conf or config
on. Of a class of django-configurations its own name decides before all.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence

from cachelint.settings.records import Role
from cachelint.settings.search.naming import Naming
from cachelint.settings.search.survey import Kind

_TEST = frozenset({
    "test", "tests", "testing", "tester", "testapp", "testproject", "testproj", "testsite",
    "testsuite", "testsettings", "unittest", "unittests", "pytest", "ci", "cicd", "jenkins",
    "travis", "circle", "circleci", "tox", "e2e", "selenium", "cypress", "continuous", "runtests",
})  # fmt: skip
_TEST_FOLDERS = frozenset({
    "test", "tests", "testing", "tester", "testapp", "testproject", "testproj", "testsite",
    "testsuite", "unittest", "unittests", "e2e",
})  # fmt: skip
_LOCAL = frozenset({
    "local", "localhost", "localdev", "dev", "devel", "develop", "developer", "development",
    "devstack", "debug", "compose", "laptop", "vagrant", "sandbox", "codespaces", "devcontainer",
})  # fmt: skip
_DEPLOYABLE = frozenset({
    "production", "prod", "prd", "live", "staging", "stage", "stg", "stag", "preprod",
    "preproduction", "deploy", "deployed", "deployment", "uat", "qa", "demo", "release", "heroku",
    "docker", "container", "k8s", "kubernetes", "aws", "gcp", "azure", "gae", "appengine", "flyio",
    "pythonanywhere", "enterprise", "saas", "onprem",
})  # fmt: skip
_EXAMPLE = frozenset({
    "example", "examples", "exampleapp", "exampleproject", "demo", "demos", "sample", "samples",
    "sandbox", "playground", "doc", "docs", "tutorial", "benchmark", "benchmarks",
})  # fmt: skip
_NEGATIONS = frozenset({"not", "non"})
_SETTINGS_FOLDERS = frozenset({"settings", "setting", "conf", "config", "configs", "configuration"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+(?:\d+[a-z]+)*|\d+")


def words(name: str) -> list[str]:
    """``settings_ProdEU.local`` → settings, prod, eu, local."""
    text = name.replace("settings", "_settings_")
    return [word.lower() for word in _WORD.findall(text)]


def role_of_name(name: str) -> Role | None:
    """The role that a name by itself stands for."""
    found = set(words(name))
    if found & _NEGATIONS:
        # `not_production_settings` is what others have in common.
        return None
    for role, known in ((Role.TEST, _TEST), (Role.LOCAL, _LOCAL), (Role.DEPLOYABLE, _DEPLOYABLE)):
        if found & known:
            return role
    return None


def role_of(path: str, namings: Collection[Naming], root: str) -> Role | None:
    """The role of the module at ``path``; None where it depends on the others of its project."""
    by_name = role_of_path(path, root)
    if by_name is not None:
        return by_name
    by_namings = role_of_namings(namings, root)
    if by_namings is not Role.TEST and is_example(path, root):
        return Role.LOCAL
    return by_namings


def is_example(path: str, root: str) -> bool:
    """Whether the file at ``path`` lies in an example, a demo or documentation."""
    return bool(_EXAMPLE & _words_of(os.path.relpath(path, root).split(os.sep)[:-1]))


def role_of_path(path: str, root: str) -> Role | None:
    """The role that the names of a file and of the folders around it, below ``root``, stand for."""
    parts = os.path.relpath(path, root).removesuffix(".py").removesuffix("/__init__").split(os.sep)
    inside = [i for i, part in enumerate(parts[:-1]) if _SETTINGS_FOLDERS & set(words(part))]
    first = inside[0] if inside else len(parts) - 1
    for part in reversed(parts[first:]):
        role = role_of_name(part)
        if role is not None:
            return role
    return Role.TEST if _TEST_FOLDERS & _words_of(parts[:first]) else None


def _words_of(folders: Sequence[str]) -> set[str]:
    return {word for folder in folders for word in words(folder)}


def role_of_namings(namings: Iterable[Naming], root: str) -> Role | None:
    """The role that those who name a module give it; None where only manage.py and scripts do."""
    roles = {_role_of_naming(naming, root) for naming in namings}
    for role in (Role.DEPLOYABLE, None, Role.LOCAL, Role.TEST):
        if role in roles:
            return role
    return None


def _role_of_naming(naming: Naming, root: str) -> Role | None:
    if naming.kind is Kind.TESTS:
        return Role.TEST
    if naming.kind in (Kind.CONTAINER, Kind.SERVER):
        folder, name = os.path.split(os.path.relpath(naming.path, root))
        # A compose file as such says nothing: servers run with them, too.
        name = name.replace("compose", "")
        own = role_of_name(name) or role_of_name(os.path.basename(folder))
        if own is None and _TEST_FOLDERS & _words_of(folder.split(os.sep)):
            return Role.TEST
        return own or Role.DEPLOYABLE
    return None


def remaining_role(others: Collection[Role | None]) -> Role:
    """The role of a module that neither its name nor a server or test decides."""
    return Role.LOCAL if Role.DEPLOYABLE in others else Role.DEPLOYABLE
