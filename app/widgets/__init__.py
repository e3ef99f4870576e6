"""Small Qt widgets that know nothing of descent."""
