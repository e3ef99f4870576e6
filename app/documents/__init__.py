"""The user's files and the bundled ones: validated on reading, written atomically."""
