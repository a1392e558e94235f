"""What is known of devices and of what they sent."""

from webapp.devices.queries.callers import Caller as Caller
from webapp.devices.queries.callers import caller as caller
from webapp.devices.queries.files import FileImport as FileImport
from webapp.devices.queries.files import FileOf as FileOf
from webapp.devices.queries.files import file_device as file_device
from webapp.devices.queries.files import file_devices as file_devices
from webapp.devices.queries.files import file_imported as file_imported
from webapp.devices.queries.files import file_imported_before as file_imported_before
from webapp.devices.queries.files import known_at as known_at
from webapp.devices.queries.files import still_held as still_held
from webapp.devices.queries.pulls import pulls_due as pulls_due
from webapp.devices.queries.requests import Unread as Unread
from webapp.devices.queries.requests import unread as unread
