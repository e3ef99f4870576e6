"""The path of the parameters in a plane, with the loss over it: of any kind of problem."""
