"""Tests of cdp_pipeline/assets/published."""
