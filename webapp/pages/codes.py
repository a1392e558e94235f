"""What the pages share that show a store's code: digits, QR, the screens that show it too."""

from typing import Any

import segno
from flask import Blueprint, Response, flash, request
from markupsafe import Markup

from webapp.core import clock, hx
from webapp.core.authz import Role, allow, me
from webapp.core.db import do
from webapp.core.errors import DomainError
from webapp.core.forms import Bound, Form, blank, read_form
from webapp.core.i18n import _ as gettext
from webapp.sites import service
from webapp.sites.queries import codes
from webapp.sites.queries.codes import CodeShown
from webapp.sites.rules.codes import STEP_S, spaced


class ScreenForm(Form):
    label: str = ""


def code_context(shown: CodeShown) -> dict[str, Any]:
    """What templates/_shared/code.html shows."""
    here = request.url_root.rstrip("/")
    address = f"{here}/code/{shown.site_id}/{shown.digits}" if shown.digits else None
    return {
        "shown": shown,
        "digits": spaced(shown.digits) if shown.digits else "",
        "qr": qr(address) if address else None,
        "step": STEP_S,
    }


def qr(text: str) -> Markup:
    """A QR code as SVG: black on white in every theme, no style attribute."""
    made = segno.make(text, error="m", micro=False)
    return Markup(made.svg_inline(border=3, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None))


def add_screens(bp: Blueprint, *, under: str, template: str, roles: tuple[Role, ...], home: str) -> None:
    """Opening and closing the screens of a site, below `under`; `home` is the page they are listed on."""

    @bp.post(f"{under}/<int:site_id>/screens")
    @allow(*roles)
    def open_screen(site_id: int) -> Response:
        """Answers with the address itself: it is shown once and stored nowhere."""
        form = read_form(ScreenForm)
        label = form.data.label if form.ok else ""
        try:
            token = do(service.open_screen, by=me(), site_id=site_id, label=label, at=clock.now())
        except DomainError as error:
            return show_screens(template, site_id, form.refuse(error))
        address = f"{request.url_root}screen/{token}"
        return hx.respond(
            template, site=codes.code_now(me(), site_id, clock.now()), screens=codes.screens(site_id), form=blank(),
            address=address, address_qr=qr(address), label=label,
        )  # fmt: skip

    @bp.post(f"{under}/screens/<int:screen_id>/close")
    @allow(*roles)
    def close_screen(screen_id: int) -> Response:
        site_id = do(service.close_screen, by=me(), screen_id=screen_id, at=clock.now())
        flash(gettext("The screen is closed. Its address opens nothing any more."), "ok")
        return hx.redirect(home.format(site_id=site_id))


def show_screens(template: str, site_id: int, form: Bound[Any]) -> Response:
    site = codes.code_now(me(), site_id, clock.now())
    return hx.respond(template, status=form.status, site=site, screens=codes.screens(site_id), form=form)
