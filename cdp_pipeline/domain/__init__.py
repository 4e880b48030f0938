"""Pure rules: identity, survivorship, consent, segments, mappings. No Dagster, no I/O."""
