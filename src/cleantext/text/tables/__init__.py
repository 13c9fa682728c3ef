"""Character data of the text stages, and the scripts that make it."""
