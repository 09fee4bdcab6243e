"""One module per subcommand, and what only commands need.

A subcommand's module has `async def main(arguments, config, notifier)`, which returns the exit status.

versions       the versions that a bug report needs
settings_file  settings from a file of NAME=value lines
table          the table that commands print
wiring         builds the parts of the service from the settings
background     what runs beside the cameras: page, reloads, reports
run            the service: all cameras, continuously
status         how the running service is
health         whether the running service works
reload         the running service reads the camera list again
revive         the running service tries cameras now
once           one cycle for every camera
check          is everything set up?
login_guard    keeps a probe from locking an account
trace          one attempt to fetch a picture, printed step by step
identify       which make is this camera?
probe          one camera, for a technician on site
demo           the service against simulated cameras
command_line   the command-line parser
"""
