"""Random worlds for the laws of identity: people, and what a few days do to their records.

Names, dates and addresses come from pools so small that records of one person and of several look alike:
links, conflicts, shared values, crossing blocks, merges and splits abound.
"""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlglot import exp

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.assets.table import TableAsset, TableRun
from cdp_pipeline.config.identity import ExactIdentifier
from cdp_pipeline.config.project import Project, load_project
from cdp_pipeline.domain.blocking import Blocks
from cdp_pipeline.domain.identifiers import shared_select
from cdp_pipeline.domain.linkage import build_settings
from cdp_pipeline.domain.standardisation import line_type
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession, DuckDBWarehouse
from cdp_pipeline.settings import load_settings
from cdp_pipeline.sql.lineage import parse

FIRST_DAY = date(2026, 1, 1)
COLUMNS = ("given_name", "family_name", "birth_date", "email", "phone", "street", "postcode", "city")
POOLS = {
    "given_name": ("Jean", "Jeanne", "Jerome", "Luc", "Lucie"),
    "family_name": ("Martin", "Marten", "Durand"),
    "birth_date": ("1980-02-01", "1980-01-02", "1955-07-09"),
    "email": ("a@x.fr", "b@x.fr", "c@y.fr", "d@y.fr"),
    "phone": ("+33612345678", "+33687654321", "+33140000001"),
    "street": ("1 rue A", "2 rue B"),
    "postcode": ("75001", "69002"),
    "city": ("Paris", "Lyon"),
}
RULES = ("email", "phone", "address", "rare name", "name and birth year", "birth date and postcode", "sounds and city")
BUILT = ("linkage_records", "identifier_links", "scored_pairs", "identity_map")
STATE = ("scored_pairs", "scored_records", "identity_map", "links", "identity_events")
Record = dict[str, str | None]


@dataclass
class World:
    """The records of a day, the steward's decisions, and the chance that moves them."""

    chance: random.Random
    day: date = FIRST_DAY
    records: dict[str, Record] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    tax_numbers: dict[str, str] = field(default_factory=dict)
    decisions: list[tuple[str, str, str]] = field(default_factory=list)
    largest_block: int = 4
    email_limit: int = 4
    born: int = 0

    def pass_a_day(self) -> None:
        """Arrivals, changes, deletions, decisions and a change of limits, in random order and number."""
        self.day += timedelta(days=1)
        steps = [self._arrive] * self.chance.randint(1, 6) + [self._change] * self.chance.randint(0, 3)
        steps += [self._leave] * self.chance.randint(0, 2) + [self._decide] * self.chance.randint(0, 1)
        steps += [self._limit] * (self.chance.random() < 0.2)
        self.chance.shuffle(steps)
        for step in steps:
            step()

    def _arrive(self) -> None:
        self.born += 1
        name = f"s.t:{self.born}"
        self.records[name] = {column: self._value(column) for column in COLUMNS}
        if self.chance.random() < 0.3:
            self.cards[name] = f"card{self.chance.randint(1, 4)}"
        if self.chance.random() < 0.2:
            self.tax_numbers[name] = f"tax{self.chance.randint(1, 3)}"

    def _change(self) -> None:
        if self.records:
            column = self.chance.choice(COLUMNS)
            self.records[self.chance.choice(sorted(self.records))][column] = self._value(column)

    def _leave(self) -> None:
        if len(self.records) > 2:
            name = self.chance.choice(sorted(self.records))
            del self.records[name]
            self.cards.pop(name, None)
            self.tax_numbers.pop(name, None)

    def _decide(self) -> None:
        if len(self.records) > 2:
            left, right = self.chance.sample(sorted(self.records), 2)
            self.decisions.append((self.chance.choice(("must_link", "cannot_link", "cannot_link")), left, right))

    def _limit(self) -> None:
        self.email_limit = self.chance.randint(2, 6)

    def _value(self, column: str) -> str | None:
        return None if self.chance.random() < 0.25 else self.chance.choice(POOLS[column])


@contextmanager
def deployment(project: Project, folder: Path) -> Iterator["Deployment"]:
    """An empty in-memory warehouse with a fixed, untrained model."""
    with DuckDBWarehouse(database=":memory:", seeds=str(project.seeds)).session() as session:
        yield Deployment(session, project, folder)


@cache
def _tables(seeds: Path) -> dict[str, TableAsset]:
    return load_catalogue(load_project(seeds))


class Deployment:
    """The identity tables of a world in a warehouse of its own."""

    def __init__(self, session: DuckDBSession, project: Project, folder: Path) -> None:
        (folder / "steward").mkdir(exist_ok=True)
        self.session, self.folder = session, folder
        rules = tuple(rule for rule in project.identity.blocking_rules if rule.name in RULES)
        self.project = replace(
            project, seeds=folder, identity=project.identity.model_copy(update={"blocking_rules": rules})
        )
        self._tables = _tables(project.seeds)

    def run(self, world: World) -> None:
        """A day's run over the world's records."""
        self._deliver(world)
        identity = self.project.identity
        email = identity.identifiers["email"].model_copy(update={"limit": world.email_limit})
        tax = ExactIdentifier(limit=10, strength=60, unique_per_profile=True)
        identifiers = {**identity.identifiers, "email": email, "tax_number": tax}
        identity = identity.model_copy(update={"identifiers": identifiers})
        project = replace(self.project, identity=identity, suites={})
        stage_run_days(self.session, (world.day,), project.deployment)
        self.session.replace_table("identity.shared_identifiers", shared_select(identity), lambda building: None)
        for name in BUILT:
            table = self._tables[f"identity.{name}"]
            table.build(TableRun(table, self.session, project, load_settings(), (world.day,), "run"))
            if name == "linkage_records":
                self._model(world)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """A small result."""
        return self.session.rows(parse(sql))

    def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """Rows of all tables that a run carries on, in order."""
        return {name: sorted(self.rows(f"select * from identity.{name}"), key=str) for name in STATE}

    def partition(self) -> set[frozenset[str]]:
        """The records of each profile."""
        return {
            frozenset(row[0])
            for row in self.rows("select list(record_id) from identity.identity_map group by profile_id")
        }

    def _deliver(self, world: World) -> None:
        known = ("record_id", *COLUMNS)
        types = dict.fromkeys(known, "varchar") | {"birth_date": "date"}
        rows = [(name, *(record[column] for column in COLUMNS)) for name, record in world.records.items()]
        rows = world.chance.sample(rows, len(rows))
        self.session.stage_rows("people", types, rows)
        custom = ", ".join(f"cast(null as varchar) as {name}" for name in self.project.identity.custom_attributes)
        self._replace("unified.person_records", f"select *, {custom} from people")
        identifiers = [(name, "loyalty_card", card) for name, card in world.cards.items()]
        identifiers += [(name, "tax_number", number) for name, number in world.tax_numbers.items()]
        identifiers += [(name, "email", record["email"]) for name, record in world.records.items() if record["email"]]
        columns = dict.fromkeys(("record_id", "type", "value"), "varchar")
        self.session.stage_rows("held", columns, identifiers)
        self._replace("unified.identifiers", "select * from held")
        lines = [(number, line_type(number)) for number in POOLS["phone"]]
        self.session.stage_rows("lines", dict.fromkeys(("parsed", "line_type"), "varchar"), lines)
        self._replace("staging.parsed_values", "select * from lines")
        decided = [",".join((*decision, "steward", "2026-01-01", "")) for decision in world.decisions]
        header = "decision,record_id_l,record_id_r,decided_by,decided_on,reason"
        (self.folder / "steward" / "decisions.csv").write_text("\n".join([header, *decided]) + "\n")

    def _model(self, world: World) -> None:
        """Priors as the model, and frequencies that a first day froze."""
        if self.session.columns("identity.linkage_model"):
            return
        filled = {"given", "family", "full_key", "name_key", "birth", "birth_year", "email", "mailbox_name", "phone"}
        filled |= {"street", "postcode", "city", "address", "given_initial", "family_initial", "given_start"}
        filled |= {"family_start", "given_sound", "family_sound", "name_sound"}
        settings = build_settings(self.project.identity, filled) | {"probability_two_random_records_match": 0.02}
        limits = [asdict(Blocks(rule.name, world.largest_block, 0, 0)) for rule in self.project.identity.blocking_rules]
        row = ("model", 100, json.dumps(settings), json.dumps({"limits": limits}))
        types = dict.fromkeys(("version", "settings", "blocks"), "varchar") | {"records": "bigint"}
        self.session.stage_rows(
            "model", {name: types[name] for name in ("version", "records", "settings", "blocks")}, [row]
        )
        self._replace("identity.linkage_model", "select * from model")
        self._replace(
            "identity.term_frequencies",
            "select 'model' as version, 'full_key' as attribute, full_key as value, 0.01 as frequency "
            "from (select distinct full_key from identity.linkage_records where full_key is not null) as names "
            "union all select 'model', 'given', unnest(['jean', 'jerome']), 0.2",
        )

    def _replace(self, name: str, sql: str) -> None:
        self.session.replace_table(name, parse(sql), lambda building: None)


def copy_tables(source: DuckDBSession, target: DuckDBSession, names: tuple[str, ...]) -> None:
    """Bring another warehouse's tables into the state of this one's."""
    for name in names:
        content = source.own().cursor().sql(f"from {name}").to_arrow_table()
        target.stage_arrow("copied", content)
        target.replace_table(name, exp.select("*").from_("copied"), lambda building: None)
