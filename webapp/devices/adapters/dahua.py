"""Dahua access terminals, asked over their recordFinder."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from webapp.core import clock
from webapp.core.errors import N_
from webapp.devices.adapters import Adapter, CannotPull, Pulled, Target, Told
from webapp.devices.adapters.lan_http import Client
from webapp.devices.rules import Bad, Line, Parsed, pin_of

PAGE = 1000
FIRST, LAST = 946_684_800, 2**31 - 2
"""From 2000 to as far as these devices can count."""
_KEPT = ("RecNo", "UserID", "CreateTime", "Method", "Type", "AttendanceState", "Status", "ErrorCode")
_FIELD = re.compile(r"records\[(\d+)\]\.(\w+)=(.*)")
Record = dict[str, str]


def pull(target: Target) -> Pulled:
    """What it holds since `target.since`. Raises CannotPull."""
    client = Client(target)
    try:
        serial = _value(client.get("/cgi-bin/magicBox.cgi?action=getSerialNo"), "sn")
        shown, shown_at = _value(client.get("/cgi-bin/global.cgi?action=getCurrentTime"), "result"), clock.now()
        finder = Finder(client)
        whole = finder.between(int(target.since.timestamp()) if target.since else FIRST, LAST)
    finally:
        client.close()  # opened again by whoever reads the lines
    lines = _lines(client, finder, whole, target.zone)
    return Pulled(lines, None, target.since is None, serial, shown, shown_at)


def parse(kind: str, body: bytes, told: Told) -> Parsed:
    """Records that could not be read when they came, one a line."""
    zone, texts = told.get("zone") or "UTC", body.decode("utf-8", "replace").splitlines()
    records = [dict(part.partition("=")[::2] for part in text.split("\t")) for text in texts]
    found = [line(record, n, zone) for n, record in enumerate(records, 1)]
    lines = [one for one in found if isinstance(one, Line)]
    return Parsed(lines, [one for one in found if isinstance(one, Bad)], skipped=found.count(None))


def line(record: Mapping[str, str], n: int, zone: str) -> Line | Bad | None:
    """What one record says; None: nobody came in."""
    if record.get("Status") != "1" or not record.get("UserID", "").strip():
        return None
    text = "\t".join(f"{key}={record[key]}" for key in _KEPT if key in record)
    pin, seconds = pin_of(record["UserID"]), _time(record)
    at = datetime.fromtimestamp(seconds, UTC) if seconds else None
    if pin is None or at is None:
        return Bad(n, text, "pin" if pin is None else "time")
    if not pin:
        return None
    wall = f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"
    pressed = record.get("AttendanceState") or record.get("Type")
    return Line(pin, wall, text, pressed, record.get("Method"), at=at, vendor_key=record.get("RecNo", "")[:40] or None)


@dataclass(frozen=True, slots=True)
class Part:
    """The records between two seconds, both included; `number` is how many the device sent to give them."""

    first: int
    last: int
    records: list[Record]
    number: int


class Finder:
    """Asks for a stretch of time, and for its halves where an answer is full: no order of the answer is relied on."""

    def __init__(self, client: Client) -> None:
        self._client, self._full = client, PAGE

    def all(self, whole: Part) -> Iterator[Record]:
        """Everything in a stretch, of which the first answer is known."""
        self._learn(whole)
        waiting = [whole]
        while waiting:
            part = waiting.pop()
            if not part.number or part.number < self._full:
                yield from part.records
            elif part.first == part.last:
                raise CannotPull("pull_not_understood")
            else:
                middle = (part.first + part.last) // 2
                waiting += [self.between(middle + 1, part.last), self.between(part.first, middle)]

    def between(self, first: int, last: int) -> Part:
        """A second more on both sides is asked for, in case a device means its limits otherwise."""
        asked = {"action": "find", "name": "AccessControlCardRec", "StartTime": first - 1, "EndTime": last + 1}
        answer = self._client.get(f"/cgi-bin/recordFinder.cgi?{urlencode(asked | {'count': PAGE})}")
        records: dict[str, Record] = {}
        for place, name, value in _FIELD.findall(answer.decode("utf-8", "replace")):
            records.setdefault(place, {})[name] = value.strip()
        told = _value(answer, "found")
        if told is None or not told.isdigit() or int(told) != len(records):
            raise CannotPull("pull_not_understood")
        inside = [one for one in records.values() if not _time(one) or first <= _time(one) <= last]
        return Part(first, last, inside, len(records))

    def _learn(self, whole: Part) -> None:
        """A device may give fewer at once than asked for and not say so: then halves hold more than the whole."""
        times = sorted(filter(None, map(_time, whole.records)))
        if not times or whole.number >= PAGE or times[0] == times[-1]:
            return
        middle = times[(len(times) - 1) // 2]
        halves = self.between(whole.first, middle), self.between(middle + 1, whole.last)
        if sum(len(half.records) for half in halves) > len(whole.records):
            self._full = whole.number


def _lines(client: Client, finder: Finder, whole: Part, zone: str) -> Iterator[Line | Bad | None]:
    try:
        for n, record in enumerate(finder.all(whole), 1):
            yield line(record, n, zone)
    finally:
        client.close()


def _time(record: Mapping[str, str]) -> int:
    """Seconds since 1970; 0 where there are none."""
    text = record.get("CreateTime", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0


def _value(answer: bytes, name: str) -> str | None:
    found = re.search(rf"^{name}=([^\r\n]{{1,120}})".encode(), answer, re.MULTILINE)
    return found[1].decode("utf-8", "replace").strip() if found else None


ADAPTER = Adapter("dahua", N_("Dahua"), parse=parse, pull=pull, port=80)
