"""Tests of cdp_pipeline/assets/staging."""
