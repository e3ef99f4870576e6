"""Small Qt widgets that know nothing of gradient descent."""
