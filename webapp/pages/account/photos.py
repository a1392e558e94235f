"""One photo, for those who may see the visit it belongs to."""

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
    body = files.read(queries.photo_file(me(), photo_id), small=request.args.get("size") == "small")
    if body is None:
        raise NotFound("not_found")
    headers = {"Content-Disposition": f'inline; filename="photo-{photo_id}.jpg"', "Cache-Control": "no-store"}
    return Response(body, mimetype="image/jpeg", headers=headers)
