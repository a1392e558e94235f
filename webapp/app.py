"""The application factory: config, extensions, blueprints, error pages, nothing else."""

import logging
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request, url_for
from flask_login import LoginManager, current_user
from flask_migrate import Migrate
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from webapp import api, cli, config, pages
from webapp.core import assets, authz, clock, hx, i18n, limits, logs, security, time_token
from webapp.core import db as database
from webapp.core.db import db
from webapp.core.errors import DomainError, Invalid
from webapp.core.ids import IdConverter
from webapp.demo.models import told as demo_told
from webapp.notifications import queries as notices
from webapp.people import queries as people

ROOT = Path(__file__).resolve().parent
log = logging.getLogger("onsite.app")


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Build the app from the environment, with `overrides` on top (tests)."""
    app = Flask(__name__, template_folder="../templates", static_folder=None)
    app.config.update(config.from_env())
    app.config.update(overrides or {})
    clock.allow_test_clock(testing=bool(app.config["TESTING"]))
    app.url_map.converters["int"] = IdConverter
    _init_core(app)
    _init_sign_in(app)
    app.before_request(authz.check_request)
    for part in (pages, api, cli):
        part.register(app)
    _init_errors(app)
    authz.refuse_unstated(app)
    return app


def _init_core(app: Flask) -> None:
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    logs.init_app(app)
    database.init_app(app)
    load_models()
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    hx.init_app(app)
    i18n.init_app(app)
    assets.init_app(app)
    security.init_app(app)
    limits.init_app(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def load_models() -> None:
    """Import every domain's tables, so that metadata is whole."""
    for domain in sorted({file.parent.name for file in ROOT.glob("*/models*")}):
        import_module(f"webapp.{domain}.models")


def _init_sign_in(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(lambda token: people.signed_in(token, at=clock.now()))
    manager.unauthorized_handler(_ask_to_sign_in)
    app.context_processor(_reader)


def _reader() -> dict[str, Any]:
    somebody = current_user._get_current_object()
    user = somebody if somebody and somebody.is_authenticated else None
    return {
        "user": user,
        "theme": user.theme if user else request.cookies.get("theme", "auto"),
        "text_size": user.text_size if user else "normal",
        "demo": current_app.config["DEMO"],
        "demo_told": demo_told,
        "time_token": lambda: time_token.give(user.id, clock.now()) if user else "",
        "unread": lambda: notices.unread(user.id) if user else 0,
    }


def _ask_to_sign_in() -> Response:
    """Pages go to the sign-in form and come back; scripts get a 401 and keep what they hold."""
    if hx.wants_fragment() or request.method not in security.SAFE or _wants_json():
        return _answer_error(401, "sign_in_needed", {})
    return hx.redirect(url_for("account_sign_in.form", next=request.full_path.rstrip("?")))


def _init_errors(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    for kind in (OverflowError, DataError):
        app.register_error_handler(kind, _unstorable)
    app.register_error_handler(Exception, _unexpected)


def _domain_error(error: DomainError) -> Response:
    return _answer_error(error.status, error.code, error.params)


def _http_error(error: HTTPException) -> Response:
    codes = {404: "not_found", 405: "not_found", 403: "forbidden", 413: "body_too_large", 429: "too_many_requests"}
    status = error.code or 500
    if 300 <= status < 400:
        return make_response(error.get_response())
    answer = _answer_error(status, codes.get(status, "not_valid" if status < 500 else "internal"), {})
    if retry := error.get_headers() and getattr(error, "retry_after", None):
        answer.headers["Retry-After"] = str(retry)
    return answer


def _unstorable(error: Exception) -> Response:
    """A number or text no column can hold: nobody's row, so nothing but bad input."""
    log.warning("refused by the database", exc_info=error)
    return _domain_error(Invalid("not_valid"))


def _unexpected(error: Exception) -> Response:
    log.exception("unhandled error")
    if current_app.config["TESTING"] and current_app.config.get("PROPAGATE", True):
        raise error
    return _answer_error(500, "internal", {})


def _answer_error(status: int, code: str, params: dict[str, Any]) -> Response:
    text = i18n.refusal_text(code, params)
    if _wants_json():
        response = jsonify(error=code, message=text)
    else:
        template = "errors/fragment.html" if hx.wants_fragment() else "errors/page.html"
        response = make_response(render_template(template, status=status, code=code, text=text))
    response.status_code = status
    response.headers["X-Onsite-Error"] = code
    return response


def _wants_json() -> bool:
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], default="text/html")
    return best == "application/json" and request.accept_mimetypes["text/html"] < request.accept_mimetypes[best]
