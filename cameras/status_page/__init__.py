"""The operators' page: reads the fleet, changes nothing.

clients   limits on connections, on time to send, and on the event loop's time
guard     who may ask, and the strict headers
view      the page's model: what it shows about a camera and the fleet
server    the routes
"""
