"""Tests of cdp_pipeline/domain/partners."""
