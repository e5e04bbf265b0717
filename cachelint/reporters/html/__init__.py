"""One page that needs nothing else: summary, aliases by environment, findings with their evidence.

Reads without scripts; with them it is filtered by rule and file. ``page.html``, ``style.css`` and
``script.js`` beside this file are put together here; nothing is loaded from anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from string import Template

from cachelint import __version__
from cachelint.diagnostic import Applicability, Diagnostic
from cachelint.fingerprints import fingerprints
from cachelint.places import report_path
from cachelint.report import Report
from cachelint.reporters.html.frames import Frames
from cachelint.reporters.html.matrix import render_matrix
from cachelint.reporters.verdict import verdicts
from cachelint.settings.reader import ProjectSettings
from cachelint.source import printable


def render_html(report: Report, settings: Sequence[ProjectSettings] = ()) -> str:
    """``settings``: what the settings modules around the checked paths say."""
    page = Template(_asset("page.html"))
    return page.substitute(
        style=_asset("style.css"),
        script=_asset("script.js"),
        version=escape(__version__),
        summary=_summary(report),
        verdicts=_verdicts(report),
        matrix=render_matrix(settings),
        rules=_rules(report),
        rule_options=_options(_counted(report, "code")),
        file_options=_options(_counted(report, "path")),
        total=len(report.diagnostics),
        findings="\n".join(_findings(report)) or '<p class="none">No findings.</p>',
    )


def _asset(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def shown(text: str) -> str:
    return escape(printable(text))


def _counted(report: Report, what: str) -> dict[str, int]:
    if what == "code":
        return dict(sorted(Counter(d.code for d in report.diagnostics).items()))
    return dict(sorted(Counter(report_path(d.path) for d in report.diagnostics).items()))


def _options(counted: dict[str, int]) -> str:
    return "".join(
        f'<option value="{shown(name)}">{shown(name)} ({count})</option>'
        for name, count in counted.items()
    )


def _summary(report: Report) -> str:
    fixes = Counter(d.fix.applicability for d in report.diagnostics if d.fix is not None)
    numbers = [
        (len(report.diagnostics), "findings"),
        (len({d.path for d in report.diagnostics}), "files with findings"),
        (fixes[Applicability.SAFE], "fixable"),
        (fixes[Applicability.UNSAFE], "fixable with a look"),
        (report.suppressed, "suppressed by noqa"),
        *([(report.known, "in the baseline")] if report.known else []),
        (report.files, "files searched"),
        (report.judged, "with cache code"),
    ]
    return "".join(f"<div><b>{number}</b> {text}</div>" for number, text in numbers)


def _verdicts(report: Report) -> str:
    return "".join(
        f'<p class="verdict">{shown(verdict.sentence)} <code>{shown(verdict.command)}</code></p>'
        for verdict in verdicts(report.diagnostics)
    )


def _rules(report: Report) -> str:
    names = {d.code: d.name for d in report.diagnostics}
    return "".join(
        f'<tr><td class="number">{count}</td>'
        f'<td><button type="button" data-show-rule="{code}">{code}</button></td>'
        f"<td>{shown(names[code])}</td></tr>"
        for code, count in _counted(report, "code").items()
    )


def _findings(report: Report) -> Iterator[str]:
    frames = Frames(report.sources)
    digests = fingerprints(report.diagnostics, report.sources, report_path)
    for diagnostic, digest in zip(report.diagnostics, digests, strict=True):
        path = shown(report_path(diagnostic.path))
        yield (
            f'<article id="{digest}" class="{diagnostic.severity.value}"'
            f' data-rule="{diagnostic.code}" data-file="{path}">\n'
            f"<h3><code>{diagnostic.code}</code> {shown(diagnostic.name)}"
            f' <a href="#{digest}" title="link to this finding">#</a></h3>\n'
            f"<p>{_prose(diagnostic.message)}</p>\n"
            f"{frames.render(diagnostic.path, diagnostic.span)}\n"
            f"{_evidence(diagnostic, frames)}"
            f'<p class="help"><b>help:</b> {_prose(diagnostic.help)}</p>\n'
            f"{_fix(diagnostic)}</article>"
        )


def _evidence(diagnostic: Diagnostic, frames: Frames) -> str:
    items = [
        f"<li>{_prose(evidence.message)}\n{frames.render(evidence.path, evidence.span)}</li>"
        for evidence in diagnostic.evidence
    ]
    return f'<ol class="evidence">{"".join(items)}</ol>\n' if items else ""


def _fix(diagnostic: Diagnostic) -> str:
    plan = diagnostic.fix
    if plan is None:
        return ""
    reason = f": {_prose(plan.reason)}" if plan.reason else ""
    label = f"{plan.applicability.value} fix"
    return f'<p class="fix"><b>{label}:</b> {_prose(plan.title)}{reason}</p>\n'


def _prose(text: str) -> str:
    """Text with what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return shown(text)
    return "".join(
        f"<code>{shown(part)}</code>" if index % 2 else shown(part)
        for index, part in enumerate(parts)
    )
