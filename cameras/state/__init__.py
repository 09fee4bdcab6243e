"""Small documents that outlive the process, each with a format version and changed by compare-and-swap.

documents       bytes by name: what every place for documents offers
folder          such a place in a folder
document        one JSON document with a format version
login_digest    recognising a login without storing it
camera_memory   what is remembered about each camera
run_lock        one running service per state folder
"""

from cameras.state.camera_memory import CameraMemory, Remembered, open_memory
from cameras.state.document import Document
from cameras.state.documents import Documents
from cameras.state.folder import FolderDocuments
from cameras.state.run_lock import RunLock, running_pid, sole_run

__all__ = [
    "CameraMemory",
    "Document",
    "Documents",
    "FolderDocuments",
    "Remembered",
    "RunLock",
    "open_memory",
    "running_pid",
    "sole_run",
]
