"""Bytes under a name, in a folder or a bucket; used for pictures and for state.

files          atomic file writes
disk           a guard against disks that do not respond
bounded_http   aiobotocore's HTTP client: no redirects, bounded answers
aws_client     an aiobotocore client over it, for any AWS service
s3_errors      what S3's errors mean for an operator
s3             objects in a bucket: one signed PUT each
"""

from cameras.storage.disk import Disk
from cameras.storage.files import write_atomically

__all__ = ["Disk", "write_atomically"]
