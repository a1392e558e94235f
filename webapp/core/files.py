"""Files people send, kept beside the database: whole ones named by their content, and parts still on their way.

A file is there before the row that names it, whole or not at all. Nobody but the user we run as can read it.
"""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from flask import current_app

from webapp.core.errors import N_, TooEarly, words

INCOMING, PARTS = "incoming", "parts"
MOST_PARTS = 20
"""Unfinished uploads one person may have."""


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(data: bytes, *, small: bytes, at: datetime) -> str:
    """Keep a file and a small version of it until its row is written; its name. The same content is the same file."""
    name = sha256(data)
    for path, content in ((_place(name, small=True), small), (_place(name), data)):
        if path.exists():
            os.utime(path, (at.timestamp(), at.timestamp()))
        else:
            _write(_root() / INCOMING / path.name, content, at)
    return name


def settle(name: str) -> None:
    """The row that names a file is written: the file goes to its place."""
    for small in (True, False):
        place = _place(name, small=small)
        _folder(place.parent)
        with suppress(FileNotFoundError):
            (_root() / INCOMING / place.name).replace(place)
    _sync(place.parent)


def read(name: str, *, small: bool = False) -> bytes | None:
    """None when it is not there (any more)."""
    place = _place(name, small=small)
    for path in (place, _root() / INCOMING / place.name, place):
        with suppress(FileNotFoundError):
            return path.read_bytes()
    return None


def drop(name: str, *, before: datetime) -> None:
    """Remove a file nobody put since `before`: whoever puts it again now is about to name it."""
    for small in (True, False):
        path = _place(name, small=small)
        if _touched(path) < before:
            path.unlink(missing_ok=True)


def left_over(*, before: datetime) -> list[str]:
    """Names of files whose row was not written when it should have been; traces of broken writes are removed."""
    old = [path for path in _root().glob(f"{INCOMING}/*") if _touched(path) < before]
    for path in old:
        if path.name.startswith("."):
            path.unlink(missing_ok=True)
    return sorted({path.name.partition(".")[0] for path in old if not path.name.startswith(".")})


def discard(name: str) -> None:
    """Remove a file that was put and never named."""
    for small in (True, False):
        (_root() / INCOMING / _place(name, small=small).name).unlink(missing_ok=True)


def part_length(owner: int, key: str) -> int:
    """How much of an upload has arrived."""
    try:
        return _part(owner, key).stat().st_size
    except FileNotFoundError:
        return 0


def add_part(owner: int, key: str, offset: int, data: bytes) -> int:
    """Add what is new of `data`, which begins at `offset`; how much has arrived now.

    What came before is skipped and what leaves a gap is not taken, so any order and repetition gives the same bytes.
    Raises TooEarly when one person leaves too many unfinished.
    """
    with _open_part(owner, key) as file:
        have = file.seek(0, os.SEEK_END)
        if offset <= have < offset + len(data):
            file.write(data[have - offset :])
            file.flush()
            have = file.tell()
        return have


def read_part(owner: int, key: str) -> bytes:
    try:
        return _part(owner, key).read_bytes()
    except FileNotFoundError:
        return b""


def drop_part(owner: int, key: str) -> None:
    _part(owner, key).unlink(missing_ok=True)


def drop_parts(*, before: datetime) -> int:
    """Remove uploads nobody went on with since `before`; how many."""
    old = [path for path in _root().glob(f"{PARTS}/*/*") if _touched(path) < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _root() -> Path:
    return Path(current_app.config["PHOTO_DIR"])


def _place(name: str, *, small: bool = False) -> Path:
    return _root() / name[:2] / name[2:4] / f"{name}{'.small' if small else ''}.jpg"


def _part(owner: int, key: str) -> Path:
    return _root() / PARTS / str(owner) / key


def _write(path: Path, data: bytes, at: datetime) -> None:
    """Beside its place first, then renamed: a reader sees all of it or nothing, after a power cut too."""
    aside = _folder(path.parent) / f".{path.name}.{secrets.token_hex(4)}"
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.utime(aside, (at.timestamp(), at.timestamp()))
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _folder(path: Path) -> Path:
    """Made with what is above it, each for us alone."""
    for folder in (*reversed(path.parents), path):
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
    return path


@contextmanager
def _open_part(owner: int, key: str) -> Iterator[IO[bytes]]:
    """Held by one at a time: a phone's tab and its worker may both be sending."""
    path = _part(owner, key)
    folder = _folder(path.parent)
    if not path.exists() and len(os.listdir(folder)) >= MOST_PARTS:
        raise TooEarly("too_many_parts")
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def _touched(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)


words({"too_many_parts": N_("Too many photos are half sent. They go on by themselves; add this one a little later.")})
