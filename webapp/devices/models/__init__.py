"""Attendance devices: the registry, what they sent as it came, and the punches read out of it."""

from webapp.devices.models.raw import BadLine as BadLine
from webapp.devices.models.raw import DeviceEvent as DeviceEvent
from webapp.devices.models.raw import DeviceRequest as DeviceRequest
from webapp.devices.models.raw import HeldDecision as HeldDecision
from webapp.devices.models.raw import RawPunch as RawPunch
from webapp.devices.models.registry import DeviceCommand as DeviceCommand
from webapp.devices.models.registry import PairingWindow as PairingWindow
from webapp.devices.models.registry import PinHolder as PinHolder
from webapp.devices.models.registry import Terminal as Terminal
from webapp.devices.models.registry import TerminalDay as TerminalDay
from webapp.devices.models.registry import TerminalSite as TerminalSite
from webapp.devices.models.registry import TerminalState as TerminalState
from webapp.devices.models.registry import UnknownSerial as UnknownSerial
