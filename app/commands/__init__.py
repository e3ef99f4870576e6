"""The command line, one file a command; all but the window work without Qt."""
