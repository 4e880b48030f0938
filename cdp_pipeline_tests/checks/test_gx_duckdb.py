import sys

from cdp_pipeline.checks import gx_duckdb


def test_the_installed_version_is_the_checked_one() -> None:
    assert gx_duckdb.gx.__version__.startswith(gx_duckdb.CHECKED_WITH)


def test_deferred_modules_are_the_real_ones_afterwards() -> None:
    import scipy.stats

    assert scipy.stats.norm.cdf(0) == 0.5
    assert not isinstance(sys.modules["scipy.stats"], gx_duckdb._Deferred)
