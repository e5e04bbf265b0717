"""What ``cachelint fix`` did or would do: for people, or as a patch."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterator

from cachelint.diagnostic import Diagnostic
from cachelint.fix import FixReport
from cachelint.places import report_path, shown_path
from cachelint.reporters.json import finding_item


def render_fixes(report: FixReport, written: bool, quiet: bool = False) -> str:
    """The files, what is left with its reason, and the next command; ``quiet``: the files alone."""
    lines: list[str] = []
    wrote, fixed = ("wrote", "fixed") if written else ("would write", "would fix")
    lines += [f"{wrote} {shown_path(path)}: the lazy cache helper" for path, _ in report.created]
    for file in report.files:
        codes = ", ".join(sorted({diagnostic.code for diagnostic in file.fixed}))
        lines.append(f"{fixed} {file.path}: {_count(len(file.fixed))} ({codes})")
    if quiet:
        return "".join(f"{line}\n" for line in lines)
    for gone in report.gone:
        lines.append(f"{fixed} {_place(gone)}: {gone.code} goes with the fix of another file")
    for left in report.left:
        label = "unsafe" if left.with_unsafe else "left"
        lines.append(f"{label} {_place(left.diagnostic)}: {left.diagnostic.code} {left.reason}")
    unsafe = sum(left.with_unsafe for left in report.left)
    lines.append(f"{fixed.capitalize()} {_count(report.count)}, {len(report.left)} left.")
    if unsafe:
        lines.append(f"Next: {_count(unsafe)} can be fixed with --unsafe-fixes; look at the diff.")
    for path, _ in report.created if written else ():
        lines.append(f"Next: commit {shown_path(path)} with the rest; the fixed files import it.")
    return "\n".join(lines) + "\n"


def render_fixes_json(report: FixReport, written: bool) -> str:
    """One object: what was done, ``written`` or not, and what is left with its reason."""
    found = {
        "written": written,
        "created": [report_path(path) for path, _ in report.created],
        "files": [
            {
                "filename": report_path(file.path),
                "fixed": [finding_item(diagnostic) for diagnostic in file.fixed],
            }
            for file in report.files
        ],
        "gone": [finding_item(diagnostic) for diagnostic in report.gone],
        "left": [
            {
                **finding_item(left.diagnostic),
                "reason": left.reason,
                "with_unsafe_fixes": left.with_unsafe,
            }
            for left in report.left
        ],
    }
    return json.dumps(found, indent=2) + "\n"


def render_diff(report: FixReport) -> bytes:
    """A patch that ``git apply`` takes in the working directory, new files included."""
    parts: list[bytes] = []
    for path, content in report.created:
        parts += _diff("/dev/null", f"b/{_name(path)}", b"", content)
    done = set()
    for file in report.files:
        # git has nothing to patch in a link, and a file once.
        name = _name(file.path)
        if name not in done:
            done.add(name)
            parts += _diff(f"a/{name}", f"b/{name}", file.old, file.new)
    return b"".join(parts)


def _name(path: str) -> str:
    relative = os.path.relpath(os.path.realpath(path), os.path.realpath(os.curdir))
    return relative.replace(os.sep, "/")


def _diff(old_name: str, new_name: str, old: bytes, new: bytes) -> Iterator[bytes]:
    first, second = _quoted(old_name), _quoted(new_name)
    # As git has it: only a line feed ends a line.
    before, after = (re.findall(rb"[^\n]*\n|[^\n]+", data) for data in (old, new))
    for line in difflib.diff_bytes(difflib.unified_diff, before, after, first, second):
        yield line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"


def _quoted(name: str) -> bytes:
    """As git writes and reads it: quoted like a text of C, or with a tab behind blanks."""
    data = os.fsencode(name)
    if re.search(rb'[\x00-\x1f\x7f"\\]', data):
        escaped = re.sub(rb'["\\]', lambda match: b"\\" + match[0], data)
        octal = re.sub(rb"[\x00-\x1f\x7f]", lambda match: b"\\%03o" % match[0][0], escaped)
        return b'"' + octal + b'"'
    return data + b"\t" if b" " in data else data


def _place(diagnostic: Diagnostic) -> str:
    return f"{diagnostic.path}:{diagnostic.span.row}:{diagnostic.span.column}"


def _count(number: int) -> str:
    return f"{number} finding{'' if number == 1 else 's'}"
