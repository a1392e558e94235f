"""flask outbox-retry: what failed too often, after its cause was mended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flask import Flask

from jobs import sweep
from tests.jobs import probe
from webapp.core import clock, outbox
from webapp.core.db import db, do


def run(app: Flask, *arguments: str) -> str:
    db.session.remove()
    result = app.test_cli_runner().invoke(args=["outbox-retry", *arguments])
    db.session.remove()
    assert result.exit_code == 0, result.output
    return result.output


def test_what_failed_for_good_is_shown_and_tried_again(app: Flask, put: Callable[..., None], tmp_path: Path) -> None:
    assert "Nothing failed" in run(app)
    put("7|2026-03-02", path=str(tmp_path / "notes"))
    for number in range(outbox.MAX_ATTEMPTS):
        at = clock.now() + timedelta(hours=2 * number)
        do(outbox.put_back, item=do(outbox.claim, at=at)[0], error="ValueError: broken\nmore", at=at)
    for arguments, failed in ((["--list"], 1), ([], 0)):
        assert "probe  7|2026-03-02  8 times: ValueError: broken\n" in run(app, *arguments)
        assert outbox.backlog(at=clock.now()).failed == failed
        db.session.remove()
    sweep.drain()
    assert probe.count(tmp_path / "notes", "end") == 1
