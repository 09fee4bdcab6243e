"""What the README promises, tried at fleet size: `scripts/prove` runs all scenarios and prints one table of figures.

elsewhere  servers in a process of their own: pretend cameras, and a bucket that takes whatever is put
watching   the daemon's own parts, watching them, with the figures taken
row        what a scenario finds
fleet      healthy cameras beside ailing ones
outage     the bucket is taken away and comes back
deaths     the daemon is killed, or told to stop, and started again
soak       a day of the fleet
"""
