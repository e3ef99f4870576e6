"""Multi-layer perceptrons on a flat theta: shape, activations, losses, initializers, exact gradients."""
