"""Rate limits, counted in Redis and, while Redis is away, in this process."""

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(
    key_func=get_remote_address,
    in_memory_fallback_enabled=True,
    headers_enabled=False,
    swallow_errors=True,
)


def init_app(app: Flask) -> None:
    app.config.setdefault("RATELIMIT_ENABLED", not app.config["TESTING"])
    limiter.init_app(app)
