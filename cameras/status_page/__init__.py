"""The operators' page: read-only, from the Fleet alone.

view    what is said of a camera, as plain values: for the templates and for status.json
guard   the headers that keep strangers out
server  the routes
"""
