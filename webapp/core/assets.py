"""What the browser loads: bundles of the static files with a content hash, compressed once."""

import gzip
import hashlib
import mimetypes
import posixpath
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, abort, current_app, request
from jinja2 import Environment
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException
from werkzeug.security import safe_join

from webapp.core import squeeze

STATIC = Path(__file__).resolve().parents[2] / "static"
FOREVER = "public, max-age=31536000, immutable"
COMPRESSIBLE = re.compile(r"^(text/|application/(json|javascript|manifest)|image/svg)")
SMALLEST, SMALL = 500, 4096
GZIP = 16  # zlib: a gzip header around it

_PARTS = ("tokens", "base", "button", "card", "chip", "field", "list", "money", "toast", "progress", "photo")
# What sends: of no document, so the service worker runs the same file (phone_app.py) and it crosses the wire once.
_SENDING = ("store", "token", "key", "kinds", "upload", "sender", "tidy", "turns", "outbox", "flush")
_EVERYWHERE = ("app", "retry", "poll", "form", "typed")
_PHONE = ("kept", "owed", "leave", "version", "sync", "plan")
_TAPS = ("view", "remark", "note", "geo", "fence", "eyes", "answer", "pending", "checkin", "checkout", "undo", "nearby")


def _files(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{folder}/{name}.{folder}" for name in names)


BUNDLES: dict[str, tuple[str, ...]] = {
    "css/phone.css": _files("css", *_PARTS, "tabs", "checkin", "outbox", "calendar", "quick", "shell-phone", "print"),
    "css/desk.css": _files(
        "css", *_PARTS, "table", "roster", "quick", "filter", "chart", "drawer", "calendar", "shell-desk", "print"
    ),
    "css/report.css": _files("css", "table", "chart", "phone-report"),
    "css/screen.css": _files("css", "tokens", "base", "progress", "code"),
    "css/install.css": _files("css", "install"),
    "js/sending.js": _files("js", *_SENDING),
    "js/phone.js": _files("js", *_EVERYWHERE, *_PHONE),
    "js/today.js": _files("js", *_TAPS, "stale", "camera"),
    "js/unsent.js": _files("js", "unsent"),
    "js/fill.js": _files("js", "fill"),
    "js/phones.js": _files("js", "phones"),
    "js/newsite.js": _files("js", "newsite"),
    "js/code.js": _files("js", "code"),
    "js/push.js": _files("js", "push"),
    "js/outform.js": _files("js", "outform"),
    "js/photo.js": _files("js", "shrink", "photo"),
    "js/install.js": _files("js", "install"),
    "js/offline.js": _files("js", "offline", "back", "outform", "newsite", "onward", "unsent"),
    "js/sw.js": _files("js", "worker", "push_worker"),
    "js/desk.js": _files("js", *_EVERYWHERE, "table", "bulk", "drawer", "roster"),
}
MACROS = tuple(f"_shared/ui/{name}.html" for name in ("basic", "form", "data", "chart"))


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    packed: bytes | None
    mimetype: str
    version: str


class Ui:
    """`ui.icon(...)`: every macro of templates/_shared/ui, so no page or block needs an import line."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._found: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        """Searched for once, and on every use while templates are being edited."""
        if name in self._found and not self._env.auto_reload:
            return self._found[name]
        for file in MACROS:
            macro = getattr(self._env.get_template(file).module, name, None)
            if macro is not None:
                self._found[name] = macro
                return macro
        raise AttributeError(f"no macro {name!r} in templates/_shared/ui")


def init_app(app: Flask) -> None:
    app.extensions["assets"] = {}
    app.jinja_env.globals.update(
        asset_url=asset_url, url_with=url_with, page_address=page_address, ui=Ui(app.jinja_env)
    )
    app.after_request(compress)
    if "static" not in app.view_functions:
        app.add_url_rule("/static/<path:filename>", endpoint="static")
    app.view_functions["static"] = serve


def asset_url(path: str) -> str:
    """/static/<path>?v=<hash of the content>; raises FileNotFoundError for a file that is not there."""
    return f"/static/{path}?v={_load(path).version}"


def content(path: str) -> bytes:
    """What is served under /static/<path>. Raises FileNotFoundError."""
    return _load(path).body


def url_with(**changes: object) -> str:
    """This page's address with these query parameters changed; None takes one away.

    A page that answers a form (/hr/inbox/bulk) is found again where the form stood (/hr/inbox).
    """
    args: dict[str, list[Any]] = {**request.args.to_dict(flat=False), **{k: [v] for k, v in changes.items()}}
    pairs = [(name, item) for name, items in args.items() for item in items if item is not None]
    path = request.path
    while request.method not in ("GET", "HEAD") and path and not _opens(path):
        path = path.rpartition("/")[0]
    return f"{path or '/'}?{urlencode(pairs)}" if pairs else path or "/"


def page_address() -> str:
    """Where this page is found again: its address, or for a refused form that of the page the form stood on."""
    if request.method in ("GET", "HEAD"):
        return request.full_path if request.query_string else request.path
    try:
        came = urlsplit(request.referrer or "")
    except ValueError:
        return "/"
    path = came.path if came.netloc == request.host else ""
    while path and not _opens(path):  # refused twice in a row: it came from an answer
        path = path.rpartition("/")[0]
    return came._replace(scheme="", netloc="", path=path, fragment="").geturl() if path else "/"


def _opens(path: str) -> bool:
    """Whether a GET finds a page there."""
    try:
        current_app.url_map.bind(request.host).match(path, method="GET")
    except (HTTPException, RoutingException):
        return False
    return True


def serve(filename: str) -> Response:
    """A static file or bundle; immutable when the address carries the hash of this very content."""
    try:
        asset = _load(filename)
    except FileNotFoundError:
        abort(404)
    packed = asset.packed if _accepts_gzip() else None
    response = Response(asset.body if packed is None else packed, mimetype=asset.mimetype)
    if packed is not None:
        response.headers["Content-Encoding"] = "gzip"
    if asset.packed is not None:
        response.vary.add("Accept-Encoding")
    current = request.args.get("v") == asset.version
    response.headers["Cache-Control"] = FOREVER if current else "no-cache"
    response.set_etag(asset.version, weak=True)
    response.make_conditional(request)
    return response


def compress(response: Response) -> Response:
    """gzip an answer a browser is waiting for, when it is text and long enough to be worth it."""
    if response.direct_passthrough or response.is_streamed or "Content-Encoding" in response.headers:
        return response
    if not COMPRESSIBLE.match(response.mimetype or "") or response.status_code < 200:
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) >= SMALLEST and _accepts_gzip():
        response.set_data(_gzip(body))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _gzip(body: bytes) -> bytes:
    """A window as small as the body: clearing the usual one takes longer than packing a fragment."""
    window, memory = (12, 5) if len(body) <= SMALL else (15, 8)
    packer = zlib.compressobj(6, zlib.DEFLATED, GZIP + window, memory)
    return packer.compress(body) + packer.flush()


def _accepts_gzip() -> bool:
    return request.accept_encodings["gzip"] > 0


def _load(path: str) -> Asset:
    """The asset, built once; looked at again on every use while developing."""
    cache: dict[str, Asset] = current_app.extensions["assets"]
    if path not in cache or current_app.debug:
        cache[path] = _build(path)
    return cache[path]


def _build(path: str) -> Asset:
    parts = BUNDLES.get(path, (path,))
    squeeze = _SQUEEZE.get(Path(path).suffix, bytes)
    body = b"\n".join(_read(part) for part in parts)
    if not path.startswith("vendor/"):
        body = squeeze(body)
    mimetype = mimetypes.guess_type(path)[0] or "application/octet-stream"
    packed = gzip.compress(body, 9, mtime=0) if COMPRESSIBLE.match(mimetype) else None
    return Asset(body, packed, mimetype, hashlib.sha256(body).hexdigest()[:10])


def _read(path: str) -> bytes:
    file = safe_join(str(STATIC), path)
    # one spelling per file, or the cache could be grown from outside with a/./././b
    if file is None or posixpath.normpath(path) != path or not Path(file).is_file():
        raise FileNotFoundError(f"no static file {path}")
    return Path(file).read_bytes()


_SQUEEZE: dict[str, Callable[[bytes], bytes]] = {".css": squeeze.css, ".js": squeeze.js}
