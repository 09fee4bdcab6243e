"""The shell scripts, run for real in a small copy of the project."""
