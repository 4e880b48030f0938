"""Tests, mirroring `cdp_pipeline`; `cases/` and `deployments/` hold what they read."""
