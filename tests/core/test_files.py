"""Files people send: whole or not there, whatever breaks off."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from webapp.core import files
from webapp.core.errors import TooEarly

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    app = Flask(__name__)
    app.config["PHOTO_DIR"] = str(tmp_path / "photos")
    with app.app_context():
        yield tmp_path / "photos"


def found(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_is_named_by_its_content_and_settles_in_its_place(folder: Path) -> None:
    name = files.put(b"picture", small=b"small", at=AT)
    assert name == files.sha256(b"picture")
    assert found(folder) == [f"incoming/{name}.jpg", f"incoming/{name}.small.jpg"]
    assert (files.read(name), files.read(name, small=True)) == (b"picture", b"small")
    files.settle(name)
    assert found(folder) == [f"{name[:2]}/{name[2:4]}/{name}.jpg", f"{name[:2]}/{name[2:4]}/{name}.small.jpg"]
    assert (files.read(name), files.read(name, small=True)) == (b"picture", b"small")
    assert files.put(b"picture", small=b"small", at=AT) == name
    files.settle(name)
    assert len(found(folder)) == 2


def test_nobody_else_can_read_them(folder: Path) -> None:
    files.settle(files.put(b"picture", small=b"small", at=AT))
    files.add_part(7, "key", 0, b"part")
    for path in [folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_full_disk_leaves_nothing_half_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.put(b"picture", small=b"small", at=AT)
    assert found(folder) == []


def test_what_nobody_named_is_found_and_what_is_named_stays(folder: Path) -> None:
    old, new = files.put(b"old", small=b"s", at=AT), files.put(b"new", small=b"s", at=AT + timedelta(days=1))
    (folder / "incoming" / ".broken.1234").write_bytes(b"half")
    os.utime(folder / "incoming" / ".broken.1234", (AT.timestamp(), AT.timestamp()))
    assert files.left_over(before=AT + timedelta(hours=1)) == [old]
    files.discard(old)
    assert files.read(old) is None
    assert files.read(new) == b"new"
    assert found(folder) == [f"incoming/{new}.jpg", f"incoming/{new}.small.jpg"]


def test_a_file_that_somebody_just_sent_again_is_not_dropped(folder: Path) -> None:
    name = files.put(b"picture", small=b"small", at=AT)
    files.settle(name)
    files.put(b"picture", small=b"small", at=AT + timedelta(days=200))
    files.drop(name, before=AT + timedelta(days=199))
    assert files.read(name) == b"picture"
    files.drop(name, before=AT + timedelta(days=201))
    assert files.read(name) is None
    assert found(folder) == []


def test_uploads_nobody_goes_on_with_expire(folder: Path) -> None:
    files.add_part(7, "old", 0, b"x")
    files.add_part(7, "new", 0, b"x")
    os.utime(folder / "parts/7/old", (AT.timestamp(), AT.timestamp()))
    assert files.drop_parts(before=AT + timedelta(days=7)) == 1
    assert (files.part_length(7, "old"), files.part_length(7, "new")) == (0, 1)


def test_one_person_cannot_fill_the_disk_with_beginnings(folder: Path) -> None:
    for number in range(files.MOST_PARTS):
        files.add_part(7, f"k{number}", 0, b"x")
    with pytest.raises(TooEarly):
        files.add_part(7, "one more", 0, b"x")
    assert files.add_part(7, "k3", 1, b"y") == 2
    assert files.add_part(8, "k0", 0, b"x") == 1


@given(data=st.binary(min_size=1, max_size=300), moves=st.lists(st.tuples(st.integers(0, 300), st.integers(1, 120))))
def test_any_split_order_and_repetition_gives_the_same_bytes(data: bytes, moves: Any) -> None:
    """A part that leaves a gap is not taken, one that was had before changes nothing."""
    app = Flask(__name__)
    with tempfile.TemporaryDirectory() as here, app.app_context():
        app.config["PHOTO_DIR"] = here
        have = 0
        for offset, length in moves:
            part = data[offset : offset + length]
            now = files.add_part(1, "key", offset, part) if part else files.part_length(1, "key")
            assert now == (max(have, offset + len(part)) if offset <= have else have)
            have = now
            assert files.read_part(1, "key") == data[:have]
        while have < len(data):
            have = files.add_part(1, "key", have, data[have : have + 50])
        assert files.read_part(1, "key") == data
