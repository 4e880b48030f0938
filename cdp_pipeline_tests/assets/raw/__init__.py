"""Tests of cdp_pipeline/assets/raw."""
