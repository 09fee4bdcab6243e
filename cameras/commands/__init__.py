"""One file per subcommand, and what only commands need.

command_line   the command-line parser
wiring         puts everything together
run            the daemon: all cameras, continuously
once           one cycle for every camera
check          is everything set up?
trace          one attempt at one camera, printed step by step
identify       which make is this camera?
probe          one camera, for a technician on site
demo           the daemon against simulated cameras
"""
