"""What every day is worth by the four rules a branch starts with, computed plainly; imports nothing of the product.

Allowance: the whole amount within the grace, 90 % to 15 minutes late, 70 % to an hour, nothing beyond. 50.00 for a
visit of ten minutes that counts, first per place and day, at most four. 50.00 for every tenth working day in a row
without late, early or missing. The sales target pays nothing here: nobody has one.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from tests.acceptance.month.known import Known
from tests.acceptance.month.oracle import MINUTE, Day, day, first_place, moments
from tests.acceptance.month.world import Month, Office

ALLOWANCE = {"CNY": 10000}
OTHERS = 5000
"""The allowance in any other currency, a visit, and a run of days: 50.00."""
RUN, MOST, SHORTEST = 10, 4, 10
GOOD = ("normal", "field_work")


def worth(month: Month, known: Known) -> tuple[dict[tuple[str, date], Day], dict[tuple[str, date], dict[str, int]]]:
    """Every day of everybody, and what each kind of rule pays for it in cents."""
    found: dict[tuple[str, date], Day] = {}
    paid: dict[tuple[str, date], dict[str, int]] = defaultdict(dict)
    for office in month.offices:
        for who, person in office.people.items():
            run = 0
            for on in (on for on in month.dates() if person.employed(on)):
                one = found[who, on] = day(known, office, who, on)
                run, good = after(run, one)
                paid[who, on] = {
                    "attendance_allowance": allowance(one, ALLOWANCE.get(office.currency, OTHERS)),
                    "effective_visit": OTHERS * visits(known, office, who, on, one),
                    "streak": OTHERS if good and run % RUN == 0 else 0,
                }
    return found, paid


def allowance(one: Day, amount: int) -> int:
    if one.status == "absent":
        return amount if one.excused else 0
    if one.undecided and not (one.status == "unheard" and one.first):
        return 0
    if one.status in ("missing_in", "leave", "rest") or not one.scheduled:
        return 0
    late = 0 if one.excused else one.late
    percent = 100 if not late else 90 if late <= 15 else 70 if late <= 60 else 0
    return amount * percent // 100


def visits(known: Known, office: Office, who: str, on: date, one: Day) -> int:
    """How many count."""
    if one.status == "absent" and not one.excused:
        return 0
    taps = [tap for tap in known.days_of_taps.get((who, on), ()) if tap.key not in known.undone]
    expected = known.expected(office, who, on, first_place(taps, known.fingers.get((who, on), ())))
    seen = {one.key: one for one in moments(known, office, on, taps, (), expected)}
    ends = {tap.of: seen[tap.key] for tap in taps if tap.kind == "out"}
    shops = set()
    for tap in sorted((tap for tap in taps if tap.kind == "in"), key=lambda tap: tap.tapped):
        begin, end = seen[tap.key], ends.get(tap.key)
        if begin.state != "counts" or end is None or end.state != "counts":
            continue
        if (end.at - begin.at) // MINUTE >= SHORTEST:
            shops.add(tap.place)
    return min(MOST, len(shops))


def after(run: int, one: Day) -> tuple[int, bool]:
    """The run of good days behind this one, and whether it counted."""
    if not one.scheduled or one.status in ("leave", "rest"):
        return run, False
    if one.status == "absent":
        return (run + 1, True) if one.excused else (0, False)
    if one.undecided:
        return run, False
    good = one.status in GOOD or (one.excused and one.status in ("late", "serious_late", "early_leave"))
    return (run + 1, True) if good else (0, False)
