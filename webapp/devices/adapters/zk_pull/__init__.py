"""ZKTeco devices read over TCP 4370. Everything is read each time, and nothing on the device is changed."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from webapp.core import clock
from webapp.core.errors import N_
from webapp.devices.adapters import Adapter, CannotPull, Pulled, Target, Told
from webapp.devices.adapters.zk_pull import records, wire
from webapp.devices.adapters.zk_pull.wire import Wire
from webapp.devices.rules import Bad, Line, Parsed

PORT = 4370
DISABLED_S = 180
"""Nobody can punch while it is read, so it never takes longer."""
TRIES = 3
_HEADER = 4
_EMPTY = bytes(_HEADER)
log = logging.getLogger("onsite.devices")


def pull(target: Target) -> Pulled:
    """Everything it holds. Raises CannotPull."""
    until = monotonic() + min(target.deadline_s, DISABLED_S)
    line = Wire(target.host, target.port, until)
    try:
        line.open(target.password)
        serial = line.option("~SerialNumber")
        shown, shown_at = _clock(line), clock.now()
        with _disabled(line, target):
            table, layout, count, room, users = _read(line, target.layout)
    finally:
        line.close()
    found = records.lines(table[_HEADER:], layout or records.LAYOUTS[0], users)
    return Pulled(found, count, True, serial, shown, shown_at, layout, {"capacity": room})


def parse(kind: str, body: bytes, told: Told) -> Parsed:
    """Records that could not be read when they came, one in hexadecimal digits a line."""
    found = [records.line(bytes.fromhex(text), n, {}) for n, text in enumerate(body.decode().split(), 1)]
    lines = [one for one in found if isinstance(one, Line)]
    return Parsed(lines, [one for one in found if isinstance(one, Bad)], skipped=found.count(None))


@contextmanager
def _disabled(line: Wire, target: Target) -> Iterator[None]:
    """Nobody punches in between, and whatever happens the device works again afterwards."""
    try:
        line.ask(wire.DISABLE)
        yield
    except Exception:
        _wake(line, target)
        raise
    try:
        line.ask(wire.ENABLE)
        line.ask(wire.EXIT)
    except CannotPull:  # everything was read before that
        _wake(line, target)


def _wake(line: Wire, target: Target) -> None:
    line.close()
    wire.enable_again(target.host, target.port, target.password)


def _read(line: Wire, known: int | None) -> tuple[bytes, int | None, int, int, dict[int, str]]:
    """The table, its layout, how many records, room for how many, and the users where the layout needs them.

    Devices that do not let themselves be disabled take punches meanwhile: then the numbers differ, and it is read
    again.
    """
    for left in reversed(range(TRIES)):
        users, before, _ = records.counted(line.wanted(wire.FREE_SIZES))
        table = _table(line, before)
        _, after, room = records.counted(line.wanted(wire.FREE_SIZES))
        size = len(table) - _HEADER
        if size < 0 or int.from_bytes(table[:_HEADER], "little") != size:
            raise CannotPull("pull_cut")
        if not size and not before and not after:
            return table, known, 0, room, {}
        try:
            layout = records.layout_of(size, {before, after}, known)
        except CannotPull:
            if not left:
                raise
            continue
        return table, layout, before, room, _people(line, users) if layout == records.LAYOUTS[0] else {}
    raise AssertionError("the last try returns or raises")


def _table(line: Wire, count: int) -> bytes:
    """Also of a device that says it holds nothing, for its count may be wrong; then it may have no answer."""
    try:
        return line.table(wire.ATTLOG) or _EMPTY
    except CannotPull as error:
        if count or error.code != "pull_not_understood":
            raise
        return _EMPTY


def _people(line: Wire, count: int) -> dict[int, str]:
    return records.people(line.table(wire.USERS, wire.OF_USERS), count) if count else {}


def _clock(line: Wire) -> str | None:
    code, answer = line.ask(wire.GET_TIME)
    return records.when(int.from_bytes(answer[:4], "little")) if code == wire.OK and len(answer) >= 4 else None


ADAPTER = Adapter("zk_pull", N_("ZKTeco, read over the network"), parse=parse, pull=pull, port=PORT)
