"""Bytes under a name, in a folder or a bucket; used for pictures and for state.

files       atomic file writes
disk        a guard against disks that do not respond
s3_client   aiobotocore's S3 client
"""

from cameras.storage.disk import Disk
from cameras.storage.files import write_atomically

__all__ = ["Disk", "write_atomically"]
