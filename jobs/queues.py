"""Queue names and time limits, in one place.

One queue, because a worker that listens on one takes jobs reliably (a killed worker's job stays on a list)
and one that listens on several does not. The drain jumps it; more workers serve the same queue.
"""

from webapp.core.queue import DEFAULT_QUEUE, DRAIN_SECONDS

QUEUES = (DEFAULT_QUEUE,)

DRAIN = DRAIN_SECONDS
SHORT = 60
LONG = 900

WORKER_TTL = 30
MAINTENANCE_SECONDS = 10
MONITORING_SECONDS = 5
