"""What a file would bring, before anybody agrees to it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from webapp.core.errors import Invalid
from webapp.devices.adapters.file import detect, formats
from webapp.devices.adapters.file.shape import Answers, Question, settled
from webapp.devices.adapters.file.text import numbered
from webapp.devices.rules import Arrival, Bad, Line, Parsed, moment, printable, quality

_FIRST = 20


@dataclass(frozen=True, slots=True)
class Preview:
    """`rows` are the first ones as they are understood; while a question is open, as they are written only."""

    format: str
    questions: Sequence[Question]
    parsed: Parsed
    machine: str | None
    written: Sequence[str] = ()
    rows: Sequence[tuple[Line, str]] = ()
    """With the quality of their time."""
    people: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    bad: Mapping[str, int] = field(default_factory=dict)
    span: tuple[str, str] | None = None
    """The first and the last believed time."""

    @property
    def open(self) -> list[Question]:
        return [question for question in self.questions if question.open]

    @property
    def answers(self) -> dict[str, str]:
        return settled(self.questions)

    @property
    def bad_rows(self) -> Sequence[Bad]:
        return [replace(line, text=printable(line.text)) for line in self.parsed.bad[:_FIRST]]


def preview(
    body: bytes, kind: str | None, given: Answers, saved: Mapping[str, Answers], zone: str, at: datetime
) -> Preview:
    """`saved`: what was answered for each format of the device before. Raises Invalid for a file that is none."""
    code = kind if kind in formats() else detect(body)
    if code is None:
        raise Invalid("file_unknown", "file")
    chosen = formats()[code]
    asked = chosen.questions(body, {**saved.get(code, {}), **given})
    if any(question.open for question in asked):
        return Preview(code, asked, Parsed(), chosen.machine(body), written=_written(code, body))
    return _counted(Preview(code, asked, chosen.parse(body, settled(asked)), chosen.machine(body)), zone, at)


def samples(parsed: Parsed, most: int = 40) -> list[tuple[str, str]]:
    """(id, time) of lines from all over the file, to see whose they are."""
    step = max(1, len(parsed.lines) // most)
    return sorted({(line.pin, line.time) for line in parsed.lines[::step][:most]})


def _counted(seen: Preview, zone: str, at: datetime) -> Preview:
    arrival = Arrival(at)
    lines = {(line.pin, line.time): line for line in seen.parsed.lines}
    words = {key: quality(line.at or moment(line.time, zone), arrival) for key, line in lines.items()}
    first = seen.parsed.lines[:_FIRST]
    good = sorted(time for (_, time), word in words.items() if word == "ok")
    return Preview(
        seen.format,
        seen.questions,
        seen.parsed,
        seen.machine,
        rows=[(replace(line, text=printable(line.text)), words[line.pin, line.time]) for line in first],
        people=len({line.pin for line in seen.parsed.lines}),
        held=Counter(word for word in words.values() if word != "ok"),
        bad=Counter(line.reason for line in seen.parsed.bad),
        span=(good[0], good[-1]) if good else None,
    )


def _written(code: str, body: bytes) -> list[str]:
    """Columns are shown with the question about them; other files as their first lines."""
    if code == "xlsx":
        return []
    return [printable(line) for _, line in numbered(body[: 64 * 1024])][:_FIRST]
