"""`python wsgi.py`: the whole product on one machine, or one role of it for systemd and containers."""

import sys
from collections.abc import Sequence
from typing import Any

from webapp import config
from webapp.launcher import checks

ROLES = ("web", "worker", "tick", "redis", "migrate")
INTERRUPTED = 130


def main(arguments: Sequence[str]) -> int:
    """No argument runs everything; the name of a role runs that alone. An exit status."""
    try:
        if not arguments:
            return _everything()
        if len(arguments) == 1 and arguments[0] in ROLES:
            return _alone(arguments[0])
        raise checks.CannotStart(f"python wsgi.py takes one of: {', '.join(ROLES)}")
    except (config.ConfigError, checks.CannotStart) as problem:
        print(f"onsite: {problem}", file=sys.stderr)  # noqa: T201 - the one line a person needs
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def _everything() -> int:
    """What can go wrong early is found before the product is loaded, so that it is said at once."""
    settings = config.from_env()
    checks.writable(settings["VAR"])
    checks.certificate(settings["TLS_CERT"], settings["TLS_KEY"])
    address = _address(settings)
    lock = checks.only_one(settings["VAR"] / f"{settings['INSTANCE']}.lock", address)
    listener = checks.listen(settings["HOST"], settings["PORT"])

    from webapp.launcher import everything

    return everything.run(settings, address, lock, listener)


def _alone(role: str) -> int:
    from webapp.launcher import roles

    roles.ALONE[role]()
    return 0


def _address(settings: dict[str, Any]) -> str:
    host = "127.0.0.1" if settings["HOST"] in {"0.0.0.0", "::"} else settings["HOST"]  # noqa: S104
    scheme = "https" if settings["TLS_CERT"] else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{settings['PORT']}"
