"""What a shift asks of one date, as moments, computed plainly from decision 20; imports nothing of the product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.acceptance.month.world import DAY, Hours, Office

MINUTE = timedelta(minutes=1)
REACH = 240
NOON = timedelta(minutes=30)
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Expected:
    """What is asked of one person's date. kind: work | rest | holiday | leave. form: fixed | flexible | core | split.

    `whole`: the hours before leave took half of them.
    """

    kind: str
    starts: datetime
    ends: datetime
    grace: int
    whole: Span
    form: str = "fixed"
    core: Span | None = None
    breaks: tuple[Span, ...] = ()
    pause: int = 0
    minimum: int = 0
    serious: int = 0
    before: timedelta = REACH * MINUTE
    after: timedelta = REACH * MINUTE

    @property
    def works(self) -> bool:
        return self.kind == "work"

    @property
    def parts(self) -> list[Span]:
        if self.form != "split" or not self.works:
            return [(self.starts, self.ends)]
        return [(self.starts, self.breaks[0][0]), (self.breaks[0][1], self.ends)]

    @property
    def bounds(self) -> list[Span | None]:
        """By when to come and until when to stay, for each part; None: nobody says."""
        if not self.works or self.form == "flexible":
            return [None]
        return [self.core] if self.form == "core" else list(self.parts)

    def stayed(self, came: datetime, went: datetime) -> timedelta:
        """Without the breaks; flexible hours and those with a core are worked within the shift only."""
        if self.works and self.form in ("flexible", "core"):
            came, went = max(came, self.starts), min(went, self.ends)
        breaks = self.breaks if self.works else ()
        paused = sum((max(timedelta(), min(went, b) - max(came, a)) for a, b in breaks), timedelta())
        return max(timedelta(), went - came - paused)


def asked(office: Office, on: date, hours: Hours, kind: str, off: str = "") -> Expected:
    """`off`: the half of the shift that is leave."""
    begin, end = span(office, on, hours)
    if kind != "work":
        return Expected(kind, begin, end, hours.grace, (begin, end))
    terms = hours.terms
    placed = [_within(_placed(office, on, hours, one), begin, end) for one in terms.get("breaks", ())]
    breaks = tuple(one for one in placed if one is not None)
    core = _within(_placed(office, on, hours, terms["core"]), begin, end) if "core" in terms else None
    form = terms.get("kind", "fixed")
    form = "fixed" if form == "split" and placed[0] is None else "flexible" if form == "core" and not core else form
    pause, minimum = terms.get("break_minutes", 0), terms.get("minimum", 0)
    whole = begin, end
    if off:
        middle = _middle(begin, end, form, breaks)
        begin, end = (begin, middle[0]) if off == "second" else (middle[1], end)
        breaks = tuple(kept for one in breaks if (kept := _within(one, begin, end)))
        core, pause = core and _within(core, begin, end), pause // 2
        form = "fixed" if form == "split" else "flexible" if form == "core" and core is None else form
        room = (end - begin - sum((b - a for a, b in breaks), timedelta())) // MINUTE - pause
        minimum = max(0, min(minimum // 2, room))
    reach = terms.get("before", REACH) * MINUTE, terms.get("after", REACH) * MINUTE
    return Expected(
        kind, begin, end, hours.grace, whole, form, core, breaks, pause, minimum, terms.get("serious", 0), *reach
    )


def span(office: Office, on: date, hours: Hours) -> Span:
    """Of a shift on a work date. A time the clocks jump over is the moment after the jump."""
    zone = ZoneInfo(office.zone)
    starts, ends = time.fromisoformat(hours.start), time.fromisoformat(hours.end)
    begin = datetime.combine(on, starts, zone).astimezone(UTC)
    end = datetime.combine(on + DAY if ends <= starts else on, ends, zone).astimezone(UTC)
    return begin, max(begin, end)


def _placed(office: Office, on: date, hours: Hours, clock: tuple[str, str]) -> Span:
    """A time of day before the shift's start is on the next date."""
    zone = ZoneInfo(office.zone)
    first, last = (
        datetime.combine(on + DAY if one < hours.start else on, time.fromisoformat(one), zone).astimezone(UTC)
        for one in clock
    )
    return first, last


def _within(one: Span, begin: datetime, end: datetime) -> Span | None:
    first, last = max(one[0], begin), min(one[1], end)
    return (first, last) if first < last else None


def _middle(begin: datetime, end: datetime, form: str, breaks: tuple[Span, ...]) -> Span:
    """Where the halves meet: the gap, the longest break of half an hour in the middle half, the middle."""
    if form == "split":
        return breaks[0]
    quarter = (end - begin) / 4
    fit = [(a, b) for a, b in breaks if b - a >= NOON and a >= begin + quarter and b <= end - quarter]
    if fit:
        return max(fit, key=lambda one: one[1] - one[0])
    middle = begin + (end - begin) // 2 // MINUTE * MINUTE
    return middle, middle
