"""One look at an uploaded file: whose it is, how it reads with the answers given so far."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.core.files import sha256
from webapp.devices import queries
from webapp.devices.adapters.file.preview import Preview, preview, samples
from webapp.devices.queries import FileImport, FileOf
from webapp.devices.rules import printable

CODES = ("third", "order", "id", "when", "clock", "key")
"""Of the questions a format may ask."""


@dataclass(frozen=True, slots=True)
class Look:
    name: str
    devices: Sequence[FileOf]
    device: FileOf | None
    preview: Preview
    proposed: bool = False
    looked_at: int = 0
    elsewhere: tuple[FileOf, int] | None = None
    """Another device that is known to have more of these punches."""
    before: FileImport | None = None

    @property
    def mark(self) -> str:
        """What is on the screen; "" while something has to be answered."""
        if self.device is None or self.preview.open:
            return ""
        said = "|".join(f"{code}={value}" for code, value in sorted(self.preview.answers.items()))
        return sha256(f"{self.device.id}|{self.preview.format}|{said}".encode())[:16]


def look(body: bytes, said: Mapping[str, str], branch_ids: Collection[int], at: datetime) -> Look:
    """Raises Invalid for a file that cannot be read at all."""
    devices = queries.file_devices(branch_ids)
    name, kind = printable(said.get("name", "")[-200:]), said.get("format")
    given = {code: said[code] for code in CODES if code in said}
    device = next((each for each in devices if str(each.id) == said.get("terminal_id")), None)
    seen = _read(body, kind, given, device, at)
    sample = samples(seen.parsed)
    near = queries.known_at([each.id for each in devices], sample)
    proposed = device is None
    if device is None and (device := _propose(devices, near, name, seen)):
        seen = _read(body, kind, given, device, at)
    before = queries.file_imported_before(device.id, seen.format, sha256(body)) if device else None
    other = _elsewhere(devices, near, device)
    return Look(name, devices, device, seen, proposed and device is not None, len(sample), other, before)


def _read(body: bytes, kind: str | None, given: Mapping[str, str], device: FileOf | None, at: datetime) -> Preview:
    options: Any = (device.options if device else None) or {}
    saved = {code: answers for code, answers in options.items() if isinstance(answers, dict)}
    return preview(body, kind, given, saved, device.zone if device else "UTC", at)


def _propose(devices: Sequence[FileOf], near: Mapping[int, int], name: str, seen: Preview) -> FileOf | None:
    """Whoever has such punches already; whose serial is in the name; whose number is in the file; the only one."""
    have = sorted((each for each in devices if near.get(each.id)), key=lambda each: -near[each.id])
    named = [each for each in devices if len(each.serial) > 3 and each.serial.lower() in name.lower()]
    numbered = [each for each in devices if seen.machine and (each.options or {}).get("machine") == seen.machine]
    for found in (have[:1], named, numbered, devices):
        if len(found) == 1:
            return found[0]
    return None


def _elsewhere(devices: Sequence[FileOf], near: Mapping[int, int], device: FileOf | None) -> tuple[FileOf, int] | None:
    most = max(devices, key=lambda each: near.get(each.id, 0), default=None)
    if most is None or device is None or near.get(most.id, 0) <= near.get(device.id, 0):
        return None
    return most, near[most.id]
