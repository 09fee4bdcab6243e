"""What the operating system and Prometheus see of the service.

console   a standard error that never blocks
logs      the log: console, and a file that `tail -f` can follow
metrics   Prometheus metrics
systemd   the notify socket: ready, watchdog, status
"""
