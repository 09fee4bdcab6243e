"""Simulated cameras on loopback, for the demo and the tests: real sockets, real logins, drawn pictures.

scene         the picture: a road with moving cars, the camera's name and the time
login         the camera's side of Basic and Digest, as strict as a strict camera
vendor_apis   what each make's cameras answer to
request       reading one request
responses     what a faulty camera answers
faults        what can be wrong with a camera, by name, and the error that must result
camera        one camera: a server on a port that the system chose
fleet         many of them with real places, some failing and recovering
"""
