"""What answers for a function outside of the tree."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from cachelint.settings.interpreter.arguments import Arguments
from cachelint.settings.interpreter.values import Choices, Opaque

if TYPE_CHECKING:
    from cachelint.settings.interpreter.calls import Calls

#: Answers a call; the last argument is the function that is called, several may share a handler.
Handler = Callable[["Calls", Arguments, ast.Call, Opaque], Choices]
