"""Tables of the layer identity, one file a table."""
