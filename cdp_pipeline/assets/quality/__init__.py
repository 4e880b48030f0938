"""Tables of the layer quality, one file a table."""
