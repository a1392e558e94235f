"""One module per brand or way in, each with an `ADAPTER`; adding one touches nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from webapp.core.errors import N_, DomainError, words
from webapp.devices.rules import Bad, Line, Parsed

Told = Mapping[str, Any]
"""The parameters a body came with, as stored in DeviceRequest.params."""


@dataclass(frozen=True, slots=True)
class Target:
    """A device we ask. `user` and `password` are what it wants to hear, "" where it wants nothing."""

    host: str
    port: int
    user: str
    password: str
    zone: str
    layout: int | None
    deadline_s: float
    """Everything together takes at most so many seconds."""
    since: datetime | None = None
    """Where the protocol can be asked for a part: from this moment on."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """Everything a device answered. `clock` is what its clock showed ("YYYY-MM-DD HH:MM:SS") at `clock_at`."""

    lines: Iterable[Line | Bad | None]
    """One for each record; None for one about nobody. May be read while it is gone through, and raise CannotPull.

    The text of a Bad is the record in a form that `parse` of the kind "unread" reads again, one a line.
    """
    count: int | None = None
    """How many records it says there are of what was asked for."""
    whole: bool = True
    """Everything was asked for, not only what came since some moment."""
    serial: str | None = None
    clock: str | None = None
    clock_at: datetime | None = None
    layout: int | None = None
    info: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Adapter:
    """`code` is the kind of a terminal. `parse` reads one stored body, `pull` asks a device; either may be missing.

    `reader` counts changes of `parse`: what an older one read can be read again.
    """

    code: str
    label: str
    parse: Callable[[str, bytes, Told], Parsed] | None = None
    """(kind of the request, body, parameters)"""
    pull: Callable[[Target], Pulled] | None = None
    """Raises CannotPull."""
    port: int | None = None
    """Where such devices usually listen."""
    reader: int = 1
    calls: bool = False
    """It calls by itself every few seconds: commands reach it, and silence means something is wrong."""
    signs: bool = False
    """What it sends is signed with a secret we keep, instead of a key it sends along."""
    listens: bool = False
    """Beside being asked, it can report each punch to an address of its own, /api/<code>/<serial>/<key>."""


class CannotPull(DomainError):
    """A device did not give what it was asked for; `code` says why."""

    status = 502


@cache
def adapters() -> Mapping[str, Adapter]:
    """Every adapter by its code, in the order of their modules."""
    found: dict[str, Adapter] = {}
    for file in sorted(Path(__file__).parent.glob("[a-z]*")):
        if file.suffix == ".py" or (file / "__init__.py").exists():
            made = getattr(import_module(f"{__name__}.{file.stem}"), "ADAPTER", None)
            if isinstance(made, Adapter):
                found[made.code] = made
    return found


words(
    {
        "pull_no_answer": N_("The device does not answer. Look at its cable, its address and its port."),
        "pull_refused": N_("The device refuses the password. Correct it on the device's page."),
        "pull_cut": N_("The device closed the connection in the middle. It is asked again by itself."),
        "pull_too_slow": N_("The device did not finish in time. It is asked again by itself."),
        "pull_not_understood": N_("The device answers in a way nobody knows. Import a file of it and tell support."),
        "pull_ambiguous": N_("The device's records fit more than one layout, so none was guessed. It is asked again."),
        "pull_other_device": N_("Another device answers at this address: %(serial)s. Correct the address."),
    }
)
