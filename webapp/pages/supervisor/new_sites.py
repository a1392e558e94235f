"""A store a rep of the team was at that is not in the list: its supervisor says that it is known."""

from flask import Blueprint, Response, flash
from pydantic import Field

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Form, read_form
from webapp.core.i18n import _ as gettext
from webapp.pages.proposals import show_proposals
from webapp.sites import queries, service

bp = Blueprint("supervisor_new_sites", __name__)
_PAGE = "supervisor/site_proposals.html"


class WordForm(Form):
    word: str = Field("", max_length=300)


@bp.post("/site-proposals/stores/<int:new_store_id>")
@allow(Role.SUPERVISOR)
def check(new_store_id: int) -> Response:
    form = read_form(WordForm)
    queries.new_site(me(), new_store_id)
    if not form.ok:
        return show_proposals(_PAGE, form, store=new_store_id)
    try:
        do(service.check_new_site, by=me(), proposal_id=new_store_id, word=form.data.word, at=clock.now())
    except DomainError as error:
        return show_proposals(_PAGE, form.refuse(error), store=new_store_id)
    flash(gettext("HR has your word now."), "ok")
    return hx.redirect("/site-proposals")
