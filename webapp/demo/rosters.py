"""Rosters and plans: two weeks to come are written by hand, the others are copies of them, as offices do it."""

from collections.abc import Iterator, Sequence
from datetime import date
from time import sleep

from webapp.core.db import db, do
from webapp.demo import company
from webapp.demo.book import Book
from webapp.demo.cast import Member
from webapp.demo.days import BREATH, Stage
from webapp.demo.plan import DAY, WEEK, Story, weeks
from webapp.schedules import service as schedules


def write(stage: Stage) -> None:
    """From the first week of the story to the second after today; written before, it stays."""
    story = stage.story
    book = Book(story, company.employee_ids(), company.branch_ids(), company.site_ids(), company.shift_ids())
    db.session.remove()
    monday = story.today - story.today.weekday() * DAY + WEEK
    for member in story.cast:
        for first in (monday, monday + WEEK):
            do(_pattern, book=book, member=member, dates=[first + n * DAY for n in range(7)])
            sleep(BREATH)
    for week in weeks(story.first_on, story.today):
        _copy(stage, book, monday if (monday - week).days // 7 % 2 == 0 else monday + WEEK, week)
    for member, dates in _unusual(story):
        do(_correct, book=book, member=member, dates=dates)
        sleep(BREATH)


def _pattern(*, book: Book, member: Member, dates: Sequence[date]) -> None:
    for on in dates:
        book.pattern(member, on, book.story.begins_at)


def _correct(*, book: Book, member: Member, dates: Sequence[date]) -> None:
    for on in dates:
        book.correct(member, on, book.story.begins_at)


def _copy(stage: Stage, book: Book, source: date, week: date) -> None:
    story = stage.story
    for code, staff_no in (("SH", "H001"), ("SG", "H002")):
        team = [m for m in story.cast if m.office == code and story.employed(m, week)]
        if team:
            do(
                schedules.copy_week,
                by=stage.actors[staff_no],
                people=[book.people[member.staff_no] for member in team],
                from_monday=source,
                to_monday=week,
                at=story.begins_at,
            )
            sleep(BREATH)


def _unusual(story: Story) -> Iterator[tuple[Member, list[date]]]:
    """Days a copied week gets wrong: holidays and leave."""
    span = [story.first_on + n * DAY for n in range((story.today - story.first_on).days + 15)]
    for member in story.cast:
        free = story.holidays.get(member.office, frozenset())
        dates = [
            on
            for on in span
            if on != story.today and story.employed(member, on) and (on in free or story.on_leave(member, on))
        ]
        if dates:
            yield member, dates
