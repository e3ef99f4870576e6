"""What can be descended: problems of every kind, each in a package of its own."""
