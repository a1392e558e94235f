"""Counts what a block of code asks the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

_NOT_COUNTED = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "SET ")


class Recorder(list[str]):
    """The SQL statements in order; printing it shows them all, for the failure message."""

    def __str__(self) -> str:
        return "\n".join(f"{number:3} {' '.join(text.split())}" for number, text in enumerate(self, 1))

    def writes(self) -> list[str]:
        return [text for text in self if text.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]


@contextmanager
def record() -> Iterator[Recorder]:
    recorder = Recorder()

    def note(_c: Any, _cursor: Any, statement: str, _p: Any, _ctx: Any, _many: bool) -> None:
        if not statement.lstrip().upper().startswith(_NOT_COUNTED):
            recorder.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield recorder
    finally:
        event.remove(Engine, "before_cursor_execute", note)
