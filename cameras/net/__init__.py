"""What every HTTP client here needs, for cameras and for the bucket.

bounded_body   the body of a response, up to a limit
resolver       host names -> addresses, in threads that nothing waits for
"""

from cameras.net.bounded_body import read_body
from cameras.net.resolver import Resolver

__all__ = ["Resolver", "read_body"]
