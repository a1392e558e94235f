"""Attendance devices that misbehave as real ones do."""
