"""What every HTTP client here needs, for cameras and for the bucket.

bounded_body   the body of a response that may never end
resolver       host names -> addresses, in threads that nobody waits for
"""
