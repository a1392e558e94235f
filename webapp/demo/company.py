"""Setting the company up: branches, people, sites and today's plan, in about a second, before the port opens."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from webapp.core import clock, outbox
from webapp.core.db import conn, db, do
from webapp.core.security import hash_password
from webapp.demo import cast, house, places
from webapp.demo.book import Book
from webapp.demo.cast import Member, Office
from webapp.demo.models import DemoStory
from webapp.demo.plan import LEAVES, SHIFTS, Story
from webapp.people import service as people
from webapp.people.models import Branch, Employee, Team
from webapp.people.rules import CONSENT_TEXT
from webapp.schedules import service as schedules
from webapp.schedules.models import CalendarDay, Shift
from webapp.schedules.service.opening import open_branch
from webapp.sites import service as sites
from webapp.sites.models import Site, StoreType
from webapp.sites.rules import Datum, SiteFields


def prepare(story: Story | None = None) -> bool:
    """Make the company in an empty database; nothing when there is one. True when a demo company is there now."""
    if db.session.get(DemoStory, 1) is not None:
        return True
    if db.session.scalar(select(Branch.id).limit(1)) is not None:
        return False
    do(_set_up, story=story or Story(clock.now()), password_hash=hash_password(cast.PASSWORD))
    return True


def told() -> Story | None:
    """The story this database was made with."""
    row = db.session.get(DemoStory, 1)
    if row is None:
        return None
    story = Story(row.made_at, row.seed, row.days, tuple(row.reps))
    return replace(story, holidays=_holidays())


def _set_up(*, story: Story, password_hash: str) -> None:
    at = story.begins_at
    row = DemoStory(id=1, seed=story.seed, made_at=story.made_at, days=story.days, reps=list(story.reps))
    row.first_on, row.today, row.complete = story.first_on, story.today, False
    db.session.add(row)
    for office in cast.OFFICES:
        _open(office, story, at)
    known = replace(story, holidays=_holidays())
    staff = [member for member in cast.PEOPLE if member.role != "rep" or member in story.cast]
    ids = _hire(staff, known, password_hash, at)
    _site_list(ids, at)
    house.set_fences(at=at)
    book = Book(known, ids, branch_ids(), site_ids(), shift_ids())
    for member in known.working(story.today):
        book.plan(member, story.today, story.made_at)
    for staff_no, first, last, kind, note in LEAVES:
        _leave(known, staff_no, ids.get(staff_no), (first, last), kind, note)
    outbox.forget(topic="schedule_changed")
    outbox.forget(topic="roster_changed")


def _open(office: Office, story: Story, at: datetime) -> None:
    """The past opens when it is told: until then nobody but the teller settles or closes its days."""
    branch = open_branch(
        by=None,
        at=at,
        settled_from=story.first_on,
        code=office.code,
        name=office.name,
        timezone=office.timezone,
        currency=office.currency,
        language=office.language,
        country=office.country,
        workdays=(1, 2, 3, 4, 5, 6, 7),
    )
    years = {story.first_on.year, story.today.year, (story.today + timedelta(days=90)).year}
    schedules.seed_calendar(by=None, branch_id=branch.id, years=sorted(years), at=at)
    for name, (start, end, grace) in SHIFTS.items():
        schedules.create_shift(
            by=None, branch_id=branch.id, name=name, start=start, end=end, grace_minutes=grace, at=at
        )
    for team in cast.TEAMS[office.code]:
        people.create_team(by=None, branch_id=branch.id, name=team, at=at)
    conn().execute(update(Branch).where(Branch.id == branch.id).values(settled_from=story.today))


def _hire(staff: list[Member], story: Story, password_hash: str, at: datetime) -> dict[str, int]:
    branches, teams = branch_ids(), {(team.branch_id, team.name): team.id for team in db.session.scalars(select(Team))}
    made = {}
    for n, member in enumerate(staff):
        office, branch_id = cast.office_of(member.office), branches[member.office]
        joined_on = story.joined_on(member)
        one = people.hire(
            by=None,
            staff_no=member.staff_no,
            name=member.name,
            branch_id=branch_id,
            joined_on=joined_on,
            left_on=story.left_on(member),
            at=at,
            role=member.role,
            employer=member.employer,
            team_id=teams.get((branch_id, member.team)),
            phone=f"{office.area_code}{10_000_000 + n * 7919 if office.code == 'SH' else 100_000 + n * 7919}",
            language=member.language or None,
            password_hash=password_hash,
            salary=_salary(member, story) if member.employer == "own" else None,
            scope=list(branches.values()) if member.staff_no in cast.SCOPED else (),
        )
        made[member.staff_no] = one.id
        if member.role == "rep":
            people.answer_consent(employee_id=one.id, text_version=CONSENT_TEXT, given=True, at=at)
    return made


def _salary(member: Member, story: Story) -> int:
    """Minor units a month; the office earns more."""
    usual = cast.office_of(member.office).salary * {"rep": 10, "supervisor": 14}.get(member.role, 17) // 10
    return usual * (90 + story.dice(member.staff_no, "salary").randrange(0, 30)) // 100 // 50 * 50 * 100


def _site_list(ids: dict[str, int], at: datetime) -> None:
    branches = branch_ids()
    kinds = {(kind.branch_id, kind.code): kind.id for kind in db.session.scalars(select(StoreType))}
    for place in places.PLACES:
        office = place.code[:2]
        fields = SiteFields(
            code=place.code,
            name=place.name,
            store_type_id=kinds[branches[office], place.kind],
            place=None if place.code in places.UNPLACED else (place.lat, place.lng),
            datum=Datum.WGS84,
            radius_m=place.radius_m,
            brand=place.brand,
            address=place.address,
            supervisors=_supervisors(place, ids),
            polygon=house.OUTLINES.get(place.code, ()),
        )
        sites.create_site(by=None, branch_id=branches[office], fields=fields, at=at)


def _supervisors(place: places.Place, ids: dict[str, int]) -> tuple[int, ...]:
    area = [m for m in cast.STAFF if m.role == "supervisor" and (m.office, m.area) == (place.code[:2], place.area)]
    return tuple(ids[m.staff_no] for m in area if m.employer == "own" or place.client_staffed)


def _leave(story: Story, staff_no: str, employee_id: int | None, span: tuple[int, int], kind: str, note: str) -> None:
    first, last = (story.today + timedelta(days=days) for days in span)
    if employee_id is None or first < story.first_on:
        return
    at = min(story.made_at, max(story.begins_at, story.moment(cast.OFFICES[0].code, first, "08:10")))
    schedules.record_leave(by=None, employee_id=employee_id, first_on=first, last_on=last, kind=kind, note=note, at=at)


def branch_ids() -> dict[str, int]:
    return _by_name(Branch.__table__.c.code, Branch.__table__.c.id)


def employee_ids() -> dict[str, int]:
    return _by_name(Employee.__table__.c.staff_no, Employee.__table__.c.id)


def site_ids() -> dict[str, int]:
    return _by_name(Site.__table__.c.code, Site.__table__.c.id)


def shift_ids() -> dict[tuple[int, str], int]:
    return {(row.branch_id, row.name): row.id for row in conn().execute(select(Shift.branch_id, Shift.name, Shift.id))}


def _by_name(name: ColumnElement[str], key: ColumnElement[int]) -> dict[str, int]:
    return {row[0]: row[1] for row in conn().execute(select(name, key))}


def _holidays() -> dict[str, frozenset[date]]:
    """Days off by branch code."""
    rows = conn().execute(
        select(Branch.code, CalendarDay.on).join(Branch, Branch.id == CalendarDay.branch_id).where(
            CalendarDay.kind == "holiday"
        )
    )  # fmt: skip
    found: dict[str, set[date]] = {}
    for code, on in rows:
        found.setdefault(code, set()).add(on)
    return {code: frozenset(days) for code, days in found.items()}
