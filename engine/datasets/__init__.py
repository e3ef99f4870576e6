"""The data that networks learn from: generated, measured, imported or drawn; and how they are made ready."""
