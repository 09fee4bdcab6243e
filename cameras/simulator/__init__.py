"""Simulated cameras on loopback, for the demo and the tests: real sockets, real logins, drawn pictures.

scene         the picture: a road with moving cars, the camera's name and the time
login         the camera's side of Basic and Digest, as strict as a strict camera
vendor_apis   which requests each make's cameras answer
request       reads one request
responses     what a faulty camera sends
faults        what can be wrong with a camera, by name, and the error that must result
camera        one camera: a server on a port that the system chose
fleet         many cameras with real places, some of them failing and recovering
"""
