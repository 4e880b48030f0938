"""Seeded faults: what a broken extract looks like, and which check tells of it; and what clean days raise.

`python -m benchmarks.faults` runs the sample's first days, then its last day once for each fault, injected
into one delivered file; and `--clean 14` days of a demo, none of which should raise a thing. Prints a table of
the faults, with the table and column that a check named, and of the alarms on clean days.
"""

import argparse
import csv
import io
import json
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

REPOSITORY = Path(__file__).resolve().parent.parent
SAMPLE = REPOSITORY / "data" / "sample"
FIRST, LAST = date(2026, 11, 9), date(2026, 11, 15)
PROCESSES = 2
HISTORY_DAYS = 8
Row = dict[str, Any]
FORMATS = {"store_pos": (";", "cp1252")}


Change = Callable[[Path], object]
"""Something done to a delivered file."""


@dataclass(frozen=True)
class Fault:
    """A change of one delivered file; `tables` and `column` are what a check has to name (none: the whole file)."""

    name: str
    file: str
    change: Change
    tables: tuple[str, ...]
    column: str = ""


def _rows(change: Callable[[list[Row]], list[Row]]) -> Change:
    return lambda path: _write(path, change(_read(path)))


def _bytes(change: Callable[[bytes], bytes]) -> Change:
    return lambda path: path.write_bytes(change(path.read_bytes()))


def _each(**changes: Callable[[Row], Any]) -> Change:
    return _some(1, **changes)


def _some(nth: int, **changes: Callable[[Row], Any]) -> Change:
    def changed(row: Row) -> Row:
        return {**row, **{name: change(row) for name, change in changes.items()}}

    return _rows(lambda rows: [row if place % nth else changed(row) for place, row in enumerate(rows)])


def _yesterday(path: Path) -> None:
    path.write_bytes((path.parent.parent / str(LAST - timedelta(days=1)) / path.name).read_bytes())


def _times(name: str, factor: float, comma: bool = False) -> Callable[[Row], str]:
    def scaled(row: Row) -> str:
        text = f"{float(str(row[name]).replace(',', '.')) * factor:.2f}"
        return text.replace(".", ",") if comma else text

    return scaled


def _century(name: str, place: int) -> Callable[[Row], Any]:
    return lambda row: row[name] and row[name][:place] + "18" + row[name][place + 2 :]


def _other(name: str, yes: str, no: str) -> Callable[[Row], str]:
    return lambda row: no if row[name] == yes else yes


MEMBERS, RECEIPTS, LINES = "store_pos/membres.csv", "store_pos/tickets.csv", "store_pos/lignes.csv"
EVENTS, ORDERS, HITS = "email_marketing/email_events.csv", "web_shop/orders.csv", "web_analytics/hits.parquet"
CONTACTS, CASES = "sales_crm/contacts.csv", "service_desk/cases.jsonl"
T_MEMBERS, T_RECEIPTS, T_LINES = "store_pos__members", "store_pos__receipts", "store_pos__receipt_lines"
T_EVENTS, T_ORDERS, T_HITS = "email_marketing__email_events", "web_shop__orders", "web_analytics__hits"
T_CONTACTS, T_CASES = "sales_crm__contacts", "service_desk__cases"
FAULTS = (
    Fault("a source is empty", EVENTS, _rows(lambda rows: []), (T_EVENTS,)),
    Fault("a file does not come", HITS, Path.unlink, (T_HITS,)),
    Fault("a source is doubled", HITS, _rows(lambda rows: rows * 2), (T_HITS,), "hit_id"),
    Fault("a source is halved", RECEIPTS, _rows(lambda rows: rows[::2]), (T_RECEIPTS, T_LINES)),
    Fault(
        "a snapshot lost a third", MEMBERS, _rows(lambda rows: [r for n, r in enumerate(rows) if n % 3]), (T_MEMBERS,)
    ),
    Fault("a file is cut off", EVENTS, _bytes(lambda content: content[: len(content) // 2]), (T_EVENTS,)),
    Fault("yesterday's file again", RECEIPTS, _yesterday, (T_RECEIPTS,), "date_ticket"),
    Fault(
        "columns swapped: e-mail and phone",
        MEMBERS,
        _each(courriel=lambda r: r["portable"], portable=lambda r: r["courriel"]),
        (T_MEMBERS,),
        "courriel",
    ),
    Fault(
        "columns swapped: names",
        MEMBERS,
        _each(nom=lambda r: r["prenom"], prenom=lambda r: r["nom"]),
        (T_MEMBERS,),
        "nom",
    ),
    Fault("all e-mails are null", MEMBERS, _each(courriel=lambda r: ""), (T_MEMBERS,), "courriel"),
    Fault(
        "one e-mail for everybody",
        MEMBERS,
        _each(courriel=lambda r: "caisse@magasin.example"),
        (T_MEMBERS,),
        "courriel",
    ),
    Fault("phones are placeholders", CONTACTS, _each(mobile=lambda r: "0000000000"), (T_CONTACTS,), "mobile"),
    Fault("dates a century off", MEMBERS, _each(naissance=_century("naissance", 6)), (T_MEMBERS,), "naissance"),
    Fault(
        "day and month swapped",
        MEMBERS,
        _each(
            naissance=lambda r: (
                r["naissance"] and "/".join((r["naissance"][3:5], r["naissance"][:2], r["naissance"][6:]))
            )
        ),
        (T_MEMBERS,),
        "naissance",
    ),
    Fault("birth dates are a default", CONTACTS, _each(birth_date=lambda r: "1970-01-01"), (T_CONTACTS,), "birth_date"),
    Fault(
        "amounts times 100",
        ORDERS,
        _each(
            unit_price=_times("unit_price", 100),
            line_total=_times("line_total", 100),
            order_total=_times("order_total", 100),
        ),
        (T_ORDERS,),
        "order_total",
    ),
    Fault(
        "totals times 100, lines not",
        RECEIPTS,
        _each(total=_times("total", 100, comma=True)),
        (T_RECEIPTS, T_LINES),
        "total",
    ),
    Fault(
        "currency mixed",
        ORDERS,
        _some(
            3,
            unit_price=_times("unit_price", 1.09),
            line_total=_times("line_total", 1.09),
            order_total=_times("order_total", 1.09),
        ),
        (T_ORDERS, "unified.order_lines"),
        "amount",
    ),
    Fault(
        "a decimal point for a comma",
        RECEIPTS,
        _each(total=lambda r: r["total"].replace(",", ".")),
        (T_RECEIPTS, T_LINES),
        "total",
    ),
    Fault("quantities negative", ORDERS, _each(quantity=lambda r: f"-{r['quantity']}"), (T_ORDERS,), "quantity"),
    Fault("half of the lines are missing", LINES, _rows(lambda rows: rows[::2]), (T_LINES, "unified.order_lines")),
    Fault(
        "consent reversed",
        MEMBERS,
        _each(accord_email=_other("accord_email", "oui", "non")),
        (T_MEMBERS,),
        "accord_email",
    ),
    Fault("consent in other words", MEMBERS, _each(accord_sms=lambda r: "peut-être"), (T_MEMBERS,), "accord_sms"),
    Fault(
        "a shop's clock a year behind",
        RECEIPTS,
        _each(
            date_ticket=lambda r: (
                r["date_ticket"].replace("2026", "2025") if r["magasin"] in ("M03", "M05") else r["date_ticket"]
            )
        ),
        (T_RECEIPTS,),
        "date_ticket",
    ),
    Fault(
        "times of tomorrow",
        EVENTS,
        _each(occurred_at=lambda r: r["occurred_at"].replace("-11-15", "-11-17")),
        (T_EVENTS,),
        "occurred_at",
    ),
    Fault(
        "times cut off",
        ORDERS,
        _each(ordered_at=lambda r: r["ordered_at"][:10] + " 00:30:00"),
        (T_ORDERS,),
        "ordered_at",
    ),
    Fault(
        "ids of another system",
        EVENTS,
        _each(subscriber_id=lambda r: "x" + r["subscriber_id"][1:]),
        (T_EVENTS, "unified.interactions"),
        "record_id",
    ),
    Fault("an unknown kind of event", EVENTS, _some(4, event=lambda r: "mpp_open"), (T_EVENTS,), "event"),
    Fault("a shop that nobody knows", RECEIPTS, _some(4, magasin=lambda r: "M99"), (T_RECEIPTS,), "magasin"),
    Fault(
        "another scale",
        CASES,
        _each(satisfaction=lambda r: r["satisfaction"] and r["satisfaction"] * 2),
        (T_CASES,),
        "satisfaction",
    ),
    Fault("sign-ins are lost", HITS, _each(login=lambda r: None), (T_HITS,), "login"),
    Fault(
        "another encoding",
        MEMBERS,
        _bytes(lambda content: content.decode("cp1252").encode("utf-8")),
        (T_MEMBERS,),
        "nom",
    ),
    Fault(
        "a column renamed",
        MEMBERS,
        _bytes(lambda content: content.replace(b"courriel", b"email", 1)),
        (T_MEMBERS,),
        "courriel",
    ),
    Fault("another delimiter", RECEIPTS, _bytes(lambda content: content.replace(b";", b"\t")), (T_RECEIPTS,)),
)


def _read(path: Path) -> list[Row]:
    if path.suffix == ".parquet":
        return list(pq.read_table(path).to_pylist())
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    delimiter, encoding = FORMATS.get(path.parent.parent.name, (",", "utf-8"))
    return list(csv.DictReader(io.StringIO(path.read_text(encoding=encoding), newline=""), delimiter=delimiter))


def _write(path: Path, rows: list[Row]) -> None:
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows, schema=pq.read_schema(path)), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    else:
        delimiter, encoding = FORMATS.get(path.parent.parent.name, (",", "utf-8"))
        header = path.read_text(encoding=encoding).splitlines()[0].split(delimiter)
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, header, delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        path.write_text(out.getvalue(), encoding=encoding)


def inject(fault: Fault, landing: Path) -> None:
    """Change the file of the last day as the fault says."""
    source, name = fault.file.split("/")
    fault.change(landing / source / LAST.isoformat() / name)


def run_days(home: Path, first: date, last: date) -> list[str]:
    """Run the job in this process; the failures that are told."""
    os.environ["CDP_HOME"] = str(home)
    from dagster import DagsterInstance

    from cdp_pipeline.runs import run_daily
    from cdp_pipeline.settings import load_settings, prepare_environment

    prepare_environment(load_settings())
    told = []
    with DagsterInstance.get() as instance:
        for _, event in run_daily(instance, first, last):
            if event.is_step_failure:
                told.append(str(event.step_failure_data.error_display_string))
    return told


def alarms(home: Path, day: date) -> list[tuple[str, str, str, str]]:
    """What failed on a day: table, columns, severity, what was observed."""
    import duckdb

    query = "select table_name, column_name, severity, observed from quality.check_results where checked_on = ? and not passed order by all"
    with duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        return connection.execute(query, [day]).fetchall()


def _caught(fault: Fault, failed: list[tuple[str, str, str, str]], told: list[str]) -> str:
    """The check or message that names table and column; empty where there is none."""
    for table, columns, severity, observed in failed:
        is_table = any(table in (name, f"raw.{name}", f"staging.{name}") for name in fault.tables)
        if is_table and (fault.column in columns.split(", ") or fault.column in observed):
            return f"{severity}: {table} {columns}"
    path = Path(fault.file)
    for message in told:
        if path.name in message and fault.column in message:
            return f"refused: {path}"
    return ""


def _of_fault(base: Path, number: int) -> tuple[int, str, list[tuple[str, str, str, str]]]:
    fault = FAULTS[number]
    with tempfile.TemporaryDirectory(prefix="cdp_fault_") as folder:
        home = Path(folder) / "home"
        shutil.copytree(base, home)
        inject(fault, home / "data" / "landing")
        told = run_days(home, LAST, LAST)
        failed = alarms(home, LAST)
        return number, _caught(fault, failed, told), failed


def _seeds(home: Path) -> Path:
    shutil.copytree(REPOSITORY / "seeds", home / "seeds")
    return home


def _clean_days(folder: Path, people: int, days: int) -> Iterator[tuple[date, list[tuple[str, str, str, str]]]]:
    """The alarms of each of so many clean days, after a history of others."""
    home = _seeds(folder / "clean")
    from cdp_pipeline.demo.generate import Demo, write_demo

    demo = Demo(people=people, days=HISTORY_DAYS + days, seed=7)
    list(write_demo(demo, home / "data", home / "seeds" / "reference" / "products.csv"))
    since = demo.first_day + timedelta(days=HISTORY_DAYS)
    _in_process(run_days, home, demo.first_day, since - timedelta(days=1))
    for number in range(days):
        day = since + timedelta(days=number)
        told = _in_process(run_days, home, day, day)
        yield day, alarms(home, day) + [("the run", "", "block", message[:200]) for message in told]


def _in_process(work: Callable[..., Any], *arguments: Any) -> Any:
    """A run in a process of its own, as Dagster keeps its definitions for the process's life."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(work, arguments)


def main() -> None:
    """Run what is asked and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", type=int, help="numbers of the faults")
    parser.add_argument("--clean", type=int, default=14, help="clean days")
    parser.add_argument("--people", type=int, default=700, help="people of the clean days")
    asked = parser.parse_args()
    import great_expectations  # noqa: F401 - imported once for all the processes

    import cdp_pipeline.reporting.summary  # noqa: F401

    console = Console(width=200)
    with tempfile.TemporaryDirectory(prefix="cdp_faults_") as folder:
        numbers = list(range(len(FAULTS))) if asked.only is None else asked.only
        if numbers:
            base = _seeds(Path(folder) / "base")
            shutil.copytree(SAMPLE, base / "data" / "landing")
            _in_process(run_days, base, FIRST, LAST - timedelta(days=1))
            table = Table("fault", "file", "caught by", title="Seeded faults")
            caught = 0
            with multiprocessing.get_context("fork").Pool(PROCESSES, maxtasksperchild=1) as pool:
                for number, by, failed in pool.starmap(_of_fault, [(base, number) for number in numbers], chunksize=1):
                    caught += bool(by)
                    table.add_row(FAULTS[number].name, FAULTS[number].file, by or f"not caught; {failed}")
            console.print(table, f"{caught} of {len(numbers)} caught")
        table = Table("day", "severity", "table", "columns", "observed", title="Alarms on clean days")
        raised = {"block": 0, "warn": 0}
        for day, failed in _clean_days(Path(folder), asked.people, asked.clean) if asked.clean else ():
            for name, columns, severity, observed in failed:
                table.add_row(str(day), severity, name, columns, observed)
            raised["warn"] += any(row[2] == "warn" for row in failed)
            raised["block"] += any(row[2] == "block" for row in failed)
        console.print(
            table, f"of {asked.clean} clean days {raised['block']} raised a block and {raised['warn']} a warning"
        )


if __name__ == "__main__":
    main()
