"""Tests of cdp_pipeline/assets/quality."""
