"""Tables of the layer segments, one file a table."""
