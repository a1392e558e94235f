"""A Dahua access terminal: recordFinder in plain text, at most so many records an answer, in no promised order."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from tests.support.terminals.digest import WebDevice


@dataclass
class Dahua(WebDevice):
    records: list[dict[str, str]] = field(default_factory=list)
    serial: str = "6G0123456789ABC"
    skew_s: int = 0
    zone_s: int = 8 * 3600
    limit: int = 100_000
    """It never gives more, whatever it is asked for."""
    newest_first: bool = False
    open_ends: bool = False
    """Both limits of a search are left out of what it finds."""

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        if query.get("action") == "getSerialNo":
            return 200, f"sn={self.serial}\r\n".encode()
        if query.get("action") == "getCurrentTime":
            at = datetime.fromtimestamp(time.time() + self.skew_s + self.zone_s, UTC)
            return 200, f"result={at:%Y-%m-%d %H:%M:%S}\r\n".encode()
        if query.get("action") != "find" or query.get("name") != "AccessControlCardRec":
            return 400, b"Error\r\nBad Request!\r\n"
        first, last, inner = int(query["StartTime"]), int(query["EndTime"]), int(self.open_ends)
        fits = [one for one in self.records if first + inner <= int(one["CreateTime"]) <= last - inner]
        fits = (fits[::-1] if self.newest_first else fits)[: min(int(query["count"]), self.limit)]
        lines = [f"records[{n}].{name}={value}" for n, one in enumerate(fits) for name, value in one.items()]
        return 200, "\r\n".join([f"found={len(fits)}", *lines, ""]).encode()


def record(pin: str, at: datetime, number: int, **more: str) -> dict[str, str]:
    return {
        "RecNo": str(number),
        "UserID": pin,
        "CardName": "张三",
        "CardNo": "",
        "CreateTime": str(int(at.timestamp())),
        "Method": "15",
        "Type": "Entry",
        "AttendanceState": "0",
        "Status": "1",
        "ErrorCode": "0",
        "URL": "/mnt/appdata1/x.jpg",
        **more,
    }
