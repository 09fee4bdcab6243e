"""The documented guarantees, verified at fleet size: `scripts/prove` runs all scenarios and prints one table.

fleet_process  servers in a process of their own: simulated cameras, and a bucket that accepts every upload
resources      memory, files, tasks and threads that this process holds
measured       the service's own parts watching a fleet, and what is measured meanwhile
result         a row of the table
fleet          healthy cameras beside faulty ones
outage         the bucket becomes unavailable and comes back
restarts       the service is killed, or stopped, and started again
soak           a day of the fleet
"""
