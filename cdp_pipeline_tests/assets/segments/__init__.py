"""Tests of cdp_pipeline/assets/segments."""
