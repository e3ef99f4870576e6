"""The figures of an associative memory."""
