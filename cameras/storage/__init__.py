"""Bytes under a name, in a folder or a bucket; used for pictures and for state.

files       atomic file writes
disk        a guard against disks that hang
s3_client   aiobotocore's S3 client
"""
