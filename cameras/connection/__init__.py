"""One bounded, authenticated HTTP GET to one camera.

challenge    a 401's challenges, and which one is answered
login        sending a login to a camera that asks for it
connection   the GET that a make's fetcher uses
"""
