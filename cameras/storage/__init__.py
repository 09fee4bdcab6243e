"""Bytes under a name, in a bucket: what pictures and, later, state are kept in."""
