"""ZKTeco's USB export N_attlog.dat: id, time, device number, key, way of verifying, work code."""

from webapp.core.errors import N_
from webapp.devices.adapters.file.lines import alike, one_machine, read
from webapp.devices.adapters.file.shape import Answers, Format
from webapp.devices.adapters.file.text import Head
from webapp.devices.rules import Parsed

_PLACES = {"machine": 0, "status": 1, "verify": 2, "work_code": 3}
"""Behind the time. A push puts the key first; in a file the number of the device stands there."""


def detect(head: Head) -> int:
    return alike(head, (4, 5))


def parse(body: bytes, answers: Answers) -> Parsed:
    return read(body, _PLACES)


FORMAT = Format("attlog", N_("ZKTeco attlog, 6 columns"), detect, parse, machine=lambda body: one_machine(body))
