"""Writing the synthetic extracts: SQL makes the people and what they do, a file a system and day comes out.

What belongs here: the steps and the file formats. What does not: what people are like (`sql/`). All
of it runs inside DuckDB on a scratch database, so that a million people fit.
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import xlsxwriter

HERE = Path(__file__).parent
LAST_DAY = date(2026, 11, 15)
WRITTEN_AT = datetime(2026, 11, 15, 3)
STEPS = ("macros", "people", "records", "events", "adrian")
TITLE_ROWS = {"vip": "VIP customers, kept by the sales team", "store_targets": "Targets by store"}


@dataclass(frozen=True)
class Demo:
    """How many people, over how many days, from which seed; `events` is the mean number a record."""

    people: int
    days: int
    seed: int = 1
    events: float = 4.0
    last_day: date = LAST_DAY

    @property
    def first_day(self) -> date:
        """Day of the first extract, which carries the history."""
        return self.last_day - timedelta(days=self.days - 1)


def write_demo(demo: Demo, data: Path, products: Path) -> Iterator[str]:
    """Write `landing/` and `truth/` below `data`; yields a line of progress a step.

    `products` is the CSV of articles (sku, name, category, audience, brand, price).
    """
    with tempfile.TemporaryDirectory(prefix="cdp_demo_") as scratch:
        connection = duckdb.connect(str(Path(scratch) / "demo.duckdb"))
        _load_reference(connection, demo, products)
        for step in STEPS:
            connection.execute((HERE / "sql" / f"{step}.sql").read_text(encoding="utf-8"))
            yield f"made {step}"
        for day in (demo.first_day + timedelta(days=offset) for offset in range(demo.days)):
            _write_day(connection, demo, day, data / "landing")
            yield f"wrote {day}"
        _write_truth(connection, data / "truth")
        connection.close()
    yield "wrote the truth"


def _load_reference(connection: duckdb.DuckDBPyConnection, demo: Demo, products: Path) -> None:
    folder = HERE / "reference"
    for name in ("given_names", "family_names", "cities", "streets", "syllables"):
        connection.execute(
            f"create table {name} as select * from read_csv($path, all_varchar = true, header = true)",
            {"path": str(folder / f"{name}.csv")},
        )
    connection.execute(
        "create table articles as select row_number() over () - 1 as place, sku, name, category, audience, cast(price as decimal(9, 2)) as price "
        "from read_csv($path, all_varchar = true, header = true)",
        {"path": str(products)},
    )
    variables = {"people": demo.people, "seed": demo.seed, "events": demo.events, "days": demo.days}
    for name, value in variables.items():
        connection.execute(f"set variable {name} = $value", {"value": value})
    connection.execute("set variable first_day = cast($value as date)", {"value": demo.first_day})
    connection.execute("set variable last_day = cast($value as date)", {"value": demo.last_day})
    connection.execute((HERE / "sql" / "reference.sql").read_text(encoding="utf-8"))


def _write_day(connection: duckdb.DuckDBPyConnection, demo: Demo, day: date, landing: Path) -> None:
    connection.execute("set variable day = cast($value as date)", {"value": day})
    connection.execute("set variable is_first = $value", {"value": day == demo.first_day})
    for name, query in _extracts():
        source, _, file = name.partition("/")
        path = landing / source / day.isoformat() / file
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(connection, query, path, store=source == "store_pos")


def _extracts() -> Iterator[tuple[str, str]]:
    text = (HERE / "sql" / "extracts.sql").read_text(encoding="utf-8")
    for part in re.split(r"^-- (?=\w+/\w+\.\w+$)", text, flags=re.MULTILINE)[1:]:
        name, _, query = part.partition("\n")
        yield name.strip(), query.strip().rstrip(";")


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path, store: bool) -> None:
    if path.suffix == ".xlsx":
        _write_excel(connection, query, path)
    elif path.suffix == ".csv" and store:
        _write_cp1252(connection, query, path)
    else:
        options = {".csv": "format csv, header", ".jsonl": "format json", ".parquet": "format parquet"}[path.suffix]
        connection.execute(f"copy ({query}) to '{path}' ({options})")
        if path.stat().st_size == 0:
            path.unlink()  # a day without news delivers no JSON lines; CSV files keep their header


def _write_cp1252(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """The stores' Windows system writes semicolons and its own code page; what it can't write becomes '?'."""
    with tempfile.TemporaryDirectory(prefix="cdp_demo_") as scratch:
        copy = Path(scratch) / path.name
        connection.execute(f"copy ({query}) to '{copy}' (format csv, header, delimiter ';')")
        with (
            copy.open(encoding="utf-8", newline="") as source,
            path.open("w", encoding="cp1252", errors="replace", newline="") as target,
        ):
            while chunk := source.read(1 << 20):
                target.write(chunk)


def _write_excel(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    result = connection.execute(query)
    names = [column[0] for column in result.description or ()]
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        book.set_properties({"created": WRITTEN_AT})
        sheet = book.add_worksheet("List")
        sheet.write(0, 0, TITLE_ROWS[path.stem])
        sheet.write_row(2, 0, names)
        for place, row in enumerate(result.fetchall(), start=3):
            sheet.write_row(place, 0, row)


def _write_truth(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = (HERE / "sql" / "truth.sql").read_text(encoding="utf-8")
    for part in re.split(r"^-- (?=\w+\.\w+$)", text, flags=re.MULTILINE)[1:]:
        name, _, query = part.partition("\n")
        connection.execute(f"copy ({query.strip().rstrip(';')}) to '{folder / name.strip()}' (format csv, header)")
