"""Multi-layer perceptrons on a flat theta: shape, activations, losses, initial weights, exact gradients."""
