"""The check page before people are told of their roster; the same for HR and supervisors."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.i18n import _ as gettext
from webapp.core.i18n import ngettext
from webapp.pages.roster import told_alone
from webapp.schedules import queries, service


@dataclass(frozen=True, slots=True)
class Shown:
    """Whom and which days the page before shows: `hidden` finds it again in a form, `back` is its address."""

    people: list[int]
    first: date
    last: date
    back: str
    hidden: dict[str, Any]
    branch_id: int


def add(bp: Blueprint, *, template: str, shown: Callable[[], Shown], roles: Collection[Role]) -> None:
    """Give a schedule's blueprint /publish."""

    @bp.get("/publish")
    @allow(*roles)
    def publish_check() -> Response:
        what = shown()
        news = queries.untold(me(), what.people, what.first, what.last, clock.now())
        known: dict[str, Any] = {"days": sum(len(one.cells) for one in news), "told_alone": told_alone(what.branch_id)}
        return hx.respond(template, news=news, what=what, **known)

    @bp.post("/publish")
    @allow(*roles)
    def publish() -> Response:
        what = shown()
        span: dict[str, Any] = {"first_on": what.first, "last_on": what.last}
        units = service.in_units(people=what.people)
        told = sum(do(service.publish, by=me(), people=some, at=clock.now(), **span)[0] for some in units)
        text = ngettext("%(num)s person was told.", "%(num)s people were told.", told)
        flash(text if told else gettext("Everybody knows their days already."), "ok")
        return hx.redirect(what.back)
