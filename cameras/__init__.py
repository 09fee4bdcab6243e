"""The way of a picture, in the order of the imports: a module imports only from lines above its own.

errors      what can go wrong, as one tree
camera      one row of the camera list, and all that is remembered about it
values      what a setting's text must be
config      (at the top level) the settings, in one table
challenge   a 401's challenges: which one is answered, and with what
connection  one bounded, authenticated HTTP GET to one camera
makes       one file per make: the paths that its cameras answer to
jpeg        is this a whole picture?
thumbnail   a whole picture from one camera, or a CameraError: the one boundary to the outside
csv_file    rows of a CSV that a person wrote
addresses   the private CSV of addresses and logins
dataset     rows of the dataset + addresses -> cameras, and why rows are left out
export      the dataset from a file
files       files that are whole or not there
kept        the last good camera list, on disk
socrata     the dataset from Socrata
duration    a length of time in words
camera_list where the rows come from, and what is said about those left out
stores      where pictures go: an S3 bucket or a folder
uploads     the way into the store: what has begun is finished, an outage is told once
ticks       each camera's time slots
watch       the endless loop that keeps a picture fresh, and its one cycle
logs        the log that `tail -f` follows, and the summary of each interval
daemon      the whole fleet: one endless task for each camera
once        one cycle for each camera, and a table
simulator   a fleet of pretend cameras with chosen ailments
demo        the daemon against that fleet
"""
