"""What happens to devices and to what they send."""

from webapp.devices.service.store import heard as heard
from webapp.devices.service.store import mark_read as mark_read
from webapp.devices.service.store import store_lines as store_lines
from webapp.devices.service.store import store_request as store_request
