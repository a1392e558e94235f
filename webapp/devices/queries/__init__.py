"""What is known of devices and of what they sent."""

from webapp.devices.queries.callers import Caller as Caller
from webapp.devices.queries.callers import caller as caller
from webapp.devices.queries.pulls import pulls_due as pulls_due
from webapp.devices.queries.requests import Unread as Unread
from webapp.devices.queries.requests import unread as unread
