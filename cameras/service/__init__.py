"""What the operating system and Prometheus see.

console          standard error that never blocks
journal          lines for systemd's journal
log_file         a log file that rotates and follows its name
log_queue        a bounded queue of log lines
queued_log_file  the log file, written by a thread of its own
logs             sets up logging to standard error and the file
metrics          Prometheus metrics
systemd          messages to systemd: ready, alive, status, stopping
"""

from cameras.service import logs
from cameras.service.metrics import Metrics, outcome_label
from cameras.service.systemd import Notifier

__all__ = ["Metrics", "Notifier", "logs", "outcome_label"]
