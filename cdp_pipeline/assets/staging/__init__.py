"""Tables of the layer staging, one file a table."""
