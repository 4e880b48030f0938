"""Deliveries on small worlds: deltas, minimum sizes, renewals, failures, kills; and on the sample."""

import csv
import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cdp_pipeline.assets.activation import deliveries
from cdp_pipeline.config.destinations import Destination
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources import targets
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession, DuckDBWarehouse
from cdp_pipeline.resources.targets import DeliveryFailed
from cdp_pipeline.sql.lineage import parse
from cdp_pipeline_tests.assets.activation import killed
from cdp_pipeline_tests.assets.activation.audience_worlds import (
    DESTINATIONS,
    Deployment,
    Partner,
    World,
    activation,
    known_as,
    populated,
)
from cdp_pipeline_tests.homes import REPOSITORY


@pytest.fixture
def world() -> World:
    return populated(random.Random(1), 10)


@pytest.fixture
def cloud(session: DuckDBSession, project: Project, tmp_path: Path) -> Iterator[Deployment]:
    with activation(session, project, tmp_path, "cloud", minimum_size=5) as deployment:
        yield deployment


def _log(deployment: Deployment, *columns: str) -> list[tuple[object, ...]]:
    return deployment.session.rows(
        parse(f"select {', '.join(columns)} from activation.deliveries order by delivery_id")
    )


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines()) - 1


def test_a_delta_tells_who_came_and_who_left_and_nothing_twice(cloud: Deployment, world: World) -> None:
    cloud.deliver(world)
    world.day += timedelta(days=1)
    world.people["P00001"].consent = "denied"
    world.people["P00002"].given = "Changed"
    world.add()
    cloud.deliver(world)
    cloud.deliver(world)
    world.day += timedelta(days=1)
    cloud.deliver(world)
    assert _log(cloud, "status", "members", "added", "removed") == [
        ("delivered", 10, 10, 0),
        ("delivered", 10, 2, 1),
        ("unchanged", 10, 0, 0),
    ]
    _, second = cloud.folders("cloud")
    assert [path.name for path in sorted(second.iterdir())] == ["add.csv", "manifest.json", "remove.csv"]
    assert (_lines(second / "add.csv"), _lines(second / "remove.csv")) == (2, 1)
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in second.iterdir())


def test_the_manifest_counts_every_refusal(cloud: Deployment, world: World) -> None:
    world.people["P00001"].consent = "denied"
    world.people["P00002"].status = "bounced"
    world.people["P00003"].email = None
    world.people["P00004"].is_pressed = True
    cloud.deliver(world)
    (folder,) = cloud.folders("cloud")
    told = json.loads((folder / "manifest.json").read_text())
    refused = {"no_consent": 1, "no_contact": 1, "invalid_contact": 1, "suppressed": 0, "contact_cap": 1}
    assert told["counts"] == {
        "candidates": 10, "eligible": 6, "refused": refused, "added": 6, "renewed": 0, "removed": 0, "held_before": 0, "held": 6,
    }  # fmt: skip
    assert told["schema"]["add"] == dict.fromkeys(
        ("SubscriberKey", "EmailAddress", "FirstName", "LastName", "Locale"), "VARCHAR"
    )


def test_a_suppressed_address_is_not_delivered(cloud: Deployment, world: World) -> None:
    listed = cloud.project.seeds / "privacy" / "suppressions.csv"
    listed.parent.mkdir(parents=True)
    listed.write_text(f"kind,sha256,since\nemail,{hashlib.sha256(b'p1@x.fr').hexdigest()},2026-01-01\n")
    cloud.deliver(world)
    assert cloud.session.rows(parse("select profile_id from activation.audiences where refusal = 'suppressed'")) == [
        ("P00001",)
    ]


def test_below_the_minimum_nobody_new_is_told_and_everybody_who_left_is(cloud: Deployment, world: World) -> None:
    cloud.deliver(world)
    world.day += timedelta(days=1)
    for who in list(world.people)[:7]:
        world.people[who].consent = "denied"
    world.add()
    cloud.deliver(world)
    assert _log(cloud, "status", "members", "added", "removed") == [("delivered", 10, 10, 0), ("delivered", 3, 0, 7)]


def test_members_are_renewed_before_the_partner_forgets_them(
    session: DuckDBSession, project: Project, tmp_path: Path, world: World
) -> None:
    with activation(session, project, tmp_path, "google", renewed_before_days=30) as deployment:
        deployment.deliver(world)
        for days, renewed in ((509, 0), (1, 10), (1, 0)):
            world.day += timedelta(days=days)
            deployment.deliver(world)
            assert _log(deployment, "renewed")[-1] == (renewed,)


def test_a_resync_tells_the_whole_audience(cloud: Deployment, world: World) -> None:
    cloud.deliver(world)
    world.day += timedelta(days=1)
    world.people["P00001"].is_member = False
    cloud.deliver(world, is_resync=True)
    _, second = cloud.folders("cloud")  # an import adds and updates: whoever left has to be named
    assert (_lines(second / "add.csv"), _lines(second / "remove.csv")) == (9, 1)
    assert _log(cloud, "members", "added", "removed")[-1] == (9, 9, 1)


def test_a_partner_that_can_replace_gets_one_whole_file(
    session: DuckDBSession, project: Project, tmp_path: Path, world: World
) -> None:
    with activation(session, project, tmp_path, "own") as deployment:
        deployment.deliver(world)
        world.people["P00001"].is_member = False
        world.day += timedelta(days=1)
        deployment.deliver(world, is_resync=True)
        _, second = deployment.folders("own")
        assert {path.name for path in second.iterdir()} == {"full.jsonl", "manifest.json"}
        assert _log(deployment, "sync", "members", "removed")[-1] == ("full", 9, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"format": "google_customer_match"},
        {"target": {"kind": "webhook", "url": "https://x.example/", "secret": "X"}, **DESTINATIONS["own"]},
    ],
)
def test_a_partner_is_not_told_in_another_shape(cloud: Deployment, world: World, changed: dict[str, object]) -> None:
    cloud.deliver(world)
    project = cloud.project
    plain = {**project.destinations["cloud"].model_dump(exclude_defaults=True), **changed}
    cloud.project = replace(project, destinations={"cloud": Destination.model_validate(plain)})
    world.people["P00001"].consent = "denied"
    assert "its format, keys, list or target changed while the partner holds 10 profiles" in cloud.deliver(world)
    assert len(list(cloud.folders("cloud"))) == 1


def test_nobody_is_delivered_whom_the_partner_could_not_find(
    session: DuckDBSession, project: Project, tmp_path: Path, world: World
) -> None:
    world.people["P00001"].status = "bounced"
    world.people["P00002"].email = None
    consent = project.consent.model_copy(update={"contact_points": {}})
    with activation(session, project, tmp_path, "own", keys=["mail"]) as deployment:
        deployment.project = replace(deployment.project, consent=consent)
        deployment.deliver(world)
        refused = dict(
            session.rows(parse("select profile_id, refusal from activation.audiences where refusal is not null"))
        )
        assert refused == {"P00001": "invalid_contact", "P00002": "no_contact"}


def test_one_faulty_destination_holds_up_no_other(
    session: DuckDBSession, project: Project, tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = deliveries.write_files

    def break_down(session: object, delta: object, folder: Path) -> object:
        if folder.parent.name == "cloud":
            raise ValueError("could not convert 'p1@x.fr'")
        return prepare(session, delta, folder)  # type: ignore[arg-type]

    monkeypatch.setattr(deliveries, "write_files", break_down)
    with activation(session, project, tmp_path, "cloud", "google") as deployment:
        told = deployment.deliver(world)
        assert told == "cloud: it can't be delivered (ValueError): could not convert '…'"
        assert _log(deployment, "destination", "status") == [("google", "delivered")]


def test_a_lost_warehouse_takes_no_old_folder_for_its_own(cloud: Deployment, world: World) -> None:
    cloud.deliver(world)
    for name in ("deliveries", "delivery_members", "outbox", "removals"):
        cloud.session.own().execute(f"drop table activation.{name}")
    world.people["P00001"].consent = "denied"
    cloud.deliver(world)
    assert [folder.name for folder in cloud.folders("cloud")] == ["2026-11-01.1", "2026-11-01.2"]
    assert _log(cloud, "delivery_id", "status", "added") == [("cloud/2026-11-01.2", "delivered", 9)]


def test_what_a_server_may_not_have_seen_is_told_again(
    session: DuckDBSession, project: Project, tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of a remote folder count once its manifest is there, whatever was put before."""
    remote = {"kind": "remote", "url": "s3://drop/in"}
    taken: list[str] = []
    fails = [""]

    class Place:
        def __init__(self, target: object, delivery_id: str) -> None: ...

        def put(self, path: Path) -> None:
            if path.name == fails[0]:
                raise DeliveryFailed("the server went away")
            taken.append(path.name)

    monkeypatch.setattr(targets, "_Place", Place)
    with activation(session, project, tmp_path, "cloud", target=remote) as deployment:
        deployment.deliver(world)
        world.day += timedelta(days=1)
        world.people["P00001"].consent = "denied"
        world.add()
        fails[0] = "manifest.json"
        assert "the server went away" in deployment.deliver(world)
        world.day += timedelta(days=1)
        world.people["P00011"].consent = "denied"
        fails[0] = ""
        assert deployment.deliver(world) == "all did"
        assert _log(deployment, "status")[1:] == [("abandoned",), ("delivered",)]
        last = list(deployment.folders("cloud"))[-1]
        assert _lines(last / "remove.csv") == 2, "both are named, as nobody knows what the server read"


def test_a_destination_is_taken_back_before_its_file_goes(cloud: Deployment, world: World) -> None:
    cloud.deliver(world)
    configured = cloud.project
    cloud.project = replace(configured, destinations={})
    assert "cloud is no longer configured, and its partner holds 10 profiles" in cloud.deliver(world)
    withdrawn = configured.destinations["cloud"].model_copy(update={"is_withdrawn": True})
    cloud.project = replace(configured, destinations={"cloud": withdrawn})
    assert cloud.deliver(world) == "all did"
    assert _log(cloud, "members", "removed")[-1] == (0, 10)
    cloud.project = replace(configured, destinations={})
    assert cloud.deliver(world) == "all did"


def test_no_withdrawal_slips(session: DuckDBSession, project: Project, tmp_path: Path) -> None:
    """Ten thousand of twelve thousand withdraw on some day; by its delivery they are with no partner."""
    chance = random.Random(8)
    world = populated(chance, 12_000, phone=None)
    leaving = chance.sample(sorted(world.people), 10_000)
    with activation(session, project, tmp_path, *FOUND_BY) as deployment:
        held: dict[str, set[str]] = {name: set() for name in FOUND_BY}
        taken: set[Path] = set()
        for share in (0, 1, 3000, 3001, 9000, 10_000):
            for who in leaving[:share]:
                world.people[who].consent = "denied"
            deployment.deliver(world)
            world.day += timedelta(days=1)
            for name, of in deployment.project.destinations.items():
                known = {known_as(of, world, who)[0]: who for who in world.people}
                for folder in set(deployment.folders(name)) - taken:
                    taken.add(folder)
                    for action, rows in _rows_of(folder):
                        told = {known[row[FOUND_BY[name]]] for row in rows}
                        kept = set() if action == "full" else held[name]
                        held[name] = kept - told if action == "remove" else kept | told
                assert not held[name] & set(leaving[:share])
                assert len(held[name]) == 12_000 - share


FOUND_BY = {"google": "Email", "cloud": "SubscriberKey", "desk": "email_hash"}
"""The column by which each of the partners finds a person."""


def _rows_of(folder: Path) -> list[tuple[str, list[dict[str, str]]]]:
    found = []
    for file in json.loads((folder / "manifest.json").read_text())["files"]:
        with (folder / file["name"]).open(newline="") as content:
            found.append((file["action"], list(csv.DictReader(content))))
    return found


def test_a_destination_that_fails_holds_up_no_other_and_is_tried_again(
    session: DuckDBSession, project: Project, tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = deliveries.send

    def refuse(destination: object, *rest: object) -> None:
        if destination.name == "cloud":  # type: ignore[attr-defined]
            raise DeliveryFailed("the server answered 503")
        sent(destination, *rest)  # type: ignore[arg-type]

    with activation(session, project, tmp_path, "cloud", "google") as deployment:
        monkeypatch.setattr(deliveries, "send", refuse)
        deployment.deliver(world)
        assert _log(deployment, "destination", "status", "error") == [
            ("cloud", "failed", "the server answered 503"),
            ("google", "delivered", None),
        ]
        monkeypatch.setattr(deliveries, "send", sent)
        deployment.deliver(world)
        assert _log(deployment, "destination", "status", "added") == [
            ("cloud", "delivered", 10),
            ("google", "delivered", 10),
        ]


def test_what_waits_is_abandoned_where_somebody_in_it_withdrew(
    cloud: Deployment, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise DeliveryFailed("the server answered 503")

    with monkeypatch.context() as patch:
        patch.setattr(deliveries, "send", refuse)
        cloud.deliver(world)
    world.day += timedelta(days=1)
    world.people["P00001"].consent = "denied"
    cloud.deliver(world)
    assert _log(cloud, "status") == [("abandoned",), ("delivered",)]
    (folder,) = cloud.folders("cloud")
    held = Partner(cloud.project.destinations["cloud"])
    held.take(folder)
    assert held.held == sorted(
        known_as(cloud.project.destinations["cloud"], world, who) for who in list(world.people)[1:]
    )
    # nobody can tell whether the first batch arrived: who was in it and may not be told is removed
    assert cloud.session.rows(parse("select count(*) from activation.delivery_members where not is_certain")) == [(0,)]


@pytest.fixture(scope="module")
def killed_homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment for each step at which a process was killed."""
    folder = tmp_path_factory.mktemp("killed")
    subprocess.run([sys.executable, "-m", killed.__name__, str(folder)], cwd=REPOSITORY, check=True)
    return folder


@pytest.mark.parametrize("step", killed.STEPS)
def test_a_killed_delivery_is_undone_or_done(killed_homes: Path, project: Project, step: str) -> None:
    world, tmp_path = killed.world(), killed_homes / step
    with (
        DuckDBWarehouse(database=str(tmp_path / "cdp.duckdb"), seeds=str(REPOSITORY / "seeds")).session() as session,
        activation(session, project, tmp_path, *killed.DESTINATIONS) as deployment,
    ):
        killed.second_day(world)
        before = {name: list(deployment.folders(name)) for name in killed.DESTINATIONS}
        deployment.deliver(world)
        for name, of in deployment.project.destinations.items():
            held = Partner(of)
            for folder in deployment.folders(name):
                held.take(folder)
            assert held.held == sorted(known_as(of, world, who) for who in world.expected(of))
            assert len(list(deployment.folders(name))) == 2, "each delivery is there once"
            assert before[name] == list(deployment.folders(name))[: len(before[name])]
        assert session.rows(parse("select count(*) from activation.outbox")) == [(0,)]
        assert {row[0] for row in _log(deployment, "status")} == {"delivered"}
        assert not list((tmp_path / "data" / "exports" / ".pending").glob("*/*"))


def test_on_the_sample_every_destination_gets_its_audience(sample: DuckDBSession, sample_home: Path) -> None:
    rows = sample.rows(parse("select folder, sha256, members from activation.deliveries where status = 'delivered'"))
    assert len(rows) == 3
    for folder, sha256, members in rows:
        place = sample_home / "data" / "exports" / str(folder)
        assert hashlib.sha256((place / "manifest.json").read_bytes()).hexdigest() == sha256
        told = json.loads((place / "manifest.json").read_text())
        assert [file["rows"] for file in told["files"]] == [members] == [told["counts"]["added"]]


def test_the_site_knows_adrian_by_his_devices_and_tastes(sample: DuckDBSession, sample_home: Path) -> None:
    who = "select profile_id from identity.identity_map where record_id = 'web_shop.accounts:a900001'"
    adrian = str(sample.rows(parse(who))[0][0])
    visitors = sample.rows(parse(f"select visitor_id from identity.device_map where profile_id = '{adrian}'"))
    lines = (sample_home / "data/exports/website/2026-11-15.1/add.jsonl").read_text().splitlines()
    documents = {visitor: told for told in map(json.loads, lines) for visitor in told["visitors"] or ()}
    told = documents[visitors[0][0]]
    assert told["next_category"] == "travel"
    assert "group_travel_interest" in told["segments"]
    assert told["affinities"]["travel"] > 0.05
    assert adrian not in json.dumps(told)
