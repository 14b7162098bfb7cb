"""A whole exchange on one machine, for development, demonstration and tests: keys, processes, invented agencies."""
