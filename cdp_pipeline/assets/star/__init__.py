"""Tables of the layer star, one file a table: facts and dimensions for BI tools, published under their names."""
