"""Tests of cdp_pipeline/assets/activation."""
