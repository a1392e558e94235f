"""One photo, for those who may see the visit or the request it belongs to."""

from flask import Blueprint, Response, request

from webapp.attendance import queries
from webapp.core import files
from webapp.core.authz import Role, allow, me
from webapp.core.errors import NotFound

bp = Blueprint("account_photos", __name__)


@bp.get("/photos/<int:photo_id>")
@allow(Role.REP, Role.SUPERVISOR, Role.HR, Role.ADMIN)
def show(photo_id: int) -> Response:
    """?size=small for lists. Never kept by a browser or anything between: permission may end tomorrow."""
    return _picture(queries.photo_file(me(), photo_id), f"photo-{photo_id}.jpg")


@bp.get("/photos/asked/<int:pictured_id>")
@allow(Role.REP, Role.SUPERVISOR, Role.HR, Role.ADMIN)
def asked(pictured_id: int) -> Response:
    """The picture sent with a request, for those who may see the request."""
    return _picture(queries.request_photo_file(me(), pictured_id), f"request-{pictured_id}.jpg")


def _picture(name: str, called: str) -> Response:
    body = files.read(name, small=request.args.get("size") == "small")
    if body is None:
        raise NotFound("not_found")
    headers = {"Content-Disposition": f'inline; filename="{called}"', "Cache-Control": "no-store"}
    return Response(body, mimetype="image/jpeg", headers=headers)
