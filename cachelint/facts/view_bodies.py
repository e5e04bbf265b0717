"""What the body of a function does for a GET request: whose data it reads, what it returns."""

from __future__ import annotations

import ast

from cachelint.dataclass import dataclass, field
from cachelint.facts.view_names import (
    Freezer,
    FunctionNode,
    NameScope,
    function_scope,
    instance_name,
    is_super,
)
from cachelint.facts.view_records import (
    SELF_REQUEST,
    Call,
    Expression,
    HeaderWrite,
    UserRead,
)
from cachelint.facts.view_requests import (
    is_other_method,
    is_request_method,
    root_of,
    runs_on_get,
)
from cachelint.source import Source

#: Attributes of a request that belong to one visitor; ``auth`` is Django REST framework's.
_USER_ATTRIBUTES = frozenset({"user", "auser", "session", "COOKIES", "auth", "get_signed_cookie"})
#: Methods of a session that tell nothing of what is in it.
_SESSION_WRITES = frozenset({
    "acreate", "aflush", "asave", "aset_expiry", "clear", "clear_expired", "create", "cycle_key",
    "delete", "delete_test_cookie", "flush", "modified", "save", "set_expiry", "set_test_cookie",
    "update",
})  # fmt: skip
_USER_HEADERS = frozenset({
    "HTTP_COOKIE", "HTTP_AUTHORIZATION", "REMOTE_USER", "COOKIE", "AUTHORIZATION",
})  # fmt: skip
_LOG_METHODS = frozenset({"debug", "info", "warning", "error", "exception", "critical", "log"})
_CACHE_HEADERS = frozenset({"vary", "cache-control"})


@dataclass
class BodyWalker:
    """Walks one function; functions inside of it belong to it where they close over its names."""

    source: Source
    freezer: Freezer
    scope: NameScope
    reads: list[UserRead] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    returns: list[Expression] = field(default_factory=list)
    headers: list[HeaderWrite] = field(default_factory=list)
    wrappings: list[Call] = field(default_factory=list)
    replaces_user: bool = False
    _inside: int = 0
    """How many functions inside of the function the walk is in."""

    # -- statements --------------------------------------------------------------------------

    def block(self, body: list[ast.stmt]) -> bool:
        """Walk what a GET request reaches; whether it leaves the function before the end."""
        return any(self._statement(statement) for statement in body)

    def _statement(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.If):
            return self._if(node)
        if isinstance(node, ast.Match):
            return self._match(node)
        if isinstance(node, (ast.Return, ast.Raise, ast.Continue, ast.Break)):
            if isinstance(node, ast.Return) and node.value is not None and not self._inside:
                self.returns.append(self.freezer.freeze(node.value, self.scope))
            self._children(node)
            return True
        if isinstance(node, ast.Try):
            return self._try(node)
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                self.visit(item.context_expr)
            return self.block(node.body)
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            self.visit(node.test if isinstance(node, ast.While) else node.iter)
            self.block(node.body)
            self.block(node.orelse)
            return False
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._nested(node)
        elif isinstance(node, ast.ClassDef):
            self.block(node.body)
        elif not (isinstance(node, ast.Expr) and _tells_nobody(node.value)):
            if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
                self._assignment(node)
            self._children(node)
        return False

    def _children(self, node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.visit(child)
            elif not isinstance(child, ast.stmt):
                self._children(child)

    def _if(self, node: ast.If) -> bool:
        runs = runs_on_get(node.test, self.scope)
        self._test(node.test)
        leaves = runs is False or self.block(node.body)
        leaves_else = runs is True or self.block(node.orelse)
        return leaves and leaves_else

    def _match(self, node: ast.Match) -> bool:
        self.visit(node.subject)
        by_method = is_request_method(node.subject, self.scope)
        leaving = []
        for case in node.cases:
            if by_method and is_other_method(case.pattern):
                continue
            leaving.append(self.block(case.body))
        last = node.cases[-1].pattern
        return isinstance(last, ast.MatchAs) and last.pattern is None and all(leaving)

    def _try(self, node: ast.Try) -> bool:
        leaves = self.block(node.body) or self.block(node.orelse)
        leaving = [self.block(handler.body) for handler in node.handlers]
        return self.block(node.finalbody) or (leaves and all(leaving))

    def _nested(self, node: FunctionNode) -> None:
        before = self.scope
        self.scope = function_scope(node, self.scope, None)
        self._inside += 1
        self.block(node.body if isinstance(node.body, list) else [ast.Expr(node.body)])
        self._inside -= 1
        self.scope = before

    def _assignment(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> None:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                header = target.slice.value
                if isinstance(header, str) and header.lower() in _CACHE_HEADERS:
                    content = node.value.value if isinstance(node.value, ast.Constant) else None
                    known = content if isinstance(content, str) else None
                    self.headers.append(HeaderWrite(header.lower(), known))
            elif isinstance(target, ast.Attribute) and self.root_of(target.value) is not None:
                # Without this flag UpdateCacheMiddleware stores nothing.
                self.replaces_user |= target.attr in ("user", "_user", "_cache_update_cache")

    # -- conditions --------------------------------------------------------------------------

    def _test(self, node: ast.expr) -> None:
        """Visit the parts of a test that a GET request comes to."""
        if isinstance(node, ast.BoolOp):
            stops = isinstance(node.op, ast.Or)
            for part in node.values:
                self._test(part)
                if runs_on_get(part, self.scope) is stops:
                    break
        else:
            self.visit(node)

    # -- expressions -------------------------------------------------------------------------

    def root_of(self, node: ast.expr) -> str | None:
        return root_of(node, self.scope)

    def _own_root(self, node: ast.expr) -> str | None:
        """The root of a request of this function, not of one inside of it."""
        root = self.root_of(node)
        if root is None or not self._inside or root == SELF_REQUEST:
            return root
        scope: NameScope | None = self.scope
        for _ in range(self._inside):
            if scope is None or root in scope.names:
                return None
            scope = scope.parent
        return root

    def visit(self, node: ast.expr) -> None:
        """Record what the expression, and all in it, reads and calls."""
        if isinstance(node, ast.Lambda):
            self._nested(node)
            return
        if isinstance(node, ast.IfExp):
            runs = runs_on_get(node.test, self.scope)
            self._test(node.test)
            for branch, never in ((node.body, False), (node.orelse, True)):
                if runs is not never:
                    self.visit(branch)
            return
        if isinstance(node, ast.BoolOp):
            self._test(node)
            return
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            if not self._is_session(node.value):
                self.visit(node.value)
            self.visit(node.slice)
            return
        if isinstance(node, ast.Attribute):
            self._attribute(node)
            if node.attr in _SESSION_WRITES and self._is_session(node.value):
                return
        elif isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, ast.Subscript):
            self._header(node, node.value, node.slice)
        self._children(node)

    def _is_session(self, node: ast.expr) -> bool:
        return (
            isinstance(node, ast.Attribute)
            and node.attr == "session"
            and self.root_of(node.value) is not None
        )

    def _attribute(self, node: ast.Attribute) -> None:
        if not isinstance(node.ctx, ast.Load):
            return
        if isinstance(node.value, ast.Name) and node.value.id == instance_name(self.scope):
            self.attributes.add(node.attr)
        if node.attr in _USER_ATTRIBUTES:
            self._read(node, node.value)

    def _read(self, node: ast.expr, base: ast.expr) -> None:
        root = self._own_root(base)
        if root is not None:
            text = " ".join(self.source.segment(node).split())
            self.reads.append(UserRead(root, text, self.source.span(node)))

    def _header(self, node: ast.expr, mapping: ast.expr, key: ast.expr) -> None:
        """``request.META["HTTP_COOKIE"]`` and its like."""
        if isinstance(mapping, ast.Attribute) and mapping.attr in ("META", "headers"):
            name = key.value if isinstance(key, ast.Constant) else None
            if isinstance(name, str) and name.upper() in _USER_HEADERS:
                self._read(node, mapping.value)

    def _call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "get" and node.args:
            self._header(node, function.value, node.args[0])
        if isinstance(function, ast.Name) and function.id == "getattr" and len(node.args) > 1:
            name = node.args[1]
            if isinstance(name, ast.Constant) and name.value in _USER_ATTRIBUTES:
                self._read(node, node.args[0])
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        matters = any(self._own_root(argument) is not None for argument in given)
        of_self = isinstance(function, ast.Attribute) and (
            is_super(function.value)
            or (
                isinstance(function.value, ast.Name)
                and function.value.id == instance_name(self.scope)
            )
        )
        curried = isinstance(function, ast.Call)
        asks_nobody = isinstance(function, ast.Name) and not given
        if matters or of_self or curried or asks_nobody or _patches(function):
            call = self.freezer.freeze(node, self.scope)
            if isinstance(call, Call):
                (self.wrappings if curried else self.calls).append(call)


def _patches(function: ast.expr) -> bool:
    """Whether this may be one of django.utils.cache that change the headers of a response."""
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name.startswith(("patch_", "add_never_cache"))


def _tells_nobody(node: ast.expr) -> bool:
    """``logger.info("%s", request.user)``, and ``request.user`` that only makes sure of a login."""
    return isinstance(node, ast.Attribute) or (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _LOG_METHODS
    )
