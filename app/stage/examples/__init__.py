"""Views of single examples."""
