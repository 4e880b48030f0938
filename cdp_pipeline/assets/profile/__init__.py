"""Tables of the layer profile, one file a table."""
