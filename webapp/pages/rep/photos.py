"""Receiving photos of visits: from the phone's outbox in parts that may break off, from the plain form at once."""

import re
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, flash, make_response, render_template, request
from flask_limiter.util import get_remote_address
from flask_login import current_user

from webapp.attendance import queries as attendance
from webapp.attendance import service
from webapp.attendance.rules import read_evidence
from webapp.core import clock, files, hx
from webapp.core.authz import Role, SignedIn, allow, me
from webapp.core.db import do
from webapp.core.errors import Conflict, DomainError, Invalid
from webapp.core.forms import blank
from webapp.core.i18n import _ as gettext
from webapp.core.ids import client_id, new_id
from webapp.core.limits import limiter
from webapp.core.pictures import MOST_BYTES, read_picture
from webapp.pages.rep.visit import photo_parts, show_photo_form
from webapp.visits import queries as visits

bp = Blueprint("rep_photos", __name__)
LARGEST_PART = 256 * 1024
_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of a photo, and what the whole will be."""

    client_id: str
    check_in: str
    offset: int
    size: int
    sha: str
    taken_at: datetime | None

    @property
    def key(self) -> str:
        return f"{self.client_id}-{self.sha[:16]}"


def _who() -> str:
    return f"user {me().id}" if current_user.is_authenticated else get_remote_address()


@bp.get("/photos/control")
@allow(Role.REP)
def control() -> Response:
    """The camera's button for Today, which has to stay small. Words only, the same for everybody of a language."""
    answer = make_response(render_template("rep/photo_template.html"))
    answer.headers["Cache-Control"] = "private, max-age=604800"
    return answer


@bp.post("/photos")
@limiter.limit("400/minute", key_func=_who)
@allow(Role.REP)
def part() -> Response:
    """One part: `id` of the photo, client id of its `check_in`, `offset` of these bytes, `size` and `sha`256 of all.

    200 with how much is here (X-Onsite-Have; an empty part only asks), 201 with the visit's photos when it is
    complete. 425: the check-in is not known yet; 409 another's or other content; 422 with what to do instead.
    """
    request.max_content_length = LARGEST_PART
    user, at, said = me(), clock.now(), _said()
    known = attendance.photo_sent(user.id, said.client_id)
    if known is not None:
        if known.sent_sha256 != said.sha:
            raise Conflict("same_id_other_content")
        return _answer(200, "sent", said.size, known.check_in_id)
    attendance.photo_place(user.id, said.check_in)
    body = request.get_data()
    have = files.add_part(user.id, said.key, said.offset, body) if body else files.part_length(user.id, said.key)
    if have < said.size:
        return _answer(200, "part", have)
    check_in_id = _complete(user, said, at)
    return _answer(201, "sent", said.size, check_in_id)


@bp.post("/visits/<int:visit_id>/photos")
@limiter.limit("60/minute", key_func=_who)
@allow(Role.REP)
def add(visit_id: int) -> Response:
    """The whole file from a form without a script."""
    user, visit = me(), visits.detail(me(), visit_id)
    file = request.files.get("photo")
    try:
        if file is None or not file.filename:
            raise Invalid("photo_none", "photo")
        said = Part(client_id(request.form.get("client_id") or new_id()), visit.client_id, 0, 0, "", None)
        attendance.photo_place(user.id, said.check_in)
        _keep(user, said, file.read(MOST_BYTES + 1), clock.now())
    except DomainError as error:
        return show_photo_form(user, visit_id, blank({}).fail(error))
    flash(gettext("The photo is with your visit."), "ok")
    return hx.redirect(f"/visits/{visit_id}#photos")


def _complete(user: SignedIn, said: Part, at: datetime) -> int:
    """All bytes are here. What can never become a photo is not kept; anything else may be tried again."""
    data = files.read_part(user.id, said.key)
    try:
        if len(data) != said.size or files.sha256(data) != said.sha:
            raise Invalid("photo_damaged", "photo")
        check_in_id = _keep(user, said, data, at)
    except Invalid:
        files.drop_part(user.id, said.key)
        raise
    files.drop_part(user.id, said.key)
    return check_in_id


def _keep(user: SignedIn, said: Part, data: bytes, at: datetime) -> int:
    """File first, then the row: a row never names a file that is not there."""
    picture = read_picture(data)
    name = files.put(picture.jpeg, small=picture.small, at=at)
    taken = service.Taken(
        client_id=said.client_id,
        check_in=said.check_in,
        sha256=name,
        sent_sha256=files.sha256(data),
        phash=picture.phash,
        width=picture.width,
        height=picture.height,
        size=len(picture.jpeg),
        taken_at=said.taken_at,
    )
    check_in_id = do(service.record_photo, employee_id=user.id, taken=taken, at=at)
    files.settle(name)
    return check_in_id


def _answer(status: int, state: str, have: int, check_in_id: int | None = None) -> Response:
    response = make_response(photo_parts(check_in_id) if check_in_id else "", status)
    response.headers["X-Onsite-State"] = state
    response.headers["X-Onsite-Have"] = str(have)
    return response


def _said() -> Part:
    """Raises Conflict (somebody else's), Invalid with the field."""
    raw = request.args
    uid = raw.get("uid", "").strip()
    if uid and uid != str(me().id):
        raise Conflict("other_user")
    tap = read_evidence({"client_id": raw.get("id", ""), "tapped_at": raw.get("taken_at", "")})
    if not _SHA.fullmatch(sha := raw.get("sha", "")):
        raise Invalid("not_valid", "sha")
    size, offset = _number("size"), _number("offset")
    if size > MOST_BYTES:
        raise Invalid("picture_too_heavy", "size", limit=MOST_BYTES // (1024 * 1024))
    if size == 0 or offset > size:
        raise Invalid("not_valid", "offset" if size else "size")
    return Part(tap.client_id, client_id(raw.get("check_in", ""), field="check_in"), offset, size, sha, tap.tapped_at)


def _number(name: str) -> int:
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid("not_a_number", name, example="1000")
    return int(text)
