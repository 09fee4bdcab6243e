"""The cameras to watch, from a dataset completed by a private CSV.

csv_file        CSV files written by people
addresses       the private CSV: addresses, logins, corrections
never_publish   ids that are never polled and never shown
dataset         rows of the dataset -> cameras, and why rows are skipped
export          the dataset from a file
socrata         the dataset from a Socrata portal
source          where the list comes from, and what completes it
list_cache      the portal's last good list, on disk
camera_list     which of these is used, and what is logged about it
reader          the list, read again and again while the service runs
find            one camera of the list, for the probe
"""

from cameras.camera_list.addresses import GENERIC
from cameras.camera_list.camera_list import CameraList, load_cameras
from cameras.camera_list.find import Found, find_camera
from cameras.camera_list.reader import ListReader
from cameras.camera_list.socrata import Limits, Portal
from cameras.camera_list.source import ListSource

__all__ = [
    "GENERIC",
    "CameraList",
    "Found",
    "Limits",
    "ListReader",
    "ListSource",
    "Portal",
    "find_camera",
    "load_cameras",
]
