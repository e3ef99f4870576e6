"""Views of single examples and of the confusion matrix."""
