"""Photos of visits of the last few days, and of every visit where the branch asks for one."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from time import sleep

from webapp.attendance import service as attendance
from webapp.core import files
from webapp.core.db import do
from webapp.core.pictures import read_picture
from webapp.demo.acts import Act, Visit, client_id, is_fresh
from webapp.demo.days import BREATH, Stage, forget
from webapp.demo.pictures import shelf

ASKED = ("SG", "specialty")
"""Branch and store type that asks for a photo since the first of these days."""
FORGOTTEN = 0.08
SHARE = 0.2


def take(stage: Stage, acts: Sequence[Act], until: datetime) -> None:
    """Sent a minute or two after each check-in; again it changes nothing."""
    for act in acts:
        if is_fresh(stage.story, act.on):
            for visit in _pictured(stage, act):
                at = visit.in_at + timedelta(seconds=90)
                if at <= until:
                    _send(stage, act, visit, at)


def _pictured(stage: Stage, act: Act) -> Iterator[Visit]:
    for visit in act.visits:
        chance = stage.story.dice(visit.client_id, "photo").random()
        wanted = 1 - FORGOTTEN if (act.member.office, visit.place.kind) == ASKED else SHARE
        if not visit.undone and visit.doubt != "sent_late" and (chance < wanted or act.member.staff_no == "R001"):
            yield visit


def _send(stage: Stage, act: Act, visit: Visit, at: datetime) -> None:
    data = shelf(stage.story.dice(visit.client_id, "shelf"))
    picture = read_picture(data)
    name = files.put(picture.jpeg, small=picture.small, at=at)
    taken = attendance.Taken(
        client_id(visit.client_id, "photo"), visit.client_id, name, files.sha256(data), picture.phash,
        picture.width, picture.height, len(picture.jpeg), at - timedelta(seconds=20),
    )  # fmt: skip
    do(_record, stage=stage, act=act, taken=taken, at=at)
    files.settle(name)
    sleep(BREATH)


def _record(*, stage: Stage, act: Act, taken: attendance.Taken, at: datetime) -> None:
    employee_id = stage.actors[act.member.staff_no].id
    attendance.record_photo(employee_id=employee_id, taken=taken, at=at)
    if act.on != stage.story.today:
        forget(employee_id, act.on)
