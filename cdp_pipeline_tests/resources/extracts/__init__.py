"""Tests of cdp_pipeline/resources/extracts."""
