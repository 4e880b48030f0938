"""Tests of cdp_pipeline/checks."""
