"""Tables of the layer activation, one file a table."""
