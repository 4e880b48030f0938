"""A Customer Data Platform as a batch data pipeline: from raw extracts to one profile per person."""
