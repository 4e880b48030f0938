"""The SQL side: macros, parsing, lineage, and the builder that makes assets of `.sql` files."""
