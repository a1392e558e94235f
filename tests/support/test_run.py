"""`make test`: exit codes, and the one line about what was left out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import databases, postgres, run

NO_POSTGRES = f"PostgreSQL tests: {postgres.MISSING}"


def fake(monkeypatch: pytest.MonkeyPatch, failing: str = "", skipped: dict[str, int] | None = None) -> None:
    def passes(name: str, command: list[str], environment: dict[str, str] | None = None) -> bool:
        if environment and "ONSITE_SKIPS" in environment:
            Path(environment["ONSITE_SKIPS"]).write_text(json.dumps(skipped or {}))
        return name != failing

    monkeypatch.setattr(run, "_passes", passes)
    monkeypatch.setattr(run, "find_or_install_browser", lambda: None)
    monkeypatch.delenv("ONSITE_CI", raising=False)


def test_everything_passed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fake(monkeypatch)
    assert run.main([]) == 0
    assert "Skipped" not in capsys.readouterr().out


@pytest.mark.parametrize("failing", ["ruff", "import contracts", "types", "tests", "page walks", "browser tests"])
def test_one_failure_fails_the_run(
    failing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake(monkeypatch, failing)
    assert run.main([]) == 1
    assert f"FAILED: {failing} " in capsys.readouterr().out


def test_what_the_machine_lacks_is_said_once_and_fails_only_in_ci(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake(monkeypatch, skipped={NO_POSTGRES: 40})
    assert run.main([]) == 0
    assert capsys.readouterr().out.count(f"== Skipped: {NO_POSTGRES} (×120)") == 1
    monkeypatch.setenv("ONSITE_CI", "1")
    assert run.main([]) == 1


def test_absent_data_never_fails_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, skipped={"acceptance data: no folder ../shared/data": 3})
    monkeypatch.setenv("ONSITE_CI", "1")
    assert run.main([]) == 0


def test_without_postgresql_the_reason_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_POSTGRES_URL", raising=False)
    monkeypatch.delenv("ONSITE_PG_WHEEL", raising=False)
    monkeypatch.setattr(postgres, "find_binaries", lambda: None)
    with pytest.raises(postgres.Unavailable, match="install postgresql"):
        databases.open_store("postgresql", lambda url: None)
