"""What is known of devices and of what they sent."""

from webapp.devices.queries.requests import Unread as Unread
from webapp.devices.queries.requests import next_unread as next_unread
