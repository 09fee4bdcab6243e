"""What the operating system and Prometheus see.

console    standard error that never blocks
log_file   a log file that rotates and follows its name
logs       sets up logging to both
metrics    Prometheus metrics
systemd    messages to systemd: ready, alive, status, stopping
"""

from cameras.service import logs
from cameras.service.metrics import Metrics, outcome_label
from cameras.service.systemd import Notifier

__all__ = ["Metrics", "Notifier", "logs", "outcome_label"]
