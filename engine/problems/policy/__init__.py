"""Policies that are learned by trial: environments, methods of the policy gradient, and a policy with its value."""
