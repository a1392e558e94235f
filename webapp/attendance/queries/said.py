"""The facts of one day as rows come, whatever their order."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Row

from webapp.attendance.rules import USUAL_POLICY, AttendancePolicy, DayFacts, Issue, Mark, Stamp, Word


class Said:
    """Rows of the statement in facts.py, one kind by its tag."""

    __slots__ = ("issues", "marks", "punches", "word")

    def __init__(self) -> None:
        self.marks: list[Mark] = []
        self.issues: list[Issue] = []
        self.punches: list[Stamp] = []
        self.word: Word | None = None

    def add(self, row: Row[Any]) -> None:
        if row.tag == "mark":
            self.marks.append(Mark(row.id, row.kind, row.at, row.ref, row.word))
        elif row.tag == "issue":
            self.issues.append(_issue(row))
        elif row.tag == "punch":
            self.punches.append(Stamp(row.id, row.at, row.ref, row.kind))
        elif row.kind != "undone":
            self.word = Word(row.kind, row.word)

    def facts(self, end: datetime, policy: AttendancePolicy) -> DayFacts:
        told = (end, self.marks, self.issues, self.word, self.punches)
        if policy is USUAL_POLICY:
            return DayFacts(*told)
        again = timedelta(seconds=policy.repeat_seconds)
        return DayFacts(*told, again=again, alone_waits=policy.device_alone == "waits")


def _issue(row: Row[Any]) -> Issue:
    asked, granted = (json.loads(text) if text else {} for text in (row.asked, row.granted))
    return Issue(row.id, row.kind, row.word, row.ref, asked, granted or {}, row.at is not None)
