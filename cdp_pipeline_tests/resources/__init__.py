"""Tests of cdp_pipeline/resources."""
