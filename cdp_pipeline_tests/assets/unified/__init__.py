"""Tests of cdp_pipeline/assets/unified."""
