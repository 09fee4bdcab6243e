"""The map of the package, in the order of the imports: a module imports only from lines above its own.

errors      what can go wrong, as one tree
camera      what the camera list says of one camera
values      what a setting's text must be
config      (at the top level) the settings, in one table
challenge   a 401's challenges: which one is answered, and with what
login       sending a login to a camera that asks for one
daemon_thread  a blocking call that nobody has to wait for
resolver    host names of cameras -> addresses
body        the body of an answer that may never end
connection  one bounded, authenticated HTTP GET to one camera
makes       one file per make: the paths that its cameras answer to
jpeg        is this a whole picture?
thumbnail   a whole picture from one camera, or a CameraError: the one boundary to the outside
csv_file    rows of a CSV that a person wrote
addresses   the private CSV of addresses and logins
dataset     rows of the dataset + addresses -> cameras, and why rows are left out
export      the dataset from a file
disk        a disk that may hang
files       files that are whole or not there
kept        the last good camera list, on disk
socrata     the dataset from Socrata
duration    a length of time in words
camera_list where the rows come from, and what is said about those left out
metrics     what is counted and measured, for Prometheus
s3_client   aiobotocore's S3 client, made fit for many small pictures
s3_store    a bucket as the store
stores      where pictures go: an S3 bucket or a folder
uploads     the way into the store: what has begun is finished, an outage is told once
ticks       each camera's time slots
status      all that is remembered about one camera
watch       the endless loop that keeps a picture fresh, and its one cycle
fleet       all cameras at a glance: summary, gauges, health
status_page the operators' page, read from the fleet
systemd     what the service manager is told
console     standard error, whose reader may stop reading
logs        the log that `tail -f` follows
command_line what may be typed behind process_images.py
daemon      the whole fleet: one endless task for each camera
once        one cycle for each camera, and a table
check       is all set up?
explain     one try, told step by step as it goes over the wire
every_make  which make is this camera?
probe       one camera, one try, for the person at the pole
simulator   a fleet of pretend cameras with chosen ailments
demo        the daemon against that fleet
"""

__version__ = "1.0.0"
