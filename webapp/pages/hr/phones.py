"""New phones, for HR; and taking one away from a person."""

from flask import Response, flash

from webapp.attendance import service
from webapp.core import clock, hx
from webapp.core.authz import OFFICE, allow, me
from webapp.core.db import do
from webapp.core.i18n import _ as gettext
from webapp.pages.phones import make
from webapp.people.queries.devices import owner_of

bp = make(name="hr_phones", url="/hr/phones", back="/hr/phones", roles=tuple(OFFICE))


@bp.post("/<int:device_id>/remove")
@allow(*OFFICE)
def remove(device_id: int) -> Response:
    owner = owner_of(me(), device_id)
    do(service.remove_phone, by=me(), device_id=device_id, at=clock.now())
    flash(gettext("The phone is removed."), "ok")
    return hx.redirect(f"/hr/people/{owner}#phones")
