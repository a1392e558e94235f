"""A device is talked to in a thread, so that whatever somebody waits for is done meanwhile."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from queue import Empty, Full, Queue
from time import monotonic
from typing import Any

from jobs.sweep import let_pass
from webapp.devices.adapters import CannotPull, Pulled, Target
from webapp.devices.rules import Bad, Line

LATE_S = 30
"""After its deadline an adapter should have ended; a name that is looked up for ever has not."""
log = logging.getLogger("onsite.devices")
Item = Line | Bad | None


class Stopped(Exception):
    """Nobody listens any more."""


class Asking:
    """What a device answers, first the Pulled, then its lines `size` at a time, then None. Raises CannotPull."""

    def __init__(self, pull: Callable[[Target], Pulled], target: Target, size: int) -> None:
        self._pull, self._target, self._size = pull, target, size
        self._until = monotonic() + target.deadline_s + LATE_S
        self._answers: Queue[Any] = Queue(maxsize=2)
        self._stopped = threading.Event()
        run = copy_context().run
        self._thread = threading.Thread(target=run, args=(self._talk,), name="asking", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Asking":
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()

    def first(self) -> Pulled:
        found: Pulled = self._next()
        return found

    def more(self) -> list[Item] | None:
        found: list[Item] | None = self._next()
        return found

    def _next(self) -> Any:
        while True:
            try:
                found = self._answers.get(timeout=0.5)
            except Empty:
                if monotonic() > self._until:
                    raise CannotPull("pull_too_slow") from None
                let_pass()
                continue
            if isinstance(found, CannotPull):
                raise found
            return found

    def _talk(self) -> None:
        with suppress(Stopped):
            try:
                self._hand_over()
            except CannotPull as error:
                self._put(error)
            except Stopped:
                raise
            except Exception:  # noqa: BLE001 - whatever a device sends must not end more than its own pull
                log.exception("a device answers in a way its reader stumbles over")
                self._put(CannotPull("pull_not_understood"))

    def _hand_over(self) -> None:
        """What came before a connection broke is handed over too."""
        pulled = self._pull(self._target)
        self._put(pulled)
        batch: list[Item] = []
        try:
            for line in pulled.lines:
                batch.append(line)
                if len(batch) == self._size:
                    self._put(batch)
                    batch = []
        finally:
            if batch and not self._stopped.is_set():
                self._put(batch)
        self._put(None)

    def _put(self, item: Any) -> None:
        while not self._stopped.is_set():
            with suppress(Full):
                self._answers.put(item, timeout=0.5)
                return
        raise Stopped
