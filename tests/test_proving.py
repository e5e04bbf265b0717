"""``cachelint rule CODE --prove``: what happens, in the Django that is installed; or what is missing."""

import json
from pathlib import Path

import pytest

from cachelint import proving
from cachelint.cli import main
from cachelint.rules import all_rules


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        pytest.param("CCH501", "bob receives alice's page", id="a site with users"),
        pytest.param("CCH313", "bad: 1 of 2 visits counted", id="a script"),
        pytest.param("sync-cache-call-in-async", "bad: the other tasks: stand still", id="by name"),
    ],
)
def test_it_shows_what_happens(code: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("django")
    assert main(["rule", code, "--prove"]) == 0
    printed = capsys.readouterr().out
    assert " in Django " in printed.splitlines()[0]
    assert shown in printed
    assert printed.endswith("Shown: it is as the rule says.\n")


def test_without_django(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "_version", lambda package: "")
    assert main(["rule", "CCH101", "--prove"]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert "CCH101: the proof runs in real Django, and Django is not installed" in output.err
    assert "pip install Django" in output.err


def test_without_a_server_that_it_needs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("django_redis")
    monkeypatch.setenv("PATH", "")
    assert main(["rule", "CCH407", "--prove"]) == 2
    assert "a real redis-server, and there is none on PATH" in capsys.readouterr().err


def test_a_claim_that_does_not_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = tmp_path / "dummy-cache-without-arguments" / "proof"
    proof.mkdir(parents=True)
    (tmp_path / "proof_kit.py").touch()
    (proof / "prove.py").write_text("print('bad: nothing happens')\nraise SystemExit(1)\n")
    monkeypatch.setattr(proving, "_PLACES", (tmp_path,))
    assert main(["rule", "CCH302", "--prove"]) == 1
    assert "bad: nothing happens\nNOT SHOWN" in capsys.readouterr().out


def test_an_installation_without_proofs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "_PLACES", ())
    assert main(["rule", "CCH302", "--prove"]) == 2
    assert "this installation of cachelint has no proofs" in capsys.readouterr().err


def test_pages_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "CCH307", "--output-format", "json"]) == 0
    page = json.loads(capsys.readouterr().out)
    assert (page["code"], page["name"]) == ("CCH307", "sync-cache-call-in-async")
    assert (page["severity"], page["preview"]) == ("warning", True)
    assert page["explanation"].startswith("# sync-cache-call-in-async (CCH307)")
    assert main(["rule", "--all", "--output-format", "json"]) == 0
    assert [page["code"] for page in json.loads(capsys.readouterr().out)] == list(all_rules())


def test_all_pages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "--all"]) == 0
    printed = capsys.readouterr().out
    assert all(rule.page in printed for rule in all_rules().values())


@pytest.mark.parametrize("arguments", [[], ["CCH101", "--all"], ["CCH101", "--prove", "--output-format=json"]])  # fmt: skip
def test_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["rule", *arguments])
    assert raised.value.code == 2
