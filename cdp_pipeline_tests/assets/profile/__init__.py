"""Tests of cdp_pipeline/assets/profile."""
