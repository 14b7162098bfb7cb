"""Reads duty rosters that come as a file. Whatever else stands in a file, names included, is left where it is."""
