"""Tests of cdp_pipeline/assets/metrics."""
