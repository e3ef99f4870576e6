"""What the diagram of a network is made of: where everything is, how it is painted, said, walked through, edited."""
