"""Headers, same-origin checks, password hashing."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from flask import Flask, Response, current_app, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer

from webapp.core.errors import Forbidden

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SAFE = {"GET", "HEAD", "OPTIONS"}

# 19 MiB and 2 passes (OWASP minimum); only two hash at a time, so ten at once need 38 MiB, not 190.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_two_at_a_time = threading.BoundedSemaphore(2)
_decoy = _hasher.hash("nobody has this password")


def init_app(app: Flask) -> None:
    app.session_interface = Sessions()
    app.before_request(check_same_origin)
    app.after_request(_headers)


class Sessions(SecureCookieSessionInterface):
    """Flask makes the signer anew for every request, and marks files as if they depended on the cookie."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.endpoint != "static" or response.status_code >= 400:
            super().save_session(app, session, response)

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if "onsite_signer" not in app.extensions:
            app.extensions["onsite_signer"] = super().get_signing_serializer(app)
        return app.extensions["onsite_signer"]


def hash_password(password: str) -> str:
    with _two_at_a_time:
        return _hasher.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Compare in the same time whether or not the person exists."""
    with _two_at_a_time:
        try:
            return _hasher.verify(stored or _decoy, password) and stored is not None
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False


def check_same_origin() -> None:
    """State changes must come from our own pages. Raises Forbidden.

    Sec-Fetch-Site decides, else Origin; with neither, a request with a session cookie is refused.
    """
    if request.method in SAFE or _for_machines():
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise Forbidden("same_origin")
        return
    origin = request.headers.get("Origin")
    if origin is not None:
        if origin.partition("://")[2] != request.host:
            raise Forbidden("same_origin")
        return
    if request.cookies:
        raise Forbidden("same_origin")


def _for_machines() -> bool:
    """No browser asks here, so there is nobody to protect from other pages; small devices read few headers."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "machine", False)


def _headers(response: Response) -> Response:
    headers = response.headers
    if _for_machines():
        return response
    headers.setdefault("Content-Security-Policy", CSP)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(), microphone=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    headers.setdefault("Cache-Control", "no-store")
    return response
