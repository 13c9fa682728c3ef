"""Where an index keeps what it remembers: memory, a SQLite file, Redis; `base` says what each of them offers."""
