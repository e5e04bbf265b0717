"""What ``cachelint fix`` did or would do: for people, or as a patch."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator

from cachelint.fix import FixReport
from cachelint.places import shown_path
from cachelint.source import decode


def render_fixes(report: FixReport, written: bool) -> str:
    """The files, what is left with its reason, and the next command."""
    lines: list[str] = []
    wrote, fixed = ("wrote", "fixed") if written else ("would write", "would fix")
    lines += [f"{wrote} {shown_path(path)}: the lazy cache helper" for path, _ in report.created]
    for file in report.files:
        codes = ", ".join(sorted({diagnostic.code for diagnostic in file.fixed}))
        lines.append(f"{fixed} {file.path}: {_count(len(file.fixed))} ({codes})")
    for left in report.left:
        place = f"{left.diagnostic.path}:{left.diagnostic.span.row}:{left.diagnostic.span.column}"
        label = "unsafe" if left.with_unsafe else "left"
        lines.append(f"{label} {place}: {left.diagnostic.code} {left.reason}")
    total = sum(len(file.fixed) for file in report.files)
    unsafe = sum(left.with_unsafe for left in report.left)
    lines.append(f"{fixed.capitalize()} {_count(total)}, {len(report.left)} left.")
    if unsafe:
        lines.append(f"Next: {_count(unsafe)} can be fixed with --unsafe-fixes; look at the diff.")
    for path, _ in report.created if written else ():
        lines.append(f"Next: commit {shown_path(path)} with the rest; the fixed files import it.")
    return "\n".join(lines) + "\n"


def render_diff(report: FixReport) -> str:
    """A patch that ``git apply`` takes, new files included."""
    parts: list[str] = []
    for path, content in report.created:
        parts += _diff("/dev/null", f"b/{_posix(shown_path(path))}", b"", content)
    for file in report.files:
        name = _posix(os.path.relpath(file.path))
        parts += _diff(f"a/{name}", f"b/{name}", file.old, file.new)
    return "".join(parts)


def _diff(old_name: str, new_name: str, old: bytes, new: bytes) -> Iterator[str]:
    before, after = _lines(old), _lines(new)
    for line in difflib.unified_diff(before, after, old_name, new_name):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(data: bytes) -> list[str]:
    # As git has it: only a line feed ends a line.
    text = decode(data)
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [
        t for t in [text.split("\n")[-1]] if t
    ]


def _count(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"


def _posix(path: str) -> str:
    return path.replace(os.sep, "/")
