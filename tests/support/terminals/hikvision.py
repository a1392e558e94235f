"""A Hikvision access terminal: ISAPI search in pages of at most 30, a serial number that wraps, a clock of its own."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.support.terminals.digest import WebDevice

BOUNDARY = "MIME_boundary"
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40 + b"\xff\xd9"


@dataclass
class Hikvision(WebDevice):
    """`events` as InfoList has them; see `event`."""

    events: list[dict[str, Any]] = field(default_factory=list)
    serial: str = "DS-K1T342MX20260101V040840ENHK000123"
    skew_s: int = 0
    offset: timedelta = timedelta(hours=8)
    page: int = 30
    lies: bool = False
    """It says MORE and gives nothing."""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        if path == "/ISAPI/System/deviceInfo":
            return 200, (
                f"<?xml version='1.0'?><DeviceInfo><deviceName>T</deviceName><model>DS-K1T342</model>"
                f"<serialNumber>{self.serial}</serialNumber><firmwareVersion>V4.48.40</firmwareVersion></DeviceInfo>"
            ).encode()
        if path == "/ISAPI/System/time":
            at = datetime.fromtimestamp(int(time.time()) + self.skew_s, timezone(self.offset))
            return 200, f"<Time><timeMode>manual</timeMode><localTime>{at.isoformat()}</localTime></Time>".encode()
        if (method, path) == ("POST", "/ISAPI/AccessControl/AcsEvent?format=json"):
            return self._search(json.loads(body)["AcsEventCond"])
        return 404, b""

    def _search(self, cond: dict[str, Any]) -> tuple[int, bytes]:
        if cond["maxResults"] > self.page:
            return 400, b'{"statusString":"Invalid Operation"}'
        first, last = (datetime.fromisoformat(cond[name]) for name in ("startTime", "endTime"))
        fits = [one for one in self.events if first <= _at(one) <= last and cond["minor"] in (0, one["minor"])]
        position = cond["searchResultPosition"]
        page = [] if self.lies else fits[position : position + cond["maxResults"]]
        more = self.lies or position + len(page) < len(fits)
        found = {"searchID": cond["searchID"], "totalMatches": len(fits), "numOfMatches": len(page), "InfoList": page,
                 "responseStatusStrg": "MORE" if more else "OK" if page else "NO MATCH"}  # fmt: skip
        return 200, json.dumps({"AcsEvent": found}).encode()


def event(pin: str, at: str, serial: int, minor: int = 75, **more: Any) -> dict[str, Any]:
    """As a search answers it; `at` is "2026-03-02T08:55:01+08:00"."""
    return {"major": 5, "minor": minor, "time": at, "employeeNoString": pin, "name": "张三", "serialNo": serial,
            "currentVerifyMode": "face", "pictureURL": "http://10.0.0.9/pic/1.jpg", **more}  # fmt: skip


def report(pin: str, at: str, serial: int, *, current: bool = True, part: str = "event_log", minor: int = 75) -> bytes:
    """What a terminal posts by itself: the event, then the picture."""
    said = {"ipAddress": "10.0.0.9", "dateTime": at, "eventType": "AccessControllerEvent", "AccessControllerEvent": {
        "majorEventType": 5, "subEventType": minor, "employeeNoString": pin, "name": "张三", "serialNo": serial,
        "currentEvent": current, "attendanceStatus": "checkIn"}}  # fmt: skip
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{part}"\r\nContent-Type: application/json\r\n'
    text = json.dumps(said, ensure_ascii=False, indent=1).encode()
    picture = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="Picture"; filename="Picture.jpg"\r\n'
    picture += f"Content-Type: image/jpeg\r\nContent-Length: {len(JPEG)}\r\n\r\n"
    return (
        f"{head}Content-Length: {len(text)}\r\n\r\n".encode() + text + b"\r\n" + picture.encode() + JPEG
        + f"\r\n--{BOUNDARY}--\r\n".encode()
    )  # fmt: skip


def _at(one: dict[str, Any]) -> datetime:
    try:
        found = datetime.fromisoformat(one["time"])
    except ValueError:
        return datetime(2020, 1, 1, tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
