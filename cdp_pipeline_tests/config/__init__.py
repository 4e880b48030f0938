"""Tests of cdp_pipeline/config."""
