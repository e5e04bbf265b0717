"""A client of the language server protocol: a real process, its pipes, messages in json."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

Json = Any
_PATIENCE = 30
CAPABILITIES: Json = {
    "workspace": {
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create"]},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
    "textDocument": {"codeAction": {"disabledSupport": True}},
}


class Client:
    """Starts ``cachelint server`` in ``folder`` and initializes it."""

    def __init__(self, folder: Path, capabilities: Json = CAPABILITIES) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cachelint", "server", "--stdio"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._number = 0
        self._answers: Queue[Json] = Queue()
        self.heard: Queue[Json] = Queue()
        """What the server said by itself."""
        Thread(target=self._listen, daemon=True).start()
        self.server = self.ask(
            "initialize",
            {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities},
        )
        self.tell("initialized", {})

    def _listen(self) -> None:
        assert self.process.stdout is not None
        while header := self.process.stdout.readline():
            length = int(header.split(b":")[1])
            while self.process.stdout.readline().strip():
                pass
            message = json.loads(self.process.stdout.read(length))
            if "method" not in message:
                self._answers.put(message)
            elif "id" in message:
                self._send({"id": message["id"], "result": None})
                self.heard.put(message)
            else:
                self.heard.put(message)

    def _send(self, message: Json) -> None:
        assert self.process.stdin is not None
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self.process.stdin.flush()

    def tell(self, method: str, params: Json) -> None:
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Json) -> Json:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        answer = self._answers.get(timeout=_PATIENCE)
        assert answer["id"] == self._number and "error" not in answer, answer
        return answer["result"]

    def hear(self, method: str) -> Json:
        """The parameters of the next message with this method."""
        while True:
            message = self.heard.get(timeout=_PATIENCE)
            if message["method"] == method:
                return message["params"]

    # -- documents --------------------------------------------------------------------------------

    def open(self, path: Path, text: str | None = None, language: str = "python") -> Json:
        """Open a file, with a ``text`` that is not saved if one is given; what is found in it."""
        text = path.read_bytes().decode() if text is None else text
        item = {"uri": path.as_uri(), "languageId": language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})
        return self.findings(path)

    def change(self, path: Path, text: str, version: int = 2) -> Json:
        self.type(path, text, version)
        return self.findings(path)

    def type(self, path: Path, text: str, version: int = 2) -> None:
        item = {"uri": path.as_uri(), "version": version}
        changes = [{"text": text}]
        self.tell("textDocument/didChange", {"textDocument": item, "contentChanges": changes})

    def save(self, path: Path) -> None:
        self.tell("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})

    def findings(self, path: Path) -> Json:
        """The diagnostics that are published next for a file."""
        while True:
            params = self.hear("textDocument/publishDiagnostics")
            if params["uri"] == path.as_uri():
                return params["diagnostics"]

    def actions(self, path: Path, place: Json, only: list[str] | None = None) -> Json:
        context: Json = {"diagnostics": []} | ({"only": only} if only is not None else {})
        item = {"uri": path.as_uri()}
        return self.ask(
            "textDocument/codeAction", {"textDocument": item, "range": place, "context": context}
        )

    def hover(self, path: Path, place: Json) -> Json:
        item = {"uri": path.as_uri()}
        return self.ask("textDocument/hover", {"textDocument": item, "position": place})

    def stop(self) -> int:
        self.ask("shutdown", None)
        return self.exit()

    def exit(self) -> int:
        self.tell("exit", None)
        code = self.process.wait(_PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()
        return code


def codes(diagnostics: Json) -> list[str]:
    return [one["code"] for one in diagnostics]


def edited(text: str, edits: Json) -> str:
    """``text`` with the edits of the protocol made, columns in units of UTF-16."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)

    def offset(place: Json) -> int:
        before = "".join(lines[: place["line"]])
        line = lines[place["line"]] if place["line"] < len(lines) else ""
        start = line.encode("utf-16-le")[: 2 * place["character"]]
        return len(before) + len(start.decode("utf-16-le"))

    for edit in sorted(edits, key=lambda one: -offset(one["range"]["start"])):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text
