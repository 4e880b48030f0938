"""Tests of cdp_pipeline/assets/star."""
