"""The run library: finished and pinned runs in an SQLite database in the user's data folder. Works without Qt."""
