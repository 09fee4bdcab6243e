"""What the service costs: `scripts/bench` measures it and prints the tables of docs/performance.md.

servers  nginx: a 70 KB still from every loopback address, and a bucket that takes every PUT
path     the client under test, in a process of its own: ours, the libraries alone, httpx with
         aiobotocore's defaults, or curl
profile  where our own path spends its time
idle     a process with so many idle cameras, for its memory
punctual the fleet on its slots, or after a restart: how late, how soon fresh
"""
