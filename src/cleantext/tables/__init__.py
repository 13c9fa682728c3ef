"""Character tables that ship with the package, each made by a script beside it."""
