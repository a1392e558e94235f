"""Where people go: home by role, and only to addresses of our own."""

import re

from webapp.core.authz import Role

HOME = {
    Role.REP: "/today",
    Role.SUPERVISOR: "/confirm",
    Role.HR: "/hr/inbox",
    Role.FINANCE: "/hr/withdrawals",
    Role.ADMIN: "/hr/inbox",
}
# One slash, then nothing a browser could read as another host: no second slash, no backslash, no control characters.
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def local_path(text: str | None, otherwise: str = "/") -> str:
    """`text` when it is a path on this site, else `otherwise`; never an open redirect."""
    return text if text and len(text) <= 2000 and _LOCAL.fullmatch(text) else otherwise
