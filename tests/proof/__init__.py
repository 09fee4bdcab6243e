"""What the README promises, tried at fleet size: `scripts/prove` runs all scenarios and prints one table of figures.

elsewhere  servers in a process of their own: pretend cameras, and a bucket that takes whatever is put
watching   the daemon's own parts, watching them, with the figures taken
scenarios  fleet, outage, kill, stop and soak
"""
