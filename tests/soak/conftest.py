from tests.crash.conftest import stack

__all__ = ["stack"]
