"""Everything a person touches: set-up, command line, window, documents, figures."""
