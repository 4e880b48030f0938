"""Tables of the layer unified, one file a table."""
