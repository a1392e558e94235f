"""What goes over TCP 4370: frames, checksums, the password, and answers that come in pieces."""

import logging
import socket
from struct import Struct, error, pack, unpack_from
from time import monotonic, sleep

from webapp.core.errors import N_, words
from webapp.devices.adapters import CannotPull

CONNECT, EXIT, ENABLE, DISABLE, AUTH = 1000, 1001, 1002, 1003, 1102
OPTIONS, FREE_SIZES, GET_TIME = 11, 50, 201
PREPARE_BUFFER, READ_BUFFER, FREE_BUFFER = 1503, 1504, 1502
PREPARE_DATA, DATA, EVENT = 1500, 1501, 500
OK, UNKNOWN, UNAUTHORISED = 2000, 0xFFFF, 2005
ATTLOG, USERS, OF_USERS = 13, 9, 5

CHUNK = 0xFFC0
LARGEST = 96 * 1024 * 1024
PATIENCE = 20.0
"""Seconds without a byte; a device that is alive answers within one."""
CONNECT_S = 6.0
_MAGIC = bytes.fromhex("5050827d")
_HEAD, _PACKET = Struct("<4sI"), Struct("<HHHH")
log = logging.getLogger("onsite.devices")


class Wire:
    """One conversation; whatever it does is over at `until` (monotonic). Raises CannotPull."""

    def __init__(self, host: str, port: int, until: float) -> None:
        self._until, self._session, self._reply, self._heard = until, 0, 0xFFFE, False
        try:
            self._socket = socket.create_connection((host, port), max(min(CONNECT_S, until - monotonic()), 0.01))
        except (OSError, ValueError):
            raise CannotPull("pull_no_answer") from None

    def close(self) -> None:
        self._socket.close()

    def open(self, password: str) -> None:
        """Say hello, and the password where one is wanted; devices without one want 0."""
        self._send(CONNECT, b"")
        code, self._session, _ = self._frame()
        if code == UNAUTHORISED:
            key = int(password) if password.isascii() and password.isdigit() else 0
            code, _ = self.ask(AUTH, scrambled(key, self._session))
        if code == UNAUTHORISED:
            raise CannotPull("pull_refused")
        if code != OK:
            raise CannotPull("pull_not_understood")

    def ask(self, command: int, data: bytes = b"") -> tuple[int, bytes]:
        """The code and the data of the answer."""
        self._send(command, data)
        code, _, answer = self._frame()
        return code, answer

    def wanted(self, command: int, data: bytes = b"") -> bytes:
        """The data of an answer that has to be OK."""
        code, answer = self.ask(command, data)
        if code != OK:
            raise CannotPull("pull_not_understood")
        return answer

    def option(self, name: str) -> str | None:
        """What the device is set to; None where it does not say."""
        code, answer = self.ask(OPTIONS, name.encode() + b"\0")
        if code != OK:
            return None
        return answer.split(b"\0")[0].decode("ascii", "replace").partition("=")[2].strip() or None

    def table(self, command: int, part: int = 0) -> bytes:
        """All bytes of one table, read piece by piece."""
        code, answer = self.ask(PREPARE_BUFFER, pack("<bhii", 1, command, part, 0))
        if code == DATA:
            return answer
        if code == PREPARE_DATA:
            return self._stream(answer)
        if code != OK or len(answer) < 5:
            raise CannotPull("pull_not_understood")
        size = _size(answer, 1)
        found = bytearray()
        while len(found) < size:
            found += self._piece(len(found), min(CHUNK, size - len(found)))
        self.ask(FREE_BUFFER)
        return bytes(found)

    def _piece(self, start: int, size: int) -> bytes:
        code, answer = self.ask(READ_BUFFER, pack("<ii", start, size))
        if code == PREPARE_DATA:
            answer = self._stream(answer)
        elif code != DATA:
            raise CannotPull("pull_not_understood")
        if len(answer) != size:
            raise CannotPull("pull_cut")
        return answer

    def _stream(self, announced: bytes) -> bytes:
        """After PREPARE_DATA the pieces come by themselves, and OK ends them."""
        size, found = _size(announced, 0), bytearray()
        while len(found) < size:
            code, _, answer = self._frame()
            if code != DATA or not answer:
                raise CannotPull("pull_cut" if code == OK else "pull_not_understood")
            found += answer
        if self._frame()[0] != OK or len(found) != size:
            raise CannotPull("pull_not_understood")
        return bytes(found)

    def _send(self, command: int, data: bytes) -> None:
        self._reply = (self._reply + 1) % 0xFFFF
        packet = bytearray(_PACKET.pack(command, 0, self._session, self._reply) + data)
        packet[2:4] = pack("<H", 0xFFFF - _sum(packet))
        try:
            self._socket.settimeout(self._left())
            self._socket.sendall(_HEAD.pack(_MAGIC, len(packet)) + packet)
        except TimeoutError:
            raise CannotPull("pull_too_slow") from None
        except OSError:
            raise CannotPull("pull_cut" if self._heard else "pull_busy") from None

    def _frame(self) -> tuple[int, int, bytes]:
        """The next packet: code, session, data. What a device tells unasked (a punch at this moment) is passed over."""
        while True:
            magic, length = _HEAD.unpack(self._exactly(_HEAD.size))
            if magic != _MAGIC or not _PACKET.size <= length <= LARGEST:
                raise CannotPull("pull_not_understood")
            packet = self._exactly(length)
            code, _, session, _ = _PACKET.unpack_from(packet)
            if _sum(packet):
                if code != PREPARE_DATA:
                    raise CannotPull("pull_damaged")
                log.info("a device announced data with a checksum of its own")
            if code != EVENT:
                return code, session, packet[_PACKET.size :]

    def _exactly(self, size: int) -> bytes:
        found = bytearray()
        while len(found) < size:
            try:
                self._socket.settimeout(min(self._left(), PATIENCE))
                got = self._socket.recv(min(size - len(found), 1 << 18))
            except TimeoutError:
                raise CannotPull("pull_too_slow" if self._heard else "pull_no_answer") from None
            except OSError:
                got = b""
            if not got:
                raise CannotPull("pull_cut" if self._heard else "pull_busy")
            found += got
        self._heard = True
        return bytes(found)

    def _left(self) -> float:
        left = self._until - monotonic()
        if left <= 0:
            raise CannotPull("pull_too_slow")
        return left


def enable_again(host: str, port: int, password: str) -> None:
    """For a device whose connection broke while it was disabled: nobody could punch until it is told otherwise.

    For a moment it may still believe that it talks over the old one.
    """
    until = monotonic() + CONNECT_S
    while monotonic() < until:
        try:
            wire = Wire(host, port, until)
        except CannotPull:
            break
        try:
            wire.open(password)
            wire.ask(ENABLE)
            wire.ask(EXIT)
            return
        except CannotPull:
            sleep(0.3)
        finally:
            wire.close()
    log.warning("a device could not be told that people may punch again", extra={"host": host})


def scrambled(key: int, session: int) -> bytes:
    """The password as devices want to hear it in this session."""
    turned = int(f"{key & 0xFFFFFFFF:032b}"[::-1], 2)
    mixed = [a ^ b for a, b in zip(pack("<I", (turned + session) & 0xFFFFFFFF), b"ZKSO", strict=True)]
    ticks = 50
    return bytes([mixed[2] ^ ticks, mixed[3] ^ ticks, ticks, mixed[1] ^ ticks])


def checksum(packet: bytes) -> int:
    """Of a packet whose checksum field is zero."""
    return 0xFFFF - _sum(packet)


def _sum(packet: bytes | bytearray) -> int:
    """Ones' complement sum of 16-bit words; 0 for a packet that carries its right checksum."""
    return int.from_bytes(packet, "little") % 0xFFFF


def _size(answer: bytes, at: int) -> int:
    try:
        size: int = unpack_from("<I", answer, at)[0]
    except error:
        raise CannotPull("pull_not_understood") from None
    if size > LARGEST:
        raise CannotPull("pull_not_understood")
    return size


words(
    {
        "pull_busy": N_("The device hung up at once; it may be talking to another program. It is asked again."),
        "pull_damaged": N_("What the device sent was damaged on the way. It is asked again by itself."),
    }
)
