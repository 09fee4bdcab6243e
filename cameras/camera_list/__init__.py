"""From a dataset and private addresses to cameras.

csv_file      CSV files written by people
addresses     the private CSV: addresses, logins, corrections
dataset       rows of the dataset -> cameras, and why rows are skipped
export        the dataset from a file
list_cache    the last good list, on disk
socrata       the dataset from a Socrata portal
camera_list   which of these to use, and what is logged about it
"""
