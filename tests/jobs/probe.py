"""Jobs and handlers for the tests of the machinery; each writes a line when it begins and when it ends."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jobs.base import job
from webapp.core.outbox import Item


class Passing(Exception):
    """An error that goes away by itself."""


@job(timeout=20, pauses=(0, 0), transient=(Passing,))
def work(*, path: str, wait_for: str = "", fail: str = "") -> str:
    """Not done before the file `wait_for` is there."""
    note(path, f"begin {os.getpid()}")
    while wait_for and not Path(wait_for).exists():
        time.sleep(0.01)
    if fail == "once" and count(path, "begin") == 1:
        raise Passing
    if fail == "wrong":
        raise ValueError("wrong")
    note(path, "end")
    return "done"


def handle(items: Sequence[Item]) -> None:
    """Topic "probe": the payload says where to write, how long to take and what to break."""
    for item in items:
        orders: dict[str, Any] = item.payload
        if orders.get("bad"):
            raise ValueError(f"bad row {item.key}")
        note(orders["path"], f"begin {item.key} {os.getpid()}")
        while orders.get("wait_for") and not Path(orders["wait_for"]).exists():
            time.sleep(0.01)
    for item in items:
        note(item.payload["path"], f"end {item.key} {time.monotonic()}")


def note(path: str, line: str) -> None:
    with open(path, "a") as file:
        file.write(line + "\n")


def count(path: str | Path, start: str) -> int:
    return sum(line.startswith(start) for line in lines(path))


def lines(path: str | Path) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []
