"""Where pictures go.

folder     a folder as the store
bucket     a bucket as the store
store      the protocol, and `open_store`
upload     one picture on its way to the store
queue      limits on puts under way and on bytes that wait
uploads    uploads through outages and shutdown
"""

from cameras.store.folder import FolderStore
from cameras.store.store import Store, open_store
from cameras.store.upload import Shown, Upload
from cameras.store.uploads import Uploads

__all__ = ["FolderStore", "Shown", "Store", "Upload", "Uploads", "open_store"]
