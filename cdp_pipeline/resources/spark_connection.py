"""Connecting to Spark: one session a process, with the macros and the functions that Spark lacks.

What belongs here: settings that the SQL relies on, and functions of Spark. What does not: tables (`spark_warehouse`).
"""

import logging
import sys
import unicodedata
from pathlib import Path

from jellyfish import jaro_winkler_similarity
from pyspark.sql import SparkSession
from sqlglot import exp

from cdp_pipeline.config.reference import load_reference
from cdp_pipeline.domain.expressions import array, column, literal
from cdp_pipeline.domain.transliteration import in_latin_letters
from cdp_pipeline.sql.spark import TARGET, functions

# What it tells of a failed query may hold values.
logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.constraintPropagation.enabled": "false",
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.RemoveRedundantAliases",
    "spark.sql.debug.maxToStringFields": "25",
}
"""What the SQL relies on: moments are in UTC and have no zone, and what can't be computed is an error. Spark's search
for constraints of deep expressions (a linkage model's levels) does not end, and its rule on aliases breaks the plans
of functions whose arguments are called as a column is."""
LOCAL = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}
"""On threads of one machine there is nobody else to look, and little to shuffle."""


def connected(master: str, seeds: Path, memory: str) -> SparkSession:
    """The Spark session of this process, with the macros; made where there is none.

    `memory` (such as "4GB") bounds threads of this machine; a cluster has its own settings.
    """
    builder = SparkSession.builder.appName("cdp_pipeline")
    builder = builder.remote(master) if master.startswith("sc://") else builder.master(master)
    is_local = master.startswith("local")
    asked = SETTINGS | (LOCAL | {"spark.driver.memory": memory.lower().removesuffix("b")} if is_local else {})
    for name, value in asked.items():
        builder = builder.config(name, value)
    known = SparkSession.getActiveSession()
    spark = builder.getOrCreate()
    if spark is not known:
        if is_local:
            spark.sparkContext.pythonExec = sys.executable  # what its threads call Python may be another one
        _define(spark, seeds)
    return spark


def _define(spark: SparkSession, seeds: Path) -> None:
    spark.udf.register("transliterate", _transliterated, "string")
    spark.udf.register("jaro_winkler", _jaro_winkler, "double")
    reference = load_reference(seeds)
    _function(spark, "placeholder_values()", array(reference.placeholders))
    for name, content in (("country_code", reference.countries), ("given_name_form", reference.given_names)):
        known = exp.Map(keys=array(content), values=array(content.values()))
        _function(
            spark, f"{name}(name string)", exp.Anonymous(this="try_element_at", expressions=[known, column("name")])
        )
    plain, accents = _accents()
    without_marks = exp.Anonymous(this="regexp_replace", expressions=[column("value"), literal(r"\p{M}"), literal("")])
    _function(
        spark,
        "strip_accents(value string)",
        exp.Anonymous(this="translate", expressions=[without_marks, literal(accents), literal(plain)]),
    )
    for function in functions():
        spark.sql(function)


def _function(spark: SparkSession, signature: str, body: exp.Expr) -> None:
    spark.sql(f"create or replace temporary function {signature} return {body.sql(dialect=TARGET)}")


def _transliterated(value: str | None) -> str | None:
    return None if value is None else in_latin_letters(value)


def _jaro_winkler(a: str | None, b: str | None) -> float | None:
    """As DuckDB computes it, which Spark's own does not where letters are out of place."""
    return None if a is None or b is None else jaro_winkler_similarity(a, b)


def _accents() -> tuple[str, str]:
    """Letters with marks, and the letters that they are without, place by place."""
    pairs = []
    for number in range(0x80, 0x10000):
        letter = chr(number)
        plain = "".join(
            part for part in unicodedata.normalize("NFD", letter) if not unicodedata.category(part).startswith("M")
        )
        plain = unicodedata.normalize("NFC", plain)
        if plain != letter and len(plain) == 1:
            pairs.append((plain, letter))
    return "".join(plain for plain, _ in pairs), "".join(letter for _, letter in pairs)
