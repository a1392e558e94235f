"""The five columns of ZKTeco relatives: id, time, something, key, something."""

from collections.abc import Sequence

from webapp.core.errors import N_
from webapp.devices.adapters.file.lines import alike, cells_of, one_machine, read
from webapp.devices.adapters.file.shape import Answers, Choice, Format, Question, answer
from webapp.devices.adapters.file.text import Head, numbered
from webapp.devices.rules import Parsed

_DEVICE = {"machine": 0, "status": 1, "verify": 2}
_VERIFY = {"verify": 0, "status": 1, "work_code": 2}


def detect(head: Head) -> int:
    return alike(head, (3,))


def questions(body: bytes, answers: Answers) -> Sequence[Question]:
    """A number that changes from line to line is not that of the device; one that does not may be either."""
    third = {cells[1][0] for _, line in numbered(body) if (cells := cells_of(line)) and cells[1]}
    if len(third) > 1:
        return [Question("third", [Choice("verify", "file_third_verify")], "verify")]
    choices = [Choice("device", "file_third_device"), Choice("verify", "file_third_verify")]
    return [Question("third", choices, answer("third", choices, answers))]


def parse(body: bytes, answers: Answers) -> Parsed:
    return read(body, _VERIFY if answers.get("third") == "verify" else _DEVICE)


FORMAT = Format("attlog5", N_("attlog, 5 columns"), detect, parse, questions, machine=lambda body: one_machine(body))
