"""`app` for any WSGI server; `python wsgi.py` runs the whole product on this machine."""

import sys

if __name__ == "__main__":
    from webapp.launcher import main

    sys.exit(main(sys.argv[1:]))
else:
    from webapp.app import create_app
    from webapp.config import ConfigError

    try:
        app = create_app()
    except ConfigError as problem:
        sys.exit(f"onsite: {problem}")
