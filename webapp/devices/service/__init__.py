"""What happens to devices and to what they send."""

from webapp.devices.service.calls import greet as greet
from webapp.devices.service.calls import note_call as note_call
from webapp.devices.service.calls import note_too_large as note_too_large
from webapp.devices.service.calls import note_unknown as note_unknown
from webapp.devices.service.calls import remember as remember
from webapp.devices.service.calls import take_in as take_in
from webapp.devices.service.commands import ask as ask
from webapp.devices.service.commands import ask_for_everything as ask_for_everything
from webapp.devices.service.commands import hand_out as hand_out
from webapp.devices.service.commands import note_results as note_results
from webapp.devices.service.completeness import note_heard as note_heard
from webapp.devices.service.digest import digest as digest
from webapp.devices.service.digest import rebuild as rebuild
from webapp.devices.service.files import import_file as import_file
from webapp.devices.service.store import heard as heard
from webapp.devices.service.store import mark_read as mark_read
from webapp.devices.service.store import store_lines as store_lines
from webapp.devices.service.store import store_read as store_read
from webapp.devices.service.store import store_request as store_request
