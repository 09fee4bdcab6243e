"""The operators' page: reads the fleet, changes nothing.

clients      limits on connections, on time to send, and on the event loop's time
security     which Host is answered, and strict headers
map          where each camera is drawn
view         what the templates show: filter, groups, pictures' URLs, times
pages        the routes
server       listens, and serves the routes
"""

from cameras.status_page.clients import Limits
from cameras.status_page.server import open_page

__all__ = ["Limits", "open_page"]
