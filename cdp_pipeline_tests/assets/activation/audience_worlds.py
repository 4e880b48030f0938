"""Worlds of people who come, go, change, merge and withdraw; and partners who do as the delivered files say."""

import base64
import csv
import hashlib
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.assets.factory import stage_run_days
from cdp_pipeline.assets.table import TableAsset, TableRun
from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.config.project import Project
from cdp_pipeline.domain import partners
from cdp_pipeline.privacy.partners import queue_removals, removals_of
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.resources.warehouse import unaudited
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.lineage import parse

FIRST = date(2026, 11, 1)
KEY = "k" * 64
TABLES = ("profile.profiles", "profile.profile_contact_points", "profile.consent_state", "segments.segment_members",
          "identity.device_map", "metrics.category_affinities", "metrics.profile_scores")  # fmt: skip
TEMPLATE = {
    "profile_id": {"field": "profile_id"},
    "mail": {"field": "email", "as": "sha256"},
    "first": {"field": "given_name"},
}
DESTINATIONS: dict[str, dict[str, Any]] = {
    "google": {"format": "google_customer_match"},
    "cloud": {"format": "salesforce_marketing_cloud"},
    "desk": {"format": "trade_desk_euid"},
    "meta": {"format": "meta_custom_audience"},
    "list": {"format": "klaviyo_list", "contact_cap": False},
    "own": {"format": "file", "columns": TEMPLATE, "keys": ["profile_id"], "file_type": "jsonl", "minimum_size": 4},
}


def destination(name: str, **changed: Any) -> Destination:
    """One of the destinations, with small audiences allowed."""
    plain = {"name": name, "description": "d", "segments": ["s"], "channel": "email", "purposes": ["newsletter"]}
    return Destination.model_validate({**plain, "minimum_size": 1, **DESTINATIONS[name], **changed})


@dataclass
class Person:
    """A profile as the pipeline would have made it."""

    email: str | None
    phone: str | None
    given: str
    is_member: bool = True
    consent: str = "granted"
    status: str = "verified"
    is_pressed: bool = False


@dataclass
class World:
    """The profiles of a day, by id; `erased` are those that an erasure takes out before the next delivery."""

    chance: random.Random
    people: dict[str, Person] = field(default_factory=dict)
    day: date = FIRST
    born: int = 0

    def add(self, **known: Any) -> None:
        """Somebody new; now and then with the telephone of somebody else."""
        self.born += 1
        phone = f"+336000{self.born:05}"
        if self.people and self.chance.random() < 0.2:
            phone = self.chance.choice(sorted(self.people.values(), key=lambda p: p.email or "")).phone or phone
        person = Person(f"p{self.born}@x.fr", phone, f"Name{self.born}")
        self.people[f"P{self.born:05}"] = replace(person, **known)

    def pass_a_day(self) -> list[str]:
        """A day's events; returns who is erased on it, after the day's tables were made."""
        self.day += timedelta(days=1)
        for _ in range(self.chance.randint(0, 4)):
            self.add()
        events = (
            self._leave,
            self._withdraw,
            self._change,
            self._merge,
            self._split,
            self._bounce,
            self._press,
            self._return,
        )
        for _ in range(self.chance.randint(1, 8)):
            if self.people:
                self.chance.choice(events)(self.chance.choice(sorted(self.people)))
        if self.people and self.chance.random() < 0.3:
            return [self.chance.choice(sorted(self.people))]
        return []

    def _leave(self, who: str) -> None:
        self.people[who].is_member = False

    def _return(self, who: str) -> None:
        self.people[who] = replace(
            self.people[who], is_member=True, consent="granted", status="verified", is_pressed=False
        )

    def _withdraw(self, who: str) -> None:
        self.people[who].consent = "denied"

    def _change(self, who: str) -> None:
        self.born += 1
        self.people[who].email = f"p{self.born}@x.fr"

    def _bounce(self, who: str) -> None:
        self.people[who].status = "bounced"

    def _press(self, who: str) -> None:
        self.people[who].is_pressed = not self.people[who].is_pressed

    def _merge(self, who: str) -> None:
        """Another profile goes into this one, which gets its address."""
        other = self.chance.choice(sorted(self.people))
        if other != who:
            self.people[who].email = self.people.pop(other).email

    def _split(self, who: str) -> None:
        """A new profile keeps the address, and this one gets another."""
        old = self.people[who].email
        self._change(who)
        self.add(email=old)

    def expected(self, of: Destination) -> set[str]:
        """Who may be in the destination's audience today."""
        found = {
            who
            for who, p in self.people.items()
            if p.is_member and p.consent == "granted" and p.email and p.status == "verified"
            and not (of.contact_cap and p.is_pressed)
        }  # fmt: skip
        return found

    def write(self, session: DuckDBSession, types: Mapping[str, Mapping[str, str]]) -> None:
        """The tables that audiences are made of."""
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        for who, p in self.people.items():
            rows["profile.profiles"].append(
                {
                    "profile_id": who,
                    "email": p.email,
                    "phone": p.phone,
                    "given_name": p.given,
                    "is_pressed": p.is_pressed,
                }
            )
            for kind, value in (("email", p.email), ("phone", p.phone)):
                status = p.status if kind == "email" else "verified"
                rows["profile.profile_contact_points"].append(
                    {"profile_id": who, "kind": kind, "value": value, "status": status}
                )
            state = {"profile_id": who, "channel": "email", "purpose": "newsletter", "status": p.consent}
            rows["profile.consent_state"].append(state)
            if p.is_member:
                rows["segments.segment_members"].append({"as_of_day": self.day, "segment": "s", "profile_id": who})
        for name, found in rows.items():
            listed = [tuple(row.get(column) for column in types[name]) for row in found]
            session.stage_rows("given", dict(types[name]), listed)
            session.replace_table(name, parse("select * from given"), unaudited)


def populated(chance: random.Random, people: int, **known: Any) -> World:
    """A world of so many people."""
    world = World(chance)
    for _ in range(people):
        world.add(**known)
    return world


class Partner:
    """Does as the delivered files say, and knows nothing else; holds rows, each as in the file."""

    def __init__(self, of: Destination) -> None:
        self.finds_by = partners.partner_of(of).finds_by
        self.rows: list[dict[str, str]] = []

    def take(self, folder: Path) -> None:
        """Read a delivery in the order of its manifest."""
        for file in json.loads((folder / "manifest.json").read_text())["files"]:
            path = folder / file["name"]
            assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]
            rows = _read(path)
            assert len(rows) == file["rows"]
            if file["action"] == "full":
                self.rows = []
            for row in rows:
                found = [h for h in self.rows if any(h.get(k) and h.get(k) == row.get(k) for k in self.finds_by)]
                if file["action"] == "remove":
                    self.rows = [held for held in self.rows if held not in found]
                else:
                    same = {tuple(h.get(k) for k in self.finds_by) for h in found}
                    if tuple(row.get(k) for k in self.finds_by) in same:
                        self.rows = [h for h in self.rows if tuple(h.get(k) for k in self.finds_by) != tuple(row.get(k) for k in self.finds_by)]  # fmt: skip
                    self.rows.append(row)

    @property
    def held(self) -> list[tuple[str, ...]]:
        """By what it knows its people."""
        return sorted(tuple(row.get(key) or "" for key in self.finds_by) for row in self.rows)


def _read(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def known_as(of: Destination, world: World, who: str) -> tuple[str, ...]:
    """By what a partner finds a person, made independently of the pipeline."""
    p = world.people[who]
    email, phone = p.email or "", p.phone or ""
    hashed = [hashlib.sha256(value.encode()).hexdigest() for value in (email, phone)]
    encoded = [base64.b64encode(bytes.fromhex(value)).decode() for value in hashed]
    published = hashlib.sha256(f"{KEY}{who}".encode()).hexdigest()[:16]
    digits = hashlib.sha256(phone.lstrip("+").encode()).hexdigest()
    return {
        "google_customer_match": tuple(hashed),
        "salesforce_marketing_cloud": (published,),
        "trade_desk_euid": tuple(encoded),
        "meta_custom_audience": (published, hashed[0], digits),
        "klaviyo_list": (email,),
        "file": (published,),
    }[of.format]


@dataclass
class Deployment:
    """A session with the activation tables, and where its files lie."""

    session: DuckDBSession
    project: Project
    settings: Settings
    catalogue: dict[str, TableAsset]

    def deliver(self, world: World, *, destinations: tuple[str, ...] = (), is_resync: bool = False) -> str:
        """Make the day's tables and deliver; returns what the check of the deliveries observed."""
        world.write(self.session, {name: self.catalogue[name].sidecar.types for name in TABLES})
        told = ""
        for name in ("audiences", "deliveries", "delivery_members", "outbox", "removals"):
            told = self.rebuild(name, world.day, destinations, is_resync) or told
        return told

    def rebuild(self, name: str, day: date, destinations: tuple[str, ...] = (), is_resync: bool = False) -> str:
        """Make one of the tables of the layer; returns what its own check observed."""
        stage_run_days(self.session, (day,), self.project.deployment)
        table = self.catalogue[f"activation.{name}"]
        run = TableRun(table, self.session, self.project, self.settings, (day,), "run", (day,), destinations, is_resync)
        table.build(run)
        return run.checks[0].observed if run.checks else ""

    def erase(self, who: str) -> None:
        """What an erasure does to the activation tables (`privacy.erasure` works on a deployment's files)."""
        self.session.stage_rows("person_profiles", {"profile_id": "varchar"}, [(who,)])
        queue_removals(self.session, removals_of(self.session, f"E{who}"))
        for name in ("delivery_members", "outbox"):
            self.session.own().execute(f"delete from activation.{name} where profile_id = ?", [who])

    def folders(self, name: str) -> Iterator[Path]:
        """Delivered folders of a destination, in their order."""
        found = (self.settings.exports / name).glob("*.*")
        yield from sorted(found, key=lambda path: (path.name[:10], int(path.name[11:])))


@contextmanager
def activation(
    session: DuckDBSession, project: Project, home: Path, *names: str, **changed: Any
) -> Iterator[Deployment]:
    """A deployment of some of the destinations, whose partners take the smallest audiences."""
    small = {name: replace(partner, least_audience=1) for name, partner in partners.PARTNERS.items()}
    given = {name: destination(name, **changed) for name in names}
    project = replace(project, destinations=given, suites={})
    catalogue = load_catalogue(project)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(partners, "PARTNERS", small)
        patch.setenv("CDP_PSEUDONYM_KEY", KEY)
        yield Deployment(session, replace(project, seeds=home / "seeds"), Settings(home, 2, "2GB"), catalogue)
