"""What reps proposed, positions and stores not in the list: the same page for whoever may decide."""

from typing import Any, Literal

from flask import Blueprint, Response, flash

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.sites import queries, rules, service


class DecisionForm(Form):
    decision: Literal["approved", "rejected"]
    reason: str | None = None


def make(*, name: str, url: str, template: str, roles: tuple[Role, ...]) -> Blueprint:
    """A blueprint with the open proposals at `url` and the decision below it."""
    bp = Blueprint(name, __name__, url_prefix=url)

    @bp.get("")
    @allow(*roles)
    def index() -> Response:
        return _show(template, blank())

    @bp.post("/<int:proposal_id>")
    @allow(*roles)
    def decide(proposal_id: int) -> Response:
        form = read_form(DecisionForm)
        queries.proposal_state(me(), proposal_id)
        if not form.ok:
            return _show(template, form, proposal_id)
        try:
            _decide(proposal_id, form.data)
        except DomainError as error:
            return _show(template, form.refuse(error), proposal_id)
        approved = form.data.decision == "approved"
        flash(gettext("The site has a position now.") if approved else gettext("Not taken over."), "ok")
        return hx.redirect(url)

    return bp


def _decide(proposal_id: int, data: DecisionForm) -> None:
    reason = rules.short(data.reason or "", "reason", 300) or None
    values = {"decision": data.decision, "reason": reason}
    do(service.decide_proposal, by=me(), proposal_id=proposal_id, at=clock.now(), **values)


def _show(template: str, form: Bound[DecisionForm], proposal_id: int | None = None) -> Response:
    return show_proposals(template, form, about=proposal_id)


def show_proposals(template: str, form: Bound[Any], about: int | None = None, store: int | None = None) -> Response:
    """`about`, `store`: the position or the store the form belongs to."""
    found = [
        (item, rules.picture((item.lat, item.lng), item.radius_m, [(item.lat, item.lng, item.accuracy_m)]))
        for item in queries.proposals(me())
    ]
    return hx.respond(
        template, status=form.status, form=form, found=found, about=about, store=store, stores=queries.new_sites(me())
    )
