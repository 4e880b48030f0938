"""Tables of the layer metrics, one file a table."""
