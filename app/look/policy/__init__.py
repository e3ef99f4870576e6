"""What the stage and the figures of policies have in common."""
