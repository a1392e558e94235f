"""Writing the story's rosters and plans into the schedules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from webapp.demo.cast import Member
from webapp.demo.plan import Story
from webapp.schedules import service as schedules
from webapp.schedules.rules import PlannedStop


@dataclass(frozen=True)
class Book:
    """Ids by staff number, branch code, site code, and branch and name of a shift."""

    story: Story
    people: Mapping[str, int]
    branches: Mapping[str, int]
    sites: Mapping[str, int]
    shifts: Mapping[tuple[int, str], int]

    def plan(self, member: Member, on: date, at: datetime) -> None:
        """One working day."""
        name = self.story.shift(member, on)
        if name or on in self.story.holidays.get(member.office, ()):
            shift_id = self.shifts[self.branches[member.office], name] if name else None
            self._roster(member, on, "work", at, shift_id)
        stops = self.story.stops(member, on)
        planned = [PlannedStop(self.sites[stop.place.code], stop.starts, stop.ends) for stop in stops]
        self._stops(member, on, planned, at)

    def pattern(self, member: Member, on: date, at: datetime) -> None:
        """A day of the week that others are copied from: no holiday, no leave."""
        if self.story.rests(member, on):
            self._roster(member, on, "rest", at)
        else:
            self.plan(member, on, at)

    def correct(self, member: Member, on: date, at: datetime) -> None:
        """A day that the copy of another week got wrong."""
        if self.story.works(member, on):
            self.plan(member, on, at)
            return
        self._stops(member, on, [], at)
        if not self.story.rests(member, on):
            self._roster(member, on, None, at)

    def _roster(self, member: Member, on: date, kind: str | None, at: datetime, shift_id: int | None = None) -> None:
        who = self.people[member.staff_no]
        schedules.set_day(by=None, employee_id=who, work_date=on, kind=kind, shift_id=shift_id, at=at)

    def _stops(self, member: Member, on: date, stops: list[PlannedStop], at: datetime) -> None:
        schedules.set_plan(by=None, employee_id=self.people[member.staff_no], work_date=on, stops=stops, at=at)
