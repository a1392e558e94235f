"""Hikvision access terminals: asked over ISAPI, and heard when they report an event themselves."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from webapp.core import clock
from webapp.core.errors import N_
from webapp.devices.adapters import Adapter, CannotPull, Pulled, Target, Told
from webapp.devices.adapters.lan_http import Client
from webapp.devices.rules import Bad, Line, Parsed, pin_of

PAGE = 30
"""More is refused by the devices, or cut to this without a word."""
MOST = 2_000_000
LARGEST_REPORT = 256 * 1024
"""The events stand before the pictures."""
ACCESS = 5
PASSED = {1, 2, 38, 40, 43, 46, 54, 57, 60, 63, 66, 69, 72, 75, 77, 101}
"""Minor events of people who were let in, by card, finger, face, number or several; the rest are refusals and doors."""
_KEPT = ("time", "major", "minor", "employeeNoString", "employeeNo", "serialNo", "attendanceStatus", "currentEvent")


def pull(target: Target) -> Pulled:
    """What it holds since `target.since`, page by page. Raises CannotPull."""
    client = Client(target)
    try:
        about = client.get("/ISAPI/System/deviceInfo")
        told, told_at = _tag(client.get("/ISAPI/System/time"), "localTime"), clock.now()
        pages = _pages(client, target)
        first, total = next(pages)
    finally:
        client.close()  # opened again by whoever reads the lines
    info = {name: value for name in ("model", "firmwareVersion") if (value := _tag(about, name))}
    shown = _shown(told, target.zone) if told else None
    lines = _lines(client, first, pages)
    return Pulled(lines, total, target.since is None, _tag(about, "serialNumber"), shown, told_at, None, info)


def parse(kind: str, body: bytes, told: Told) -> Parsed:
    """Events kept as they were heard (events), one a line."""
    found = [line(_loaded(text), n) for n, text in enumerate(body.decode("utf-8", "replace").splitlines(), 1)]
    lines = [one for one in found if isinstance(one, Line)]
    return Parsed(lines, [one for one in found if isinstance(one, Bad)], skipped=found.count(None))


def line(event: Mapping[str, Any], n: int) -> Line | Bad | None:
    """One event in the words of a search's answer; None: it is not about somebody who came in."""
    raw = str(event.get("employeeNoString") or event.get("employeeNo") or "")
    minor = event.get("minor")
    if not raw.strip() or event.get("major") != ACCESS or type(minor) is not int or minor not in PASSED:
        return None
    text = kept(event)
    pin, at = pin_of(raw), _moment(event.get("time"))
    if pin is None or at is None:
        return Bad(n, text, "pin" if pin is None else "time")
    if not pin:
        return None
    pressed = str(event.get("attendanceStatus") or "")
    return Line(
        pin,
        f"{at:%Y-%m-%d %H:%M:%S}".rjust(19, "0"),
        text,
        status=pressed if pressed not in ("", "undefined") else None,
        verify=str(minor),
        at=at if at.tzinfo else None,
        vendor_key=str(event["serialNo"])[:40] if "serialNo" in event else None,
    )


def reported(body: bytes) -> list[dict[str, Any]] | None:
    """The access events in what a device posts by itself, in the words of a search's answer; None: nothing complete.

    Bodies arrive cut off inside the picture, and boundaries are not always where they should be; so a part that
    begins like an object is read to where the object ends, whatever comes after it.
    """
    found = [one for start in _starts(body) if (one := _object(body, start)) is not None]
    if not found:
        return None
    return [_as_found(one) for one in found if isinstance(one.get("AccessControllerEvent"), dict)]


def _starts(body: bytes) -> list[int]:
    """Where objects may begin: at the start of the body, and after the empty line that ends the head of a part."""
    heads = (match.end() - 1 for match in re.finditer(rb"(?:\A|\n\r?\n)[ \t\r\n]{0,8}\{", body[:LARGEST_REPORT]))
    return list(heads)[:8]


def _object(body: bytes, start: int) -> dict[str, Any] | None:
    text = body[start : start + LARGEST_REPORT].decode("utf-8", "replace")
    try:
        found, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _as_found(told: Mapping[str, Any]) -> dict[str, Any]:
    event = dict(told["AccessControllerEvent"])
    return {**event, "time": told.get("dateTime"), "major": event.get("majorEventType"),
            "minor": event.get("subEventType")}  # fmt: skip


def kept(event: Mapping[str, Any]) -> str:
    """What is kept of an event, on one line: no names, no temperatures, no addresses of pictures."""
    return json.dumps({key: event[key] for key in _KEPT if key in event}, ensure_ascii=True, separators=(",", ":"))


def _pages(client: Client, target: Target) -> Iterator[tuple[list[Any], int | None]]:
    """The events of each page, and how many there are in all."""
    zone = ZoneInfo(target.zone)
    since = target.since.astimezone(zone) if target.since else datetime(2000, 1, 1, tzinfo=zone)
    wanted = {"searchID": str(uuid4()), "maxResults": PAGE, "major": ACCESS, "minor": 0,
              "startTime": since.isoformat(timespec="seconds"),
              "endTime": datetime(2037, 12, 31, tzinfo=zone).isoformat()}  # fmt: skip
    position = 0
    while position < MOST:
        body = json.dumps({"AcsEventCond": {**wanted, "searchResultPosition": position}}).encode()
        answer = _loaded(client.post("/ISAPI/AccessControl/AcsEvent?format=json", body, "application/json"))
        found = answer.get("AcsEvent")
        if not isinstance(found, dict) or found.get("responseStatusStrg") not in ("MORE", "OK", "NO MATCH"):
            raise CannotPull("pull_not_understood")
        events = found.get("InfoList") or []
        total = found.get("totalMatches")
        yield events, total if isinstance(total, int) else None
        position += len(events)
        if found["responseStatusStrg"] != "MORE":
            return
        if not events:
            raise CannotPull("pull_not_understood")


def _lines(client: Client, first: list[Any], pages: Iterator[tuple[list[Any], Any]]) -> Iterator[Line | Bad | None]:
    n = 0
    try:
        for events in chain([first], (found for found, _ in pages)):
            for event in events:
                n += 1
                yield line(event, n) if isinstance(event, dict) else Bad(n, json.dumps(event)[:200], "shape")
    finally:
        client.close()


def _loaded(text: str | bytes) -> dict[str, Any]:
    """{} for anything but an object."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _moment(text: Any) -> datetime | None:
    """With the offset of the device where it gives one."""
    if not isinstance(text, str) or len(text) < len("2026-03-02T08:55:01"):
        return None
    try:
        return datetime.fromisoformat(text).replace(microsecond=0)
    except ValueError:
        return None


def _shown(text: str, zone: str) -> str | None:
    """Its clock as one in the device's zone would show it, whatever its own offset is."""
    at = _moment(text)
    if at is None:
        return None
    return f"{at.astimezone(ZoneInfo(zone)) if at.tzinfo else at:%Y-%m-%d %H:%M:%S}"


def _tag(xml: bytes, name: str) -> str | None:
    found = re.search(rf"<{name}>\s*([^<]{{1,120}}?)\s*</{name}>".encode(), xml)
    return found[1].decode("utf-8", "replace") if found else None


ADAPTER = Adapter("hikvision", N_("Hikvision"), parse=parse, pull=pull, port=80, listens=True)
