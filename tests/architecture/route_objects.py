"""What the permission matrix puts into URLs and forms. Whoever adds a route adds its objects here.

OBJECTS: URL parameter -> function of the company and the staff number of who asks, called in an app context;
    gives (an object that person may see, one of another branch or person).
FORMS: endpoint -> a form that gets past validation, so that the object itself is looked up.
LOOKS: pages that may write down who looked (docs/decisions/12), and nothing else.
EMPTY_HANDED: endpoints that answer something else than 2xx or 3xx to a plain GET, with the status.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

from flask import current_app
from sqlalchemy import select

from tests import factories
from tests.attendance.days import evidence, subject
from tests.support import apps, money, shots
from tests.support.company import Company
from tests.wallet.people import signed_in
from webapp.attendance import service as attendance
from webapp.attendance.models import AttendanceException, Photo
from webapp.core import clock, files
from webapp.core.db import db, do
from webapp.core.import_store import ImportBatch
from webapp.core.pictures import read_picture
from webapp.core.secrets import seal
from webapp.devices import service as devices
from webapp.devices.models import PinHolder, RawPunch, UnknownSerial
from webapp.notifications.models import Channel, Delivery, Notice
from webapp.payroll import service as payroll
from webapp.payroll.models import PayslipQuestion
from webapp.people.models import Branch, Delegation, Device, Employee, SavedView, Team
from webapp.schedules.models import Leave, LeaveRequest, LeaveType, RosterPattern, Shift, SwapRequest
from webapp.sites.models import NewSite, Site, SiteProposal, SiteScreen
from webapp.sites.rules.codes import screen_mark
from webapp.visits import service as visits
from webapp.wallet.rules import month_of


def _import(kind: str) -> Callable[[Company, str], tuple[object, object]]:
    """An upload belongs to whoever sent it."""

    def objects(company: Company, who: str) -> tuple[object, object]:
        return _upload(kind, company.people[who]), _upload(kind, company.people["R101"])

    return objects


def _upload(kind: str, owner: Employee) -> int:
    batch = ImportBatch(kind=kind, branch_id=owner.branch_id, owner_id=owner.id, filename="x.csv", options={},
                        unknown_headers=[], created_at=clock.now())  # fmt: skip
    return factories.save(batch).id


def _team(company: Company, who: str) -> tuple[object, object]:
    branches = (company.people[who].branch_id, company.other_branch.id)
    mine, other = (factories.save(Team(branch_id=n, name=f"Team {uuid4()}")) for n in branches)
    return mine.id, other.id


def _saved_view(company: Company, who: str) -> tuple[object, object]:
    known = {"page": "inbox", "query": "sent=1", "created_at": clock.now()}
    people = (company.people[who], company.people["H101"])
    mine, other = (factories.save(SavedView(owner_id=one.id, name=str(uuid4()), **known)) for one in people)
    return mine.id, other.id


def _proposal(company: Company, who: str) -> tuple[object, object]:
    return _propose(company.sites[0], company.people["R002"]), _propose(company.other_site, company.people["R101"])


def _propose(site: Site, rep: Employee) -> int:
    spot = {"lat": 31.2, "lng": 121.4, "accuracy_m": 9.0, "proposed_at": clock.now()}
    return factories.save(SiteProposal(site_id=site.id, employee_id=rep.id, client_id=str(uuid4()), **spot)).id


def _new_store(company: Company, who: str) -> tuple[object, object]:
    return _missing(company.people["R002"]), _missing(company.people["R101"])


def _missing(rep: Employee) -> int:
    said = {"client_id": str(uuid4()), "fingerprint": "x", "name": "Corner", "note": "", "proposed_at": clock.now()}
    return factories.save(NewSite(employee_id=rep.id, branch_id=rep.branch_id, **said)).id


def _shift(company: Company, who: str) -> tuple[object, object]:
    branches, hours = (company.branch.id, company.other_branch.id), {"start": "08:00", "end": "16:00"}
    mine, other = (factories.save(Shift(branch_id=n, name=f"Shift {uuid4()}", **hours)) for n in branches)
    return mine.id, other.id


def _pattern(company: Company, who: str) -> tuple[object, object]:
    branches, steps = (company.branch.id, company.other_branch.id), [{"kind": "rest", "shift_id": None}]
    mine, other = (factories.save(RosterPattern(branch_id=n, name=f"P {uuid4()}", steps=steps)) for n in branches)
    return mine.id, other.id


def _leave(company: Company, who: str) -> tuple[object, object]:
    days = {"first_on": date(2020, 1, 1), "last_on": date(2020, 1, 2), "kind": "sick", "recorded_at": clock.now()}
    people = (company.people["R002"], company.people["R101"])
    mine, other = (factories.save(Leave(employee_id=person.id, **days)) for person in people)
    return mine.id, other.id


def _leave_request(company: Company, who: str) -> tuple[object, object]:
    return _asks_for_leave(company.people["R001"]), _asks_for_leave(company.people["R101"])


def _asks_for_leave(rep: Employee) -> int:
    days = {"first_on": date(2026, 3, 2), "last_on": date(2026, 3, 2), "kind": "sick", "halves": 2, "steps": ["hr"]}
    known = {"client_id": str(uuid4()), "employee_id": rep.id, "branch_id": rep.branch_id, "asked_at": clock.now()}
    return factories.save(LeaveRequest(**days, **known)).id


def _leave_type(company: Company, who: str) -> tuple[object, object]:
    branches = (company.branch.id, company.other_branch.id)
    named = {"code": uuid4().hex[:12], "name_en": "Study", "name_zh": "学习"}
    mine, other = (factories.save(LeaveType(branch_id=branch_id, **named)) for branch_id in branches)
    return mine.id, other.id


def _swap(company: Company, who: str) -> tuple[object, object]:
    """Of one's own day, and of two people of the other branch."""
    elsewhere = factories.employee(company.other_branch)
    people = company.people
    return _wants_to_swap(people["R001"], people["R002"]), _wants_to_swap(people["R101"], elsewhere)


def _wants_to_swap(asker: Employee, other: Employee) -> int:
    on = date(2026, 3, 2)
    seen = [[person.id, on.isoformat(), "work", None, None, None, []] for person in (asker, other)]
    known = {"client_id": str(uuid4()), "branch_id": asker.branch_id, "asked_at": clock.now(), "seen": seen}
    return factories.save(SwapRequest(asker_id=asker.id, other_id=other.id, asker_on=on, **known)).id


def _exception(company: Company, who: str) -> tuple[object, object]:
    """Something open about a check-in that no longer is anything else's business."""
    mine, other = (
        factories.save(
            AttendanceException(
                dedup_key=str(uuid4()), employee_id=person.id, branch_id=person.branch_id, work_date=date(2026, 3, 2),
                kind="mistake", opened_at=clock.now(), params={"category": "other", "note": "x", "own": True},
            )
        )
        for person in (company.people["R001"], company.people["R101"])
    )  # fmt: skip
    return mine.id, other.id


def _withdrawal(company: Company, who: str) -> tuple[object, object]:
    """Finance and admin open anybody's of their branch, but decide only those of others."""
    mine = company.people["R001" if who in ("F001", "A001") else who]
    return money.withdrawal(mine), money.withdrawal(company.people["R101"])


def _notice(company: Company, who: str) -> tuple[object, object]:
    people = (company.people[who], company.people["R101"])
    known = {"code": "notice_try", "params": {}, "link": "/me", "at": clock.now()}
    mine, other = (factories.save(Notice(employee_id=one.id, dedup_key=str(uuid4()), **known)) for one in people)
    return mine.id, other.id


def _stand_in(company: Company, who: str) -> tuple[object, object]:
    mine = _absence(company.people[who if who[0] == "S" else "S001"], company.people["H001"])
    return mine, _absence(company.people["S101"], company.people["H101"])


def _absence(absent: Employee, deputy: Employee) -> int:
    days = {"first_on": date(2020, 1, 1), "last_on": date(2020, 1, 2), "made_at": clock.now()}
    return factories.save(Delegation(from_id=absent.id, to_id=deputy.id, **days)).id


def _channel(company: Company, who: str) -> tuple[object, object]:
    return _listen(company.branch).id, _listen(company.other_branch).id


def _listen(branch: Branch) -> Channel:
    known = {"kind": "wecom", "name": "Group", "target": seal("https://example.com/x"), "topics": ["exceptions"]}
    return factories.save(Channel(branch_id=branch.id, language="zh", **known))


def _delivery(company: Company, who: str) -> tuple[object, object]:
    """Under whatever channel it is looked for, only its own knows it."""
    known = {"code": "notice_channel_try", "params": {"branch": "x"}, "link": "/", "at": clock.now()}
    mine, other = (
        factories.save(Delivery(channel_id=_listen(branch).id, dedup_key=str(uuid4()), **known))
        for branch in (company.branch, company.other_branch)
    )
    return mine.id, other.id


def _visit(company: Company, who: str) -> tuple[object, object]:
    return _went_to(company.sites[0], company.people[who])[0], _went_to(company.other_site, company.people["R101"])[0]


def _tap(company: Company, who: str) -> tuple[object, object]:
    return _went_to(company.sites[0], company.people[who])[1], _went_to(company.other_site, company.people["R101"])[1]


def _screens(company: Company) -> tuple[tuple[int, str], tuple[int, str]]:
    """(id, secret part of the address) of a screen in a shop, and of one in the other branch's."""
    return _screen(company.sites[0], company.people["S001"]), _screen(company.other_site, company.people["S101"])


def _screen(site: Site, owner: Employee) -> tuple[int, str]:
    secret = uuid4().hex + uuid4().hex[:11]
    made = {"label": "Tablet", "opened_at": clock.now(), "opened_by": owner.id}
    return factories.save(SiteScreen(site_id=site.id, token_hash=screen_mark(secret), **made)).id, secret


def _went_to(site: Site, person: Employee) -> tuple[int, str]:
    """A visit of just now: its id, and the id its phone gave it."""
    branch = factories.db.session.get(Branch, person.branch_id)
    said = evidence(site, clock.now())
    done = do(visits.check_in, rep=subject(person, branch), evidence=said, site_id=site.id, at=clock.now())
    return done.visit_id, said.client_id


def _terminal(company: Company, who: str) -> tuple[object, object]:
    shops = ((company.branch, company.sites[0]), (company.other_branch, company.other_site))
    mine, other = (factories.terminal(branch, shop) for branch, shop in shops)
    for terminal in (mine, other):
        _raw(terminal.id, "7")
    return mine.id, other.id


def _held(company: Company, who: str) -> tuple[object, object]:
    mine, other = (_raw(door, "8", state="held", quality="future") for door in _terminal(company, who))
    return mine, other


def _holder(company: Company, who: str) -> tuple[object, object]:
    """Whose an id on the devices is."""
    mine, other = company.people["R001"], company.people["R101"]
    return _holds(mine), _holds(other)


def _holds(person: Employee) -> int:
    span = {"first_on": date(2026, 1, 1), "recorded_at": clock.now()}
    known = {"branch_id": person.branch_id, "employee_id": person.id, "pin": uuid4().hex[:12]}
    return factories.save(PinHolder(**known, **span)).id


def _raw(terminal_id: object, pin: str, **known: object) -> int:
    values = {"device_time": "2026-03-02 08:55:00", "zone": "UTC", "at": clock.now(), "line": "x", "source": "push"}
    more = {"quality": "ok", "state": "unmapped", "received_at": clock.now(), **known}
    return factories.save(RawPunch(terminal_id=terminal_id, pin=pin, **{**values, **more})).id


def _serial(company: Company, who: str) -> tuple[object, object]:
    """Devices that called while a pairing window was open."""
    mine, other = (f"NEW-{uuid4().hex[:12]}" for _ in range(2))
    seen = {"first_seen_at": clock.now(), "seen_at": clock.now()}
    factories.save(UnknownSerial(serial=mine, branch_id=company.branch.id, **seen))
    factories.save(UnknownSerial(serial=other, branch_id=company.other_branch.id, **seen))
    return mine, other


def _device(company: Company, who: str) -> tuple[object, object]:
    """A new phone of somebody of the branch, and one elsewhere."""
    return _phone_of(company.people["R001"], "waiting"), _phone_of(company.people["R101"], "waiting")


def _phone_of(person: Employee, state: str) -> int:
    seen = {"first_seen": clock.now(), "last_seen": clock.now()}
    return factories.save(Device(employee_id=person.id, key=uuid4().hex, label="iPhone", state=state, **seen)).id


def _photo(company: Company, who: str) -> tuple[object, object]:
    """The rep's at a shop of the supervisor, and one of another branch."""
    mine = _photographed(company.sites[0], company.people[who if who[0] == "R" else "R001"])
    return mine, _photographed(company.other_site, company.people["R101"])


def _photographed(site: Site, person: Employee) -> int:
    check_in = _went_to(site, person)[1]
    picture = read_picture(shots.jpeg(person.id))
    name = files.put(picture.jpeg, small=picture.small, at=clock.now())
    taken = attendance.Taken(str(uuid4()), check_in, name, name, picture.phash, 640, 480, len(picture.jpeg))
    check_in_id = do(attendance.record_photo, employee_id=person.id, taken=taken, at=clock.now())
    return factories.db.session.scalars(select(Photo.id).where(Photo.check_in_id == check_in_id)).one()


def _question(company: Company, who: str) -> tuple[object, object]:
    """Of whoever asks for it; HR answers those of a rep, which are their own as little as another branch's."""
    mine = company.people["R001" if who in ("H001", "A001", "F001") else who]
    return _asked(mine, company.people["H001"]), _asked(company.people["R101"], company.people["H101"])


def _asked(person: Employee, hr: Employee) -> int:
    slip, at = money.payslip(person, hr), clock.now()
    known = db.session.scalar(select(PayslipQuestion.id).where(PayslipQuestion.payslip_id == slip))
    said = {"slip_id": slip, "line": 0, "category": "base", "note": "x", "client_id": str(uuid4())}
    return known or do(payroll.ask_about_line, by=signed_in(person), at=at, **said)


def _staged(company: Company, who: str) -> tuple[object, object]:
    """An uploaded file is its owner's alone."""
    return _stage(company.people[who]), _stage(company.people["R101"])


def _stage(owner: Employee) -> str:
    body = f"{owner.id}\t2026-03-02 08:55:00\t1\t0\t1\t0\n".encode()
    files.add_part(owner.id, files.sha256(body), 0, body)
    return files.sha256(body)


def _file_import(company: Company, who: str) -> tuple[object, object]:
    return _imported(company.branch), _imported(company.other_branch)


def _imported(branch: Branch) -> int:
    known = {"name": "1_attlog.dat", "body": b"7\t2026-03-02 08:55:00\t1\t0\t1\t0\n", "kind": "attlog", "answers": {}}
    door = factories.terminal(branch)
    made = do(devices.import_file, by=None, terminal_id=door.id, machine=None, at=clock.now(), **known)
    return made[0]


OBJECTS: dict[str, Callable[[Company, str], tuple[object, object]]] = {
    "site_id": lambda company, who: (company.sites[0].id, company.other_site.id),
    "rest": lambda company, who: ("edata", "file/whatever"),
    "serial": lambda company, who: ("ZK000001", "ZK000002"),
    "key": lambda company, who: ("x" * 24, "y" * 24),
    "exception_id": _exception,
    "employee_id": lambda company, who: (company.people["R001"].id, company.people["R101"].id),
    "device_id": _device,
    "terminal_id": _terminal,
    "waiting_serial": _serial,
    "raw_punch_id": _held,
    "holder_id": _holder,
    "pin": lambda company, who: ("7", "7"),
    "phone_id": lambda company, who: tuple(_phone_of(company.people[one], "bound") for one in (who, "R101")),
    "branch_id": lambda company, who: (company.branch.id, company.other_branch.id),
    "sign_in_id": lambda company, who: (apps.add_sign_in(current_app, who), apps.add_sign_in(current_app, "R101")),
    "team_id": _team,
    "txn_id": lambda company, who: (money.entry(company.people[who]), money.entry(company.people["R101"])),
    "withdrawal_id": _withdrawal,
    "run_id": lambda company, who: (money.pay_run(company.people["H001"]), money.pay_run(company.people["H101"])),
    "slip_id": lambda company, who: (
        money.payslip(company.people[who], company.people["H001"]),
        money.payslip(company.people["R101"], company.people["H101"]),
    ),
    "question_id": _question,
    "proposal_id": _proposal,
    "new_store_id": _new_store,
    "visit_id": _visit,
    "channel_id": _channel,
    "delegation_id": _stand_in,
    "delivery_id": _delivery,
    "notice_id": _notice,
    "client_id": _tap,
    "photo_id": _photo,
    "view_id": _saved_view,
    "month": lambda company, who: (month_of(clock.now().date().replace(day=1) - timedelta(days=1)), "2026-13"),
    "pictured_id": lambda company, who: shots.sent_with(*_exception(company, who)),
    "on": lambda company, who: (clock.now().date().isoformat(), "no-date"),
    "screen_id": lambda company, who: tuple(screen for screen, _ in _screens(company)),
    "token": lambda company, who: (_screens(company)[0][1], "x" * 43),
    "digits": lambda company, who: ("123456", "123456"),
    "shift_id": _shift,
    "pattern_id": _pattern,
    "file_key": _staged,
    "device_import_id": _file_import,
    "leave_id": _leave,
    "leave_request_id": _leave_request,
    "leave_type_id": _leave_type,
    "swap_id": _swap,
    "store_type_id": lambda company, who: (company.store_type.id, company.other_store_type.id),
    **{f"{kind}_import_id": _import(kind) for kind in ("leave", "leave_days", "people", "plans", "roster")},
    **{f"{kind}_import_id": _import(kind) for kind in ("sales", "shift_hours", "shifts", "sites")},
}


def fill(parameters: list[str], company: Company, who: str, *, foreign: bool = False) -> dict[str, object]:
    """Values for a route's parameters; unknown ones are left to the test that asks for them."""
    return {name: OBJECTS[name](company, who)[foreign] for name in parameters}


FORMS: dict[str, dict[str, str]] = {
    "hr_settlement.again": {"work_date": "2026-03-02"},
    "hr_phones.decide": {"decision": "bound"},
    "supervisor_phones.decide": {"decision": "bound"},
}
LOOKS = {
    *(f"supervisor_confirm.{page}" for page in ("person", "absent_form", "pass_on_form")),
    *(f"hr_inbox.{page}" for page in ("show", "effect")),
}
EMPTY_HANDED: dict[str, int] = {
    "health.ready": 503,  # the matrix runs without Redis
    **dict.fromkeys(  # whoever is no registered terminal is refused
        (f"iclock.{call}" for call in ("shake_hands", "poll", "ping", "configure", "tell_time")), 403
    ),
    "iclock.unknown": 404,
}
