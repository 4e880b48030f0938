"""Tests of cdp_pipeline/assets/identity."""
