"""Three attendance devices: one that is well, one nobody has heard since last night, one with strangers' ids."""

from datetime import datetime, timedelta

from sqlalchemy import select

from webapp.core import outbox
from webapp.core.db import conn
from webapp.demo.acts import Act
from webapp.demo.days import Stage
from webapp.demo.plan import DAY
from webapp.devices import service
from webapp.devices.models import Terminal
from webapp.devices.rules import Event, Fields, Line
from webapp.devices.service.store import Coming

WELL = "CJDE204860017"
_DOORS = (
    (WELL, "员工通道", ("SH-001",)),
    ("CJDE204860022", "收银台旁", ("SH-003",)),
    ("BOCK194160358", "仓库入口", ("SH-004", "SH-005")),
)
_STRANGERS = ("1107", "32", "0032")


def set_up(*, stage: Stage, acts: list[Act]) -> None:
    """As they stand when the story is made; nothing when they hang there already."""
    if conn().scalar(select(Terminal.id).where(Terminal.serial == WELL)) is not None:
        return
    at, branch = stage.story.made_at, stage.actors["H001"].branch_id
    began = stage.story.moment("SH", stage.story.today - 6 * DAY, "09:00")
    ids = [
        service.register(by=None, branch_id=branch, at=began, fields=Fields(
            serial, name, "zk_push", tuple(stage.sites[code] for code in codes), "Asia/Shanghai"))
        for serial, name, codes in _DOORS
    ]  # fmt: skip
    _well(stage, ids[0], acts, began, at)
    evening = stage.story.moment("SH", stage.story.today - DAY, "21:40")
    service.heard(terminal_id=ids[1], at=began, ip="10.8.3.22")
    _came(ids[1], [_line("61", evening - timedelta(minutes=70))], evening, live=False)
    service.heard(terminal_id=ids[1], at=evening, ip="10.8.3.22")
    _strangers(stage, ids[2], began, at)
    for terminal_id in ids:
        while service.digest(terminal_id=terminal_id, at=at).looked_at:
            pass
    outbox.forget(topic="raw_punches", keys=[str(terminal_id) for terminal_id in ids])


def call(*, at: datetime) -> None:
    """The one that is well calls, as it does all day."""
    terminal_id = conn().scalar(select(Terminal.id).where(Terminal.serial == WELL))
    if terminal_id is not None:
        service.heard(terminal_id=terminal_id, at=at, ip="10.8.1.17")


def _well(stage: Stage, terminal_id: int, acts: list[Act], began: datetime, at: datetime) -> None:
    """Those who came to its shop today punched a moment after their phone said so."""
    service.heard(terminal_id=terminal_id, at=began, ip="10.8.1.17")
    lines = []
    for act in acts:
        came = next((visit.in_at for visit in act.visits if visit.place.code == "SH-001" and visit.in_at < at), None)
        if came is None:
            continue
        pin = act.member.staff_no.lstrip("R").lstrip("0")
        service.assign(by=stage.actors["H001"], branch_id=stage.actors["H001"].branch_id, terminal_id=terminal_id,
                       pin=pin, employee_id=stage.actors[act.member.staff_no].id, first_on=stage.story.first_on,
                       last_on=None, at=began)  # fmt: skip
        lines.append(_line(pin, came + timedelta(seconds=40)))
    _came(terminal_id, lines, at, live=True)
    told = {"FirmVer": "Ver 8.0.4.2", "UserCount": "46", "PushVersion": "Ver 2.4.1"}
    service.remember(terminal_id=terminal_id, told=told, count=len(lines), at=at)
    service.set_skew(terminal_id=terminal_id, skew_s=-2, at=at)
    service.heard(terminal_id=terminal_id, at=at, ip="10.8.1.17")


def _strangers(stage: Stage, terminal_id: int, began: datetime, at: datetime) -> None:
    """Ids nobody has said anything about, and a punch from before its clock was set after a power cut."""
    service.heard(terminal_id=terminal_id, at=began, ip="10.8.4.58")
    mornings = [stage.story.moment("SH", stage.story.today - days * DAY, "08:51") for days in range(1, 6)]
    lines = [
        _line(pin, morning + timedelta(minutes=3 * n + morning.day % 4))
        for morning in mornings
        for n, pin in enumerate(_STRANGERS)
    ]
    _came(terminal_id, lines, mornings[0] + timedelta(hours=1), live=False)
    power_cut = stage.story.moment("SH", stage.story.today - DAY, "18:02")
    lost = Line("32", "2000-01-01 00:04:12", "32\t2000-01-01 00:04:12\t255\t1\t0\t0\t0")
    events = [Event("2000-01-01 00:00:03", "power_on"), Event(f"{_wall(power_cut)[:10]} 18:20:31", "time_set")]
    coming = Coming(terminal_id, "Asia/Shanghai", "push", power_cut, live=True)
    service.store_lines(lines=[lost], events=events, coming=coming)
    service.heard(terminal_id=terminal_id, at=at, ip="10.8.4.58")


def _came(terminal_id: int, lines: list[Line], received_at: datetime, *, live: bool) -> None:
    coming = Coming(terminal_id, "Asia/Shanghai", "push", received_at, live=live)
    service.store_lines(lines=lines, coming=coming)


def _line(pin: str, at: datetime) -> Line:
    wall = _wall(at)
    return Line(pin.lstrip("0") or pin, wall, f"{pin}\t{wall}\t255\t1\t0\t0\t0", status="255", verify="1")


def _wall(at: datetime) -> str:
    """What a clock in Shanghai shows."""
    return f"{at + timedelta(hours=8):%Y-%m-%d %H:%M:%S}"
