"""A fleet of pretend cameras on loopback, for the demo and the tests: real sockets, real logins, drawn pictures.

scene          the picture: a road with moving cars, the camera's name and the time
gate           the camera's side of Basic and Digest, as strict as a strict camera
apis           what each make's cameras answer to
request        what a camera is asked
acts           what an ailing camera does when it is asked
ailments       what can be wrong with a camera, by name, and the error that we must make of it
pretend        one camera: a server on a port that the system chose
pretend_fleet  many of them with real places, some ailing and recovering
"""
