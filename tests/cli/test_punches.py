"""`flask import punches`: the same road as the page's."""

from __future__ import annotations

import pytest

from tests import factories
from tests.devices.exports import AGL_AMPM, ATTLOG, DAMAGED
from tests.devices.road import punches, work
from webapp.core.db import db


@pytest.fixture
def door(app):
    return factories.terminal(factories.branch(), serial="ZK1")


@pytest.fixture
def flask(app, tmp_path):
    def run(body, *arguments):
        file = tmp_path / "1_attlog.dat"
        file.write_bytes(body)
        db.session.remove()
        result = app.test_cli_runner().invoke(args=["import", "punches", str(file), *arguments])
        db.session.remove()
        return result

    return run


def test_a_file_is_imported_and_read_by_the_worker(door, flask):
    dry = flask(ATTLOG, "--device", "ZK1", "--dry-run")
    assert (dry.exit_code, dry.output.strip()) == (
        0, "ZKTeco attlog, 6 columns: 3 punches of 2 ids, 0 held, 0 bad lines, 0 left out",
    )  # fmt: skip
    assert "a worker reads it now" in flask(ATTLOG, "--device", "ZK1").output
    work()
    assert len(punches(door)) == 3
    assert "imported before" in flask(ATTLOG, "--device", "ZK1").output
    damaged = flask(DAMAGED, "--device", "ZK1")
    assert "line 2: Damaged memory" in damaged.output
    assert damaged.exit_code == 0


def test_questions_are_answered_by_options(door, flask):
    asked = flask(AGL_AMPM, "--device", "ZK1")
    assert asked.exit_code == 1
    assert "order=mdy; order=dmy" in asked.output
    assert flask(AGL_AMPM, "--device", "ZK1", "--answer", "order=mdy").exit_code == 0
    work()
    assert {time[:10] for _, time in punches(door)} == {"2026-04-07"}


@pytest.mark.parametrize(
    ("body", "arguments", "words"),
    [
        (ATTLOG, ["--device", "NONE"], "no device with the serial NONE"),
        (ATTLOG, ["--device", "ZK1", "--as", "X9"], "nobody works here"),
        (b"hello", ["--device", "ZK1"], "No known format fits"),
        (ATTLOG, ["--device", "ZK1", "--format", "glogdata"], "No punch was found"),
    ],
)
def test_what_cannot_be_imported_says_why(door, flask, body, arguments, words):
    result = flask(body, *arguments)
    assert result.exit_code == 1
    assert words in result.output
