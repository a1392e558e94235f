"""The demo company before the port opens, so that its sign-ins work from the first moment."""

import os
import traceback

from flask import Flask

from webapp.launcher.checks import CannotStart

NOT_OURS = 3


def prepare(app: Flask) -> None:
    """In a fork, so that what it loads and opens stays out of the processes that serve. Raises CannotStart."""
    child = os.fork()
    if not child:
        _prepare(app)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) == NOT_OURS:
        raise CannotStart("there is a company in this database already, and it is not the demo's: set ONSITE_DEMO=0")
    if status:
        raise CannotStart("the demo company could not be made; ONSITE_DEMO=0 starts without it")


def _prepare(app: Flask) -> None:
    """Never returns."""
    code = 1
    try:
        from webapp.demo import company

        with app.app_context():
            code = 0 if company.prepare() else NOT_OURS
    except BaseException:  # noqa: BLE001 - the last line of a process: say it and end
        traceback.print_exc()
    finally:
        os._exit(code)
