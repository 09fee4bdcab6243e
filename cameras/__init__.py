"""The map. A package or module imports only from those above it (checked by import-linter, see pyproject.toml).

text          untrusted text made safe for a log line, and durations for people
errors        what can go wrong, as one tree
camera        one row of the camera list
values        parsers for setting values (the settings are in config.py)
threads       blocking calls in daemon threads
service       what the operating system and Prometheus see: logs, console, systemd, metrics
net           resolver and bounded body, for cameras and bucket
storage       bytes under a name, in a folder or a bucket
state         small versioned documents that outlive the process
connection    one bounded, authenticated HTTP GET to one camera
makes         one file per make; to add a make, add a file
jpeg          validates a picture: is it a complete JPEG?
thumbnail     one attempt at one camera: fetch, validate, or a CameraError (the one error boundary)
store         where pictures go, a folder or a bucket; `uploads` handles outages of it
camera_list   the cameras to watch, from a dataset and private addresses
watch         ticks, status, one camera's loop, the fleet
control       asking the running service, over a Unix socket
status_page   the operators' page, metrics and health; reads the fleet, changes nothing
simulator     simulated cameras with configurable faults, for the demo and the tests
commands      one file per subcommand; `wiring` puts everything together

Outside this package: config.py (the settings, one row each; only `commands` imports it) and process_images.py (entry).
One picture's path: watch/watcher.py, thumbnail.py, makes/, connection/connection.py, store/.
"""

__version__ = "1.1.0"
