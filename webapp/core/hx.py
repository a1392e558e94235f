"""htmx at the edge: one template answers both the page and its fragments."""

import json
from typing import Any
from urllib.parse import quote, unquote

import htmx_flask
from flask import Flask, Response, current_app, make_response, render_template
from flask import redirect as plain_redirect
from flask import request as flask_request
from htmx_flask.requests import HtmxAwareRequest
from werkzeug.urls import iri_to_uri

request = flask_request
_ASCII = "".join(map(chr, range(128)))


class AppRequest(HtmxAwareRequest):
    """htmx percent-encodes Chinese header values; this gives them back as text.

    Bytes of an address that should have been escaped are: in no encoding they would be an error of ours.
    """

    def __init__(self, environ: dict[str, Any], *args: Any, **known: Any) -> None:
        if not (asked := environ.get("QUERY_STRING", "")).isascii():
            environ["QUERY_STRING"] = quote(asked, safe=_ASCII, encoding="latin-1")
        super().__init__(environ, *args, **known)

    def hx_header(self, name: str) -> str | None:
        value = self.headers.get(name)
        encoded = self.headers.get(f"{name}-URI-AutoEncoded") == "true"
        return unquote(value) if value is not None and encoded else value


def init_app(app: Flask) -> None:
    htmx_flask.Htmx(app)
    app.request_class = AppRequest
    app.after_request(_vary)


def wants_fragment() -> bool:
    """True when htmx asks for a part of the page (and not for a page restored from history)."""
    htmx: Any = getattr(flask_request, "htmx", None)
    return bool(htmx) and not htmx.history_restore_request and not htmx.boosted


def respond(template: str, block: str | None = None, status: int = 200, **context: Any) -> Response:
    """The whole page, or only its block `block` when htmx asks for it."""
    if block and wants_fragment():
        return make_response(render_block(template, block, **context), status)
    return make_response(render_template(template, **context), status)


def render_block(template: str, block: str, **context: Any) -> str:
    """One block of a template, rendered with the app's usual context."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    page = app.jinja_env.get_template(template)
    app.update_template_context(context)
    return "".join(page.blocks[block](page.new_context(context)))


def redirect(url: str) -> Response:
    """Go on at `url` after a change: HX-Redirect for htmx, 303 for a plain form. A header is no place for Chinese."""
    if getattr(flask_request, "htmx", None):
        return Response(status=204, headers={"HX-Redirect": iri_to_uri(url)})
    return plain_redirect(url, 303)  # type: ignore[return-value]


def trigger(response: Response, name: str, detail: Any = True) -> Response:
    """Fire a browser event after the swap; JSON is ASCII-escaped so Chinese is safe in a header."""
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    response.headers["HX-Trigger"] = json.dumps({**events, name: detail})
    return response


def _vary(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.update(["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
    return response
