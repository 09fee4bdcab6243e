"""The way of a picture, in the order of the imports; a module imports only from lines above it.

errors       what can go wrong, as one tree
(config)     the settings, at the top level
camera       one row of the camera list, and all that is remembered about it
challenge    a 401's challenges: which one to answer, and the answer
connection   one bounded, authenticated HTTP GET to one camera
makes/       one file per make: the paths its cameras answer to
jpeg         is this a whole picture?
thumbnail    a whole picture from one camera, or a CameraError: the one boundary to the outside
dataset      the camera list: socrata rows + addresses (a CSV) -> cameras, and why others are left out
stores       where pictures go: an S3 bucket or a folder; uploads: what has begun is finished
ticks, watch each camera's time slots, and the endless loop that keeps its picture fresh
logs         the log that `tail -f` follows, and the summary of each interval
simulator/   a fleet of pretend cameras with chosen ailments, for the demo and the tests
"""
