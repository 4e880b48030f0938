"""The tables of the pipeline, one file a table, in a folder a layer."""
