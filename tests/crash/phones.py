"""Phones that check in from a process of their own and send again until they are answered, as the outbox does."""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from tests.support import apps, forks, process
from tests.support.stack import Stack
from webapp.core import clock
from webapp.sites.models import Site

AT_ONCE = 4
PATIENCE = 600
LOST = 0
PAUSE = 0.02


@dataclass(frozen=True)
class Tap:
    """One check-in; the same whenever it is sent."""

    client_id: str
    cookie: str
    site: Site
    at: datetime

    def form(self) -> dict[str, str]:
        moment = self.at.astimezone(UTC).isoformat()
        return {
            "client_id": self.client_id, "tapped_at": moment, "sent_at": clock.now().isoformat(), "fix_at": moment,
            "lat": str(self.site.lat), "lng": str(self.site.lng), "accuracy": "10", "site_id": str(self.site.id),
        }  # fmt: skip


class Phones:
    """`answers()` is every answer so far, as (client id, status); LOST is a connection that broke."""

    def __init__(self, stack: Stack, cookies: Sequence[str], sites: Sequence[Site], taps: int, seed: int) -> None:
        self._stack, self._seed = stack, seed
        self._answers, self._log = stack.folder / "answers", stack.folder / "phones.log"
        self._child: forks.Forked | None = None
        chance, at = random.Random(seed), clock.now()
        self.taps = [
            Tap(str(UUID(int=chance.getrandbits(128), version=4)), cookies[n % len(cookies)], chance.choice(sites), at)
            for n in range(taps)
        ]

    def start(self) -> None:
        self._answers.touch()
        self._child = forks.Forked(self._run, self._log)

    def done(self) -> bool:
        """Every tap was acknowledged. Raises AssertionError when the phones gave up."""
        assert self._child
        code = self._child.poll()
        assert not code, process.tail(self._log)
        return code == 0

    def stop(self) -> None:
        if self._child:
            process.kill(self._child)

    def answers(self) -> list[tuple[str, int]]:
        lines = [line.split() for line in self._answers.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return [(client_id, int(status)) for client_id, status in lines]

    def _run(self) -> None:
        apps.let_go(self._stack.app)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for work in [pool.submit(self._send_all, number) for number in range(AT_ONCE)]:
                work.result()

    def _send_all(self, number: int) -> None:
        """One in four answers gets lost on its way to the phone, which then asks again."""
        chance = random.Random(self._seed * AT_ONCE + number)
        give_up = time.monotonic() + PATIENCE
        with self._answers.open("ab", buffering=0) as notes:
            for tap in self.taps[number::AT_ONCE]:
                status = LOST
                while status not in (200, 201) or chance.random() < 0.25:
                    assert time.monotonic() < give_up, f"no answer for {tap.client_id}, the last was {status}"
                    status = _post(self._stack.url, tap)
                    notes.write(f"{tap.client_id} {status}\n".encode())


def _post(url: str, tap: Tap) -> int:
    headers: Mapping[str, str] = {
        "Content-Type": "application/x-www-form-urlencoded", "Cookie": tap.cookie,
        "HX-Request": "true", "Sec-Fetch-Site": "same-origin",
    }  # fmt: skip
    try:
        with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
            connection.request("POST", "/check-ins", urlencode(tap.form()), headers)
            response = connection.getresponse()
            response.read()
            return response.status
    except (OSError, http.client.HTTPException):
        time.sleep(PAUSE)
        return LOST
