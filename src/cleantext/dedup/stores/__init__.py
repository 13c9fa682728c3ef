"""Where an index keeps what it remembers: in memory, in a SQLite file, or in Redis. `base` is what all of them offer."""
