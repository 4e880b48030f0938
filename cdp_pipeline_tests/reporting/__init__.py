"""Tests of cdp_pipeline/reporting."""
