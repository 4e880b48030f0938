"""Which engine a deployment's tables stand in: the embedded one, or Spark, which is imported where it is asked for alone."""

import warnings

import duckdb

from cdp_pipeline.config.base import load
from cdp_pipeline.config.deployment import Deployment
from cdp_pipeline.resources.duckdb_warehouse import DuckDBWarehouse
from cdp_pipeline.resources.warehouse import Warehouse, WarehouseError
from cdp_pipeline.settings import Settings


def engine_of(settings: Settings, deployment: Deployment | None = None) -> str:
    """`CDP_ENGINE`, else `engine` in `seeds/deployment.yml`, which is read where it is not given."""
    return settings.engine or (deployment or load(settings.seeds / "deployment.yml", Deployment)).engine


def warehouse_of(settings: Settings) -> Warehouse:
    """The warehouse of a deployment, on its engine; raises WarehouseError where that is not installed."""
    if engine_of(settings) == "duckdb":
        return DuckDBWarehouse.of(settings)
    # It warns of pandas 3 at every function, none of which is given pandas.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support", FutureWarning)
    try:
        from cdp_pipeline.resources.spark_warehouse import SparkWarehouse
    except ModuleNotFoundError as missing:
        raise WarehouseError(
            f"{settings.seeds / 'deployment.yml'}: engine: 'spark' needs the package {missing.name}; install cdp_pipeline[spark] (docs/spark.md)"
        ) from None
    return SparkWarehouse.of(settings, load(settings.seeds / "deployment.yml", Deployment).spark)


def is_of_engine(error: Exception) -> bool:
    """Whether an engine refuses a query: what it says then may quote a value."""
    return isinstance(error, duckdb.Error) or type(error).__module__.partition(".")[0] in ("pyspark", "py4j")
