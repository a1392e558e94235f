"""Sending what is due, the summaries of the day, and forgetting what is old."""

import logging
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from jobs.base import job, read
from jobs.queues import LONG
from jobs.sweep import let_pass
from webapp.attendance.queries.asked import backlog
from webapp.core.clock import now
from webapp.core.db import do
from webapp.notifications import queries, service
from webapp.notifications.rules import Told
from webapp.people import queries as people
from webapp.wallet import queries as wallet

MORNING = "09:00"
ROUNDS = 200
log = logging.getLogger("onsite.notices")


@job(timeout=LONG)
def deliver() -> int:
    """Send what is due, a few at a time; whatever somebody waits for is done in between."""
    sent = 0
    for _ in range(ROUNDS):
        number = service.deliver_some(at=now(), now=now)
        sent += number
        if not number:
            break
        let_pass()
    do(service.ask_again, at=now())
    return sent


@job(timeout=LONG)
def digests() -> int:
    """Every ten minutes: what is due today by each branch's and each person's own clock, once a day."""
    at, made = now(), 0
    for channel in read(queries.all_channels):
        made += _channel_digest(channel, at)
    for branch in read(people.all_branches):
        local = at.astimezone(ZoneInfo(branch.timezone))
        if f"{local:%H:%M}" >= MORNING:
            made += _office_digest(branch.id, local.date(), at) + _finance_digest(
                branch.id, branch.name, local.date(), at
            )
    for employee_id, on, number in read(partial(queries.digests_due, at)):
        do(service.summarise, employee_id=employee_id, on=on, number=number, at=at)
        made += 1
    return made


@job(timeout=LONG)
def forget() -> int:
    """Once a day: browsers nobody is signed in on, and what is older than anybody looks."""
    return do(service.forget_dead, at=now()) + do(service.forget_old, at=now())


def _channel_digest(channel: queries.ChannelRow, at: datetime) -> int:
    local = at.astimezone(ZoneInfo(channel.timezone))
    if "exceptions" not in channel.topics or f"{local:%H:%M}" < channel.digest_at:
        return 0
    waits = read(partial(backlog, channel.branch_id, channel.team_id))
    if waits is None:
        return 0
    params = {"branch": channel.team or waits.branch, "number": waits.number, "day_on": waits.oldest.isoformat()}
    key = f"exceptions|{channel.branch_id}|{local:%Y-%m-%d}"
    said = {"topic": "exceptions", "code": "notice_waiting_many", "params": params, "link": "/hr/inbox"}
    return do(service.broadcast, branch_id=channel.branch_id, key=key, only=[channel.id], at=at, **said)


def _office_digest(branch_id: int, today: date, at: datetime) -> int:
    """Those who want each exception at once have heard of it already."""
    waits = read(partial(backlog, branch_id))
    if waits is None:
        return 0
    params = {"branch": waits.branch, "number": waits.number, "day_on": waits.oldest.isoformat()}
    officers = read(partial(queries.office_of, [branch_id], "hr", "admin", on=today))
    told = [
        Told(one.id, "notice_waiting_many", f"many|{branch_id}|{today}|{one.id}", "/hr/inbox", params)
        for one in officers
        if not one.each_exception
    ]
    return do(service.tell, told=told, at=at)


def _finance_digest(branch_id: int, name: str, today: date, at: datetime) -> int:
    number = read(partial(wallet.requested, branch_id))
    if not number:
        return 0
    officers = read(partial(queries.office_of, [branch_id], "finance", on=today))
    params = {"branch": name, "number": number}
    told = [
        Told(one.id, "notice_withdrawals", f"asked|{branch_id}|{today}|{one.id}", "/hr/withdrawals", params)
        for one in officers
    ]
    return do(service.tell, told=told, at=at)
