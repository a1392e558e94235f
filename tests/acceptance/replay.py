"""Sends taps to a running server as five phones would, one after the other, with the clock set to each tap."""

from __future__ import annotations

import http.client
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from tests.acceptance.beijing import ACCURACY_M, Tap


class Phones:
    """cookies: by person; sites: ids by code; `set_clock` moves the product's clock."""

    def __init__(
        self, url: str, cookies: Mapping[str, str], sites: Mapping[str, int], set_clock: Callable[[datetime], object]
    ) -> None:
        self._host = urlsplit(url).netloc
        self._cookies, self._sites, self._set_clock = cookies, sites, set_clock

    def play(self, taps: Iterable[Tap], arrivals: Mapping[int, Tap], *, clock: bool = True) -> Counter[tuple[str, int]]:
        """Every tap once; how often each kind got each status."""
        answers: Counter[tuple[str, int]] = Counter()
        with closing(http.client.HTTPConnection(self._host, timeout=30)) as connection:
            for tap in taps:
                if clock:
                    self._set_clock(tap.at)
                answers[tap.kind, self._send(connection, tap, arrivals)] += 1
        return answers

    def _send(self, connection: http.client.HTTPConnection, tap: Tap, arrivals: Mapping[int, Tap]) -> int:
        if tap.kind == "in":
            return self._post(connection, "/check-ins", tap, {"site_id": str(self._sites[tap.site])})
        more = {"check_in": arrivals[tap.stay].client_id, "outcome": "interested", "note": "", "next_on": ""}
        return self._post(connection, "/check-outs", tap, more)

    def _post(self, connection: http.client.HTTPConnection, path: str, tap: Tap, more: Mapping[str, str]) -> int:
        at, fixed = _iso(tap.at), _iso(tap.fix.at)
        form = {
            "client_id": tap.client_id, "tapped_at": at, "sent_at": at, "attempts": "1", "fix_at": fixed,
            "lat": repr(tap.fix.lat), "lng": repr(tap.fix.lng), "accuracy": str(ACCURACY_M), **more,
        }  # fmt: skip
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": self._cookies[tap.fix.person],
            "HX-Request": "true",
            "Sec-Fetch-Site": "same-origin",
        }
        connection.request("POST", path, urlencode(form), headers)
        response = connection.getresponse()
        body = response.read()
        assert response.status < 500, body.decode()[:500]
        return response.status


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
