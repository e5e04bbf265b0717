"""Diagnostics → text, concise or json. A reporter is a function of a Report to a string."""

from __future__ import annotations

from cachelint.reporters.concise import render_concise
from cachelint.reporters.json import render_json
from cachelint.reporters.text import render_text

__all__ = ["render_concise", "render_json", "render_text"]
