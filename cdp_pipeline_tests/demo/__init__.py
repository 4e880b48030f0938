"""Tests of cdp_pipeline/demo."""
