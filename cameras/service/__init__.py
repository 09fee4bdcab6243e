"""What the operating system and Prometheus see.

console    standard error, whose reader may stop reading
logs       the log: standard error and a file
metrics    Prometheus metrics
systemd    messages to systemd: ready, alive, status, stopping
"""

from cameras.service import logs
from cameras.service.metrics import Metrics, outcome_label
from cameras.service.systemd import Notifier

__all__ = ["Metrics", "Notifier", "logs", "outcome_label"]
