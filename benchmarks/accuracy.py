"""Pairwise accuracy of identity resolution against data with truth, with the repository's identity.yml.

`python -m benchmarks.accuracy` prints a row a data set: the FEBRL sets of the shared data, and the
sample's seven systems. No label is read by the pipeline; precision and recall are over pairs of records.
`--people 55000 --seed 1` adds a synthetic deployment of about 100,000 records, and of its people those who
are easily taken for one another: how many of them share a profile.
"""

import argparse
import tempfile
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from cdp_pipeline_tests.homes import SHARED_DATA, cdp, make_home

FEBRL = ("febrl4", "febrl3")
TRUTH = "select record_id, person_id as person from read_csv(?, all_varchar = true)"


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


def score_demo(home: Path, *parameters: str) -> tuple[float, float, float]:
    """Run a synthetic deployment (by default with the sample's parameters) and compare with its truth."""
    cdp(home, "demo", "--out", str(home), *parameters)
    days = sorted(path.name for path in (home / "data" / "landing" / "web_shop").iterdir())
    done = cdp(home, "run", "--from", days[0], "--to", days[-1])
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return pairwise(home, TRUTH, [str(home / "data" / "truth" / "records.csv")])


def hard_cases(home: Path) -> list[tuple[str, int, int]]:
    """Pairs of people that are easily taken for one: kind, how many, how many share a profile."""
    with duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        connection.execute(f"create temp table truth as {TRUTH}", [str(home / "data" / "truth" / "records.csv")])
        asked = (Path(__file__).parent / "hard_cases.sql").read_text(encoding="utf-8")
        return connection.execute(asked).fetchall()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="*", default=[*FEBRL, "sample"])
    parser.add_argument("--people", type=int)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chosen = arguments.sets
    table = Table("data set", "precision", "recall", "F1")
    for name in chosen:
        with tempfile.TemporaryDirectory(prefix="cdp_accuracy_") as folder:
            home = Path(folder) / "home"
            found = score_demo(home) if name == "sample" else score_febrl(name, home)
        table.add_row(name, *(f"{value:.4f}" for value in found))
    if arguments.people is None:
        Console().print(table)
        return
    with tempfile.TemporaryDirectory(prefix="cdp_accuracy_") as folder:
        home = Path(folder) / "home"
        parameters = {"--people": arguments.people, "--seed": arguments.seed, "--days": 1, "--events": 1}
        found = score_demo(home, *(str(part) for pair in parameters.items() for part in pair))
        cases = Table("people easily taken for one another", "cases", "share a profile")
        for kind, count, wrong in hard_cases(home):
            cases.add_row(kind, str(count), f"{wrong} ({wrong / count:.1%})")
    table.add_row(f"{arguments.people:,} people, seed {arguments.seed}", *(f"{value:.4f}" for value in found))
    Console().print(table, cases)


if __name__ == "__main__":
    main()
