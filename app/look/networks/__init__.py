"""What is shown alike of networks on the stage and in figures."""
