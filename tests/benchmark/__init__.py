"""What the service costs: `scripts/bench` measures it in one run and prints the tables of docs/performance.md.

servers   nginx: a 70 KB still from every loopback address, and a bucket that accepts every PUT
path      a client under test: ours, the libraries alone, httpx with aiobotocore's defaults, or curl
client    runs `path` as a process of its own and measures it
daemon    runs the whole service as a process of its own and measures it
profile   where our own path spends its time
idle      a process with many idle cameras, for its memory
punctual  the fleet on its slots, or after a restart: how late, how soon fresh
"""
