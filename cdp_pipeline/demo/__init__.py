"""Synthetic extracts of one outdoor retailer's seven systems, with the truth beside them."""
