"""Pairwise accuracy of identity resolution against data with truth, with the repository's identity.yml.

`python -m benchmarks.accuracy` prints a row a data set: the FEBRL sets of the shared data, and the
sample's seven systems. No label is read by the pipeline; precision and recall are over pairs of records.
"""

import argparse
import tempfile
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from cdp_pipeline_tests.homes import SHARED_DATA, cdp, make_home

FEBRL = ("febrl4", "febrl3")


def pairwise(home: Path, truth: str, parameters: list[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 of `identity.identity_map`; `truth` is a query of (record_id, person)."""
    with duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        connection.execute(f"create temp table truth as {truth}", parameters)
        both, profiles, people = connection.execute(
            """
            with joined as (select person, profile_id from truth join identity.identity_map using (record_id)),
            pairs as (select sum(n * (n - 1) / 2) as n from (select count(*) as n from joined group by person, profile_id)),
            found as (select sum(n * (n - 1) / 2) as n from (select count(*) as n from joined group by profile_id)),
            true_pairs as (select sum(n * (n - 1) / 2) as n from (select count(*) as n from truth group by person))
            select pairs.n, found.n, true_pairs.n from pairs, found, true_pairs
            """
        ).fetchall()[0]
    return both / profiles, both / people, 2 * both / (profiles + people)


def score_febrl(name: str, home: Path) -> tuple[float, float, float]:
    """Run a FEBRL deployment and compare with its `cluster` column."""
    day = make_home(name, home)
    done = cdp(home, "run", "--date", day)
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    files = sorted(path.stem.removesuffix(".csv") for path in SHARED_DATA.glob(f"{name}*.csv.gz"))
    parts = [
        f"select '{file}.people:' || rec_id as record_id, cluster as person from read_csv(?, all_varchar = true)"
        for file in files
    ]
    return pairwise(home, " union all ".join(parts), [str(SHARED_DATA / f"{file}.csv.gz") for file in files])


def score_sample(home: Path) -> tuple[float, float, float]:
    """Run the sample's parameters in a fresh deployment and compare with its truth."""
    cdp(home, "demo", "--out", str(home))
    days = sorted(path.name for path in (home / "data" / "landing" / "web_shop").iterdir())
    done = cdp(home, "run", "--from", days[0], "--to", days[-1])
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    truth = "select record_id, person_id as person from read_csv(?, all_varchar = true)"
    return pairwise(home, truth, [str(home / "data" / "truth" / "records.csv")])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="*", default=[*FEBRL, "sample"])
    chosen = parser.parse_args().sets
    table = Table("data set", "precision", "recall", "F1")
    for name in chosen:
        with tempfile.TemporaryDirectory(prefix="cdp_accuracy_") as folder:
            home = Path(folder) / "home"
            found = score_sample(home) if name == "sample" else score_febrl(name, home)
        table.add_row(name, *(f"{value:.4f}" for value in found))
    Console().print(table)


if __name__ == "__main__":
    main()
