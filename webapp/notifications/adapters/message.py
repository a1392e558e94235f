"""What is sent, and by whom; plain data, so that it can be sent outside any transaction."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from webapp.notifications.rules import Outcome


@dataclass(frozen=True, slots=True)
class Mail:
    """How mail leaves: SMTP_URL taken apart. `security`: tls (from the start), starttls or none."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str


@dataclass(frozen=True, slots=True)
class House:
    """What this installation allows and has for sending."""

    private: bool = False
    """Plain http and addresses of the own network may be called."""
    mail: Mail | None = None
    private_push: bool = False
    """The same for push services, whose addresses anybody who signs in may give: for tests only."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one robot or list of mail addresses."""

    target: str
    secret: str
    text: str
    link: str
    """Absolute, or empty when nobody told the public address."""
    key: str
    at: datetime
    house: House = field(default_factory=House)


Send = Callable[[Message], Outcome]
