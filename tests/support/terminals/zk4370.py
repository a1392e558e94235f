"""A ZKTeco terminal on TCP 4370: all layouts, one client at a time, and every way to misbehave that was seen."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

MAGIC = bytes.fromhex("5050827d")
OK, ERROR, UNAUTH = 2000, 2001, 2005


@dataclass(frozen=True)
class Record:
    pin: str
    at: str
    """The device's clock, "YYYY-MM-DD HH:MM:SS", possible or not."""
    verify: int = 1
    state: int = 0
    work: int = 0


@dataclass
class Faults:
    """One thing that goes wrong; all off is an honest device."""

    count_off: int = 0
    """What FREE_SIZES says too many or too few, always."""
    lands_during_read: Sequence[Record] = ()
    """Punches that land one by one, each while the table is being read."""
    cut_after: int | None = None
    """Bytes of the table after which the connection is gone."""
    silent_on: int | None = None
    """The command that is never answered."""
    silent_once_on: int | None = None
    """The command that is not answered the first time; the connection is of no more use."""
    slow_s: float = 0.0
    """Pause before every piece of the table."""
    bad_checksum_on: int | None = None
    """The code of the answers whose checksum is wrong."""
    streams: bool = False
    """READ_BUFFER is answered with PREPARE_DATA, DATA and OK."""
    garbage: bool = False
    empty_unanswered: bool = False
    """The table of an empty device is an error."""
    events: bool = False
    """It tells of a live event in between."""


@dataclass
class Terminal:
    """`with Terminal(records=[...]) as device: device.port`"""

    records: list[Record] = field(default_factory=list)
    layout: int = 40
    serial: str = "ZK4370000001"
    password: int = 0
    """0: none is asked for."""
    skew_s: int = 0
    zone_s: int = 8 * 3600
    users_layout: int = 28
    faults: Faults = field(default_factory=Faults)
    commands: list[int] = field(default_factory=list)
    disabled: bool = False
    raw: bytes | None = None
    """The bytes of the table instead of the records'."""
    _users: list[str] | None = None

    def __enter__(self) -> Terminal:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._stop = threading.Event()
        self._busy = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def prepare(self) -> None:
        """Make the bytes of the table once, for a device whose speed must not matter."""
        self.raw, self._users = _table(self), self.users

    @property
    def users(self) -> list[str]:
        return self._users or sorted({record.pin for record in self.records})

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """A second client is hung up on; one that comes just after another finds it free."""
        with client, suppress(OSError, ConnectionError):
            if self._busy.acquire(timeout=0.5):
                try:
                    _Session(self, client).run()
                finally:
                    self._busy.release()


class _Session:
    def __init__(self, device: Terminal, client: socket.socket) -> None:
        self.device, self.client, self.id, self.reply = device, client, 0x45CF, 0
        self.open, self.table = device.password == 0, b""

    def run(self) -> None:
        while not self.device._stop.is_set():
            head = self._exactly(8)
            packet = self._exactly(struct.unpack("<4sI", head)[1])
            command, _, _, self.reply = struct.unpack_from("<HHHH", packet)
            assert int.from_bytes(packet, "little") % 0xFFFF == 0, "the reader sends wrong checksums"
            self.device.commands.append(command)
            if command == self.device.faults.silent_on:
                self.device._stop.wait(60)
                return
            if command == self.device.faults.silent_once_on:
                self.device.faults.silent_once_on = None
                self.device._stop.wait(0.4)
                return
            if self._answer(command, packet[8:]):
                return

    def _answer(self, command: int, data: bytes) -> bool:
        if command == 1102:
            self.open = data == _expected(self.device.password, self.id)
        if command in (1000, 1102) or not self.open:
            self._send(OK if self.open else UNAUTH)
            return False
        return self._for_friends(command, data)

    def _for_friends(self, command: int, data: bytes) -> bool:
        device = self.device
        if command == 1001:
            self._send(OK)
            return True
        elif command in (1002, 1003):
            device.disabled = command == 1003
            self._send(OK)
        elif command == 11:
            name = data.rstrip(b"\0").decode()
            self._send(OK if name == "~SerialNumber" else ERROR, f"{name}={device.serial}\0".encode())
        elif command == 50:
            self._send(OK, self._sizes())
        elif command == 201:
            now = datetime.fromtimestamp(time.time() + device.skew_s + device.zone_s, UTC)
            self._send(OK, struct.pack("<I", encode(f"{now:%Y-%m-%d %H:%M:%S}")))
        else:
            return self._buffers(command, data)
        return False

    def _sizes(self) -> bytes:
        numbers = [0] * 20
        numbers[4] = len(self.device.users)
        numbers[8] = len(self.device.records) + self.device.faults.count_off
        numbers[16] = 100_000
        return struct.pack("<20i", *numbers)

    def _buffers(self, command: int, data: bytes) -> bool:
        device, faults = self.device, self.device.faults
        if command == 1503:
            which = struct.unpack("<bhii", data)[1]
            if which == 13 and faults.lands_during_read:
                landing, faults.lands_during_read = faults.lands_during_read[0], faults.lands_during_read[1:]
                device.records.append(landing)
            self.table = _table(device) if which == 13 else _users(device)
            if not device.records and faults.empty_unanswered:
                self._send(ERROR)
                return False
            if faults.garbage:
                self.client.sendall(b"GET / HTTP/1.1\r\n\r\n" * 4)
                return True
            if len(self.table) < 1024 and not faults.streams and faults.cut_after is None:
                self._send(1501, self.table)
            else:
                self._send(OK, b"\0" + struct.pack("<I", len(self.table)) + b"\0\0\0\0")
        elif command == 1504:
            start, size = struct.unpack("<ii", data)
            return self._piece(start, self.table[start : start + size])
        elif command == 1502:
            self._send(OK)
        else:
            self._send(ERROR)
        return False

    def _piece(self, start: int, piece: bytes) -> bool:
        faults = self.device.faults
        self.device._stop.wait(faults.slow_s)
        if faults.events:
            self._send(500, b"\1\0\0\0")
        if faults.cut_after is not None and start + len(piece) > faults.cut_after:
            packet = self._packet(1501, piece)
            self.client.sendall(packet[: 16 + max(faults.cut_after - start, 0)])
            return True
        if faults.streams:
            self._send(1500, struct.pack("<II", len(piece), 0))
            for at in range(0, len(piece), 1024):
                self._send(1501, piece[at : at + 1024])
            self._send(OK)
        else:
            self._send(1501, piece)
        return False

    def _send(self, code: int, data: bytes = b"") -> None:
        self.client.sendall(self._packet(code, data))

    def _packet(self, code: int, data: bytes) -> bytes:
        body = bytearray(struct.pack("<HHHH", code, 0, self.id, self.reply) + data)
        right = 0xFFFF - int.from_bytes(body, "little") % 0xFFFF
        wrong = code == self.device.faults.bad_checksum_on
        body[2:4] = struct.pack("<H", right ^ 1 if wrong else right)
        return MAGIC + struct.pack("<I", len(body)) + bytes(body)

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            got = self.client.recv(size - len(found))
            if not got:
                raise ConnectionError
            found += got
        return found


def encode(at: str) -> int:
    year, month, day, hour, minute, second = (int(part) for part in at.replace(" ", "-").replace(":", "-").split("-"))
    return ((((year - 2000) * 12 + month - 1) * 31 + day - 1) * 24 + hour) * 3600 + minute * 60 + second


def _table(device: Terminal) -> bytes:
    if device.raw is not None:
        return device.raw
    numbers = {pin: n for n, pin in enumerate(device.users, 1)}
    rows = b"".join(_row(device.layout, numbers[record.pin], record) for record in device.records)
    return struct.pack("<I", len(rows)) + rows


def _row(layout: int, uid: int, record: Record) -> bytes:
    at = encode(record.at)
    if layout == 8:
        return struct.pack("<HBIB", uid, record.verify, at, record.state)
    if layout == 16:
        return struct.pack("<IIBB2sI", int(record.pin), at, record.verify, record.state, b"\0\0", record.work)
    row = struct.pack("<H24sBIB8s", uid, record.pin.encode(), record.verify, at, record.state, b"\0" * 8)
    return row.ljust(layout, b"\xff")


def _users(device: Terminal) -> bytes:
    rows = b""
    for uid, pin in enumerate(device.users, 1):
        if device.users_layout == 28:
            rows += struct.pack("<HB5s8sIxBhI", uid, 0, b"12345", b"secret", 0, 0, 0, int(pin))
        else:
            rows += struct.pack("<HB8s24sIx7sx24s", uid, 0, b"12345", "张三".encode("gb18030"), 0, b"", pin.encode())
    return struct.pack("<I", len(rows)) + rows


def _expected(password: int, session: int) -> bytes:
    """Written as the makers' own program does it, not as our reader does."""
    k = 0
    for bit in range(32):
        k = (k << 1) | (1 if password & (1 << bit) else 0)
    k = (k + session) & 0xFFFFFFFF
    a, b, c, d = struct.pack("<I", k)
    high, low = struct.unpack("<HH", bytes([a ^ ord("Z"), b ^ ord("K"), c ^ ord("S"), d ^ ord("O")]))
    a, b, _, d = struct.pack("<HH", low, high)
    return bytes([a ^ 50, b ^ 50, 50, d ^ 50])
