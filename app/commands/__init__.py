"""The command line, one file a command; each works without Qt."""
