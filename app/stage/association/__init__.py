"""The stage of an associative memory."""
