"""Splink on Spark: the same model, told in Spark's SQL.

What belongs here: see `resources.warehouse.Linking`. What does not: which calls are made (`resources.linker`).
Scores are those of DuckDB: likeness of names is computed by the same algorithm (`spark_connection`), and Splink's
own jar, whose likeness differs near a threshold, is not needed.
"""

from collections.abc import Callable, Sequence
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from splink.backends.spark import SparkAPI
from splink.clustering import cluster_pairwise_predictions_at_threshold
from sqlglot import exp

from cdp_pipeline.domain.expressions import column, named, table, text
from cdp_pipeline.sql.spark import spark_condition


class _OnDisk(SparkAPI):  # type: ignore[misc]
    """Splink's steps are kept as files: the plan of the next one would else tell all before it, twice each round."""

    folder = ""

    def _get_checkpoint_dir_path(self, spark_df: Any) -> str:
        return self.folder


class SparkLinking:
    """`frame` gives the rows of a query; `show` stages a frame; `folder` is for what Splink keeps between its steps."""

    def __init__(
        self,
        spark: SparkSession,
        frame: Callable[[exp.Expr], DataFrame],
        show: Callable[[str, DataFrame], None],
        folder: str,
    ) -> None:
        self._spark = spark
        self._folder = folder
        self._frame = frame
        self._show = show
        self.api = SparkAPI(spark_session=spark, break_lineage_method="persist", register_udfs_automatically=False)

    def settings(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Their conditions and blocking rules in Spark's SQL."""
        return {
            **settings,
            "comparisons": [
                {**comparison, "comparison_levels": [_level(level) for level in comparison["comparison_levels"]]}
                for comparison in settings["comparisons"]
            ],
            "blocking_rules_to_generate_predictions": [
                {**rule, "sql_dialect": "spark"} for rule in settings["blocking_rules_to_generate_predictions"]
            ],
        }

    def register(self, name: str, table_name: str, columns: Sequence[str] = ()) -> Any:
        """A view of the table, as Splink has it."""
        return self._registered(name, exp.select(*(columns or "*")).from_(table(table_name)))

    def register_frequencies(self, column_name: str, records: str) -> Any:
        """The frozen frequencies of a column's values, whatever the records: they are joined by the executors."""
        is_asked = exp.EQ(this=column("attribute"), expression=text(column_name))
        asked = exp.select(named(column("value"), column_name), named(column("frequency"), f"tf_{column_name}"))
        return self._registered(f"tf_{column_name}", asked.from_(table("identity.term_frequencies")).where(is_asked))

    def keep(self, pairs: Any, columns: tuple[str, ...], into: str) -> None:
        """A staged table of Splink's pairs."""
        self._show(into, pairs.as_spark_dataframe().select(*columns))

    def rows(self, pairs: Any) -> list[dict[str, Any]]:
        """The pairs, in the order of their records."""
        found = pairs.as_spark_dataframe().orderBy("record_no_l", "record_no_r")
        return [row.asDict() for row in found.collect()]

    def components(self, nodes: DataFrame, links: DataFrame) -> DataFrame:
        """Which component each node belongs to (node, component: its smallest node)."""
        nodes.createOrReplaceTempView("component_nodes")
        links.createOrReplaceTempView("component_links")
        api = _OnDisk(spark_session=self._spark, break_lineage_method="parquet", register_udfs_automatically=False)
        api.folder = self._folder
        found = cluster_pairwise_predictions_at_threshold(
            api.register("component_nodes"), api.register("component_links"), api, "node"
        )
        return found.as_spark_dataframe().selectExpr("node", "cluster_id as component")

    def _registered(self, name: str, query: exp.Expr) -> Any:
        self._frame(query).createOrReplaceTempView(name)
        return self.api.register(name)


def _level(level: dict[str, Any]) -> dict[str, Any]:
    condition = level["sql_condition"]
    return level if condition == "ELSE" else {**level, "sql_condition": spark_condition(condition)}
