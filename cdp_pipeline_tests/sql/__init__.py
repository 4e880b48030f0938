"""Tests of cdp_pipeline/sql."""
