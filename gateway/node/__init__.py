"""The node of one agency: holds its keys, shows its content, speaks with its systems, masks, then seals."""
