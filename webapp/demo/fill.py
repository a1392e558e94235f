"""Telling the company's history, date by date, while people already look around.

Every rep-day is one small unit of work, so that the web never waits long; a killed fill goes on where it was.
"""

from collections.abc import Callable
from datetime import date, datetime
from time import sleep

from sqlalchemy import update

from webapp.core import outbox
from webapp.core.clock import now
from webapp.core.db import conn, db, do
from webapp.core.queue import nudge, silence
from webapp.demo import company, devices, house, money, office, photos, requests, rosters
from webapp.demo.acts import FRESH, Act, act, is_fresh
from webapp.demo.cast import OFFICES, STAFF
from webapp.demo.days import BREATH, Stage, live, weigh
from webapp.demo.models import DemoStory, percent
from webapp.demo.plan import DAY, Story
from webapp.notifications.models import Notice
from webapp.people import queries as people
from webapp.rewards.service.telling import tell_settled


def fill(tell: Callable[[int], None] = lambda percent: None) -> bool:
    """Tell what is not told yet; `tell` hears the percentage after every date. False without a demo company."""
    story, row = company.told(), db.session.get(DemoStory, 1)
    if story is None or row is None:
        return False
    if row.complete:
        return True
    last = row.told_through or story.first_on - DAY
    db.session.remove()
    with silence():
        stage = _stage(story)
        if row.told_through is None:
            _today(stage)
            rosters.write(stage)
            requests.ask(stage)
        for on in (on for on in story.past() if on > last):
            _date(stage, on)
            do(_told, on=on)
            tell(percent(story.first_on, on, story.today))
        do(_complete, stage=stage)
    nudge()
    return True


def _stage(story: Story) -> Stage:
    known = [member.staff_no for member in (*STAFF, *story.cast)]
    actors = {number: people.as_actor(number, at=story.begins_at) for number in known}
    stage = Stage(story, {number: actor for number, actor in actors.items() if actor}, company.site_ids())
    db.session.remove()
    return stage


def _today(stage: Stage) -> None:
    """As far as today has come: whoever looks first looks here."""
    story, acts = stage.story, _acts(stage, stage.story.today)
    for rep in acts:
        if rep.visits and rep.visits[0].in_at <= story.made_at:
            do(live, stage=stage, act=rep, until=story.made_at)
            do(_announce, stage=stage, act=rep)
    do(house.open_screens_of, stage=stage)
    do(devices.set_up, stage=stage, acts=acts)
    photos.take(stage, acts, story.made_at)
    nudge()


def _announce(*, stage: Stage, act: Act) -> None:
    """Today's instant rewards are the worker's."""
    employee_id, on = stage.actors[act.member.staff_no].id, act.on.isoformat()
    outbox.put("day_changed", f"{employee_id}|{on}", {"employee_id": employee_id, "work_date": on}, now())


def _date(stage: Stage, on: date) -> None:
    """One work date from its morning to what was decided about it the day after."""
    story, acts = stage.story, _acts(stage, on)
    if story.today - on == FRESH * DAY:
        do(house.ask_for_photos, stage=stage)
    for rep in acts:
        do(live, stage=stage, act=rep, until=story.made_at)
        sleep(BREATH)
    photos.take(stage, acts, story.made_at)
    steps: list[tuple[date, str, Callable[[datetime], object]]] = [
        (on, "21:10", lambda at: weigh(stage=stage, acts=acts, at=at)),
        (on, "21:20", lambda at: [office.explain(stage, rep, at) for rep in acts if rep.ask == "late"]),
        (on, "21:30", lambda at: office.confirm(stage, acts, at)),
        (on, "21:40", lambda at: office.ask_for_money(stage, on, at)),
        (on + DAY, "09:20", lambda at: _decided(stage, on, at, 0.6)),
        (on + DAY, "10:00", lambda at: money.settle(stage, on, at)),
        (on + DAY, "10:01", lambda at: _say_settled(stage, on, at) if is_fresh(story, on) else None),
        (on + DAY, "10:20", lambda at: [office.explain(stage, rep, at) for rep in acts if rep.ask == "forgot_out"]),
        (on + DAY, "11:00", lambda at: _pay_day(stage, on + DAY, at)),
        (on + DAY, "14:00", lambda at: office.answer_requests(stage, at) if on.isoweekday() == 7 else None),
        (on + DAY, "15:00", lambda at: money.settle_again(stage, _decided(stage, on, at, 1.0), at)),
    ]
    for when, hhmm, step in steps:
        at = story.moment(OFFICES[0].code, when, hhmm)
        if at <= story.made_at:
            step(at)


def _say_settled(stage: Stage, on: date, at: datetime) -> None:
    do(tell_settled, pairs=[(employee_id, on) for employee_id in stage.ids()], at=at)


def _acts(stage: Stage, on: date) -> list[Act]:
    return [act(stage.story, member, on) for member in stage.story.working(on)]


def _decided(stage: Stage, on: date, at: datetime, share: float) -> set[money.Pair]:
    """Nobody has looked at the last few days yet."""
    return set() if is_fresh(stage.story, on) else office.decide(stage, on, at, share)


def _pay_day(stage: Stage, on: date, at: datetime) -> None:
    last = on - DAY
    if on.day == 1 and last.replace(day=1) >= stage.story.first_on:
        money.pay_month(stage, f"{last:%Y-%m}", at)


def _told(*, on: date) -> None:
    conn().execute(update(DemoStory).values(told_through=on))


def _complete(*, stage: Stage) -> None:
    """What is older than yesterday everybody has read."""
    money.open_the_past(first_on=stage.story.first_on)
    conn().execute(update(DemoStory).values(complete=True))
    seen = stage.story.moment(OFFICES[0].code, stage.story.today - DAY, "00:00")
    conn().execute(update(Notice).where(Notice.at < seen, Notice.read_at.is_(None)).values(read_at=Notice.at))
