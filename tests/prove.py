"""What the README promises, tried at fleet size: `scripts/prove` runs it all and prints one table of figures.

Cameras are real servers in a process of their own; the daemon's own parts watch them.
"""

MAKES = ("Advidia", "Axis", "Sarix", "Wisenet")
