"""`python wsgi.py`: the whole product on one machine, or one role of it for systemd and containers."""

import sys
from collections.abc import Sequence

from webapp.config import ConfigError
from webapp.launcher.checks import CannotStart


def main(arguments: Sequence[str]) -> int:
    """No argument runs everything; web, worker, tick, redis or migrate runs that alone. An exit status."""
    from webapp.launcher import everything, roles

    try:
        if not arguments:
            return everything.run()
        if arguments[0] in roles.ALONE and len(arguments) == 1:
            return roles.ALONE[arguments[0]]()
        raise CannotStart(f"python wsgi.py takes one of: {', '.join(roles.ALONE)}")
    except (ConfigError, CannotStart) as problem:
        print(f"onsite: {problem}", file=sys.stderr)  # noqa: T201 - the one line a person needs
        return 1
