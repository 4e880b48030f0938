"""Predictions on public data with a holdout: CDNOW, as a source by configuration only.

`python -m benchmarks.customer_value` runs `cdp_pipeline_tests/deployments/cdnow` as of the end of the data and
prints what `metrics.score_models` says of each model: judged on the last 39 weeks, learnt from the 39 before.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from cdp_pipeline_tests.homes import cdp, make_home

LAST_DAY = "1998-06-30"


def score_cdnow(home: Path) -> dict[str, dict[str, Any]]:
    """Run the deployment; what was told of each model, with its parameters and further figures."""
    day = make_home("cdnow", home)
    for arguments in (("--date", day), ("--date", LAST_DAY, "--select", "metrics/score_models+")):
        done = cdp(home, "run", *arguments)
        if done.returncode:
            raise SystemExit(done.stdout + done.stderr)
    with duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select model, told, value, baseline, customers, parameters, evaluation from metrics.score_models "
            "where as_of_day = $day order by model",
            {"day": LAST_DAY},
        ).fetchall()
    return {
        model: {
            "told": told,
            "value": value,
            "baseline": baseline,
            "customers": customers,
            "parameters": json.loads(parameters or "{}"),
            "evaluation": json.loads(evaluation or "{}"),
        }
        for model, told, value, baseline, customers, parameters, evaluation in rows
    }


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="cdp_cdnow_") as folder:
        found = score_cdnow(Path(folder) / "home")
    table = Table("model", "value", "baseline", "customers", "told", title="CDNOW")
    for model, one in found.items():
        table.add_row(model, f"{one['value']}", f"{one['baseline']}", f"{one['customers']}", one["told"])
    orders = found["expected_orders"]
    Console().print(table, "BG/NBD at the cutoff:", orders["parameters"]["at_cutoff"], orders["evaluation"])


if __name__ == "__main__":
    main()
