"""Where pictures go.

folder     a folder as the store
s3_store   a bucket as the store
store      the protocol, and `open_store`
uploads    uploads through outages and shutdown
"""
