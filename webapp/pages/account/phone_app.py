"""What makes a phone keep Onsite: the manifest, the service worker, and the page it shows without a network."""

import hashlib
import json
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from webapp.attendance.rules import CANNOT
from webapp.core.assets import asset_url, content, serve
from webapp.core.authz import public
from webapp.core.i18n import LANGUAGES, force_locale, lang, say
from webapp.core.i18n import _ as gettext
from webapp.sites.rules import FencePolicy

bp = Blueprint("account_phone_app", __name__)

_PAPER = "#f4f6f8"  # --bg of css/tokens.css
# What the offline page is made of. All but js/offline.js and the camera belongs to Today and is in the browser's cache.
_SENDING = "js/sending.js"
_SCRIPTS = (_SENDING, "js/phone.js", "js/today.js", "js/offline.js", "js/photo.js")
_FILES = ("css/phone.css", *_SCRIPTS, "icons/sprite.svg", "icons/icon.svg")


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """Browsers ask for it without a cookie, so the page that links it says its language."""
    asked = request.args.get("lang", "")
    language = asked if asked in LANGUAGES else lang()
    with force_locale(LANGUAGES[language]):
        body = json.dumps(_manifest(language), ensure_ascii=False)
    return Response(body, mimetype="application/manifest+json", headers={"Cache-Control": "no-cache"})


@bp.get("/sw.js")
@public
def worker() -> Response:
    """Other bytes whenever anything it keeps has changed: that is how a browser sees a new version."""
    response = Response(_worker(), mimetype="text/javascript", headers={"Cache-Control": "no-cache"})
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.get("/apple-touch-icon.png")
@public
def touch_icon() -> Response:
    """Where iOS looks on pages that name no icon."""
    return serve("icons/touch-180.png")


@bp.get("/offline/<any(zh, en):language>")
@public
def offline(language: str) -> Response:
    """The same for everybody: what it shows of a person comes from the phone itself."""
    return Response(_offline(language), mimetype="text/html")


def _manifest(language: str) -> dict[str, Any]:
    return {
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "name": gettext("Onsite"),
        "short_name": gettext("Onsite"),
        "description": gettext("Check in, visits and what they earn."),
        "lang": "zh-CN" if language == "zh" else "en",
        "dir": "ltr",
        "display": "standalone",
        "background_color": _PAPER,
        "theme_color": _PAPER,
        "categories": ["business"],
        "icons": [
            _icon("icon-192.png", "192x192"),
            _icon("icon-512.png", "512x512"),
            _icon("icon.svg", "any"),
            _icon("maskable-192.png", "192x192", "maskable"),
            _icon("maskable-512.png", "512x512", "maskable"),
        ],
    }


def _icon(file: str, sizes: str, purpose: str = "any") -> dict[str, str]:
    kind = "image/svg+xml" if file.endswith(".svg") else "image/png"
    return {"src": asset_url(f"icons/{file}"), "sizes": sizes, "type": kind, "purpose": purpose}


def _worker() -> bytes:
    """The scripts behind a line that says what to keep, made once; anew on every use while developing."""
    kept: dict[str, bytes] = current_app.extensions.setdefault("onsite_worker", {})
    if "body" not in kept or current_app.debug:
        kept["body"] = _make_worker()
    return kept["body"]


def _make_worker() -> bytes:
    scripts = content("js/sw.js")
    pages = {language: _offline(language) for language in LANGUAGES}
    files = [asset_url(file) for file in _FILES]
    seen = hashlib.sha256(scripts + "".join([*files, *pages.values()]).encode())
    keep = {
        "version": seen.hexdigest()[:10],
        "files": files,
        "pages": {language: f"/offline/{language}" for language in pages},
    }
    told = f"self.onsite = {{ keep: {json.dumps(keep)} }};\nimportScripts({json.dumps(asset_url(_SENDING))});\n"
    return told.encode() + scripts


def _offline(language: str) -> str:
    """Rendered for nobody, whoever asks."""
    nobody = {"user": None, "theme": "auto", "text_size": "normal", "demo": False}
    stop = {"name": "", "site_id": "", "policy": FencePolicy(remark="outside"), "shows_code": True}
    blank = {"open_visit": None, "chosen": False, "client_id": "", "next_stop": stop}
    with force_locale(LANGUAGES[language]):
        reasons = [(reason, say(f"cannot_{reason}")) for reason in CANNOT]
        return render_template("account/offline.html", today=blank, reasons=reasons, **nobody)
