"""A small deployment of hard cases: decisions for all channels, ids and addresses that contain others, gifts, people gone."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cdp_pipeline_tests.homes import cdp, make_seeds

DAYS = ("2026-11-16", "2026-11-17", "2026-11-18")
CUSTOMERS = """number;first;last;mail;born;changed
1;Zebulon;Quastel;anna@zqx.example;1980-02-01;2026-01-01 10:00:00
10;Xantippe;Wurz;joanna@zqx.example;1981-03-01;2026-01-01 10:00:00
20;Balthasar;Uhrwerk;balthasar.uhrwerk@gmail.com;1983-03-01;2026-01-01 10:00:00
40;Gone;Tomorrowson;gone@zqx.example;1990-03-01;2026-01-01 10:00:00
70;Giselle;Schenker;gift@zqx.example;1993-03-01;2026-01-01 10:00:00
"""
CONSENTS = """id;number;channel;purpose;status;at
k1;1;email;newsletter;granted;2026-02-01 10:00:00
k2;10;email;newsletter;granted;2026-02-01 10:00:00
k3;20;email;newsletter;granted;2026-02-01 10:00:00
k4;40;email;newsletter;granted;2026-02-01 10:00:00
k5;70;email;newsletter;granted;2026-02-01 10:00:00
"""
LATER_CONSENTS = """id;number;channel;purpose;status;at
k6;1;;;objected;2026-11-16 10:00:00
k7;10;;;deceased;
k8;70;email;;denied;2026-11-16 10:00:00
k9;20;E-Mail;newsletter;denied;2026-11-16 10:00:00
"""
RENTALS = """no;number;at;amount;gift_mail
R1;1;2026-11-10 10:00:00;10.00;
R10;10;2026-11-10 10:00:00;20.00;
RENT-0040;40;2026-11-10 10:00:00;40.00;
R70;70;2026-11-10 10:00:00;70.00;anna@zqx.example
"""
GONE = ("Tomorrowson", "gone@zqx.example", "rental.customers:40", "RENT-0040")


def _deliver(home: Path, day: str, **files: str) -> None:
    folder = home / "data" / "landing" / "rental" / day
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content)


def _run(home: Path, *days: str) -> str:
    done = cdp(home, "run", *days)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _rows(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home / "data" / "warehouse" / "cdp.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def _landed(home: Path, name: str) -> str:
    return "".join(path.read_text() for path in sorted(home.rglob(f"landing/rental/*/{name}.csv")))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days; on the second customer 40 is gone."""
    home = tmp_path_factory.mktemp("rental") / "home"
    make_seeds("rental", home)
    _deliver(home, DAYS[0], customers=CUSTOMERS, consents=CONSENTS, rentals=RENTALS)
    left = "".join(line for line in CUSTOMERS.splitlines(keepends=True) if not line.startswith("40;"))
    _deliver(home, DAYS[1], customers=left, consents=LATER_CONSENTS, rentals="no;number;at;amount;gift_mail\n")
    (home / "output.txt").write_text(_run(home, "--from", DAYS[0], "--to", DAYS[1]))
    return home


def test_decisions_for_all_channels_and_without_a_date_arrive(home: Path) -> None:
    states = _rows(
        home,
        "select split_part(member.record_id, ':', 2), state.status, state.reason "
        "from profile.consent_state as state join identity.identity_map as member using (profile_id) "
        "where state.channel = 'email' and state.purpose = 'newsletter' order by 1",
    )
    assert states == [
        ("1", "denied", "objection"),
        ("10", "denied", "deceased"),
        ("20", "granted", "decision"),
        ("70", "denied", "decision"),
    ]


def test_a_channel_that_is_none_is_told(home: Path) -> None:
    assert "1 of rental.consents for the channel 'E-Mail'" in " ".join((home / "output.txt").read_text().split())


@pytest.fixture(scope="module")
def erased(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Customers 40, 20 and 1 erased; then a third day on which the source holds them all, 20 as another record too."""
    copy = Path(shutil.copytree(home, tmp_path_factory.mktemp("erased") / "home"))
    requests = copy.with_name("requests.csv")
    requests.write_text(
        "kind,value\nemail,gone@zqx.example\nemail,balthasar.uhrwerk@gmail.com\nemail,anna@zqx.example\n"
    )
    done = cdp(copy, "erase", "--request-file", str(requests))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no row is left" in done.stdout
    shutil.copytree(copy, copy.with_name("before the next day"))
    again = "21;B.;Uhrwerk;balthasaruhrwerk+new@gmail.com;;2026-11-17 10:00:00\n"
    _deliver(copy, DAYS[2], customers=CUSTOMERS + again, consents=CONSENTS, rentals=RENTALS)
    _run(copy, "--date", DAYS[2])
    return copy


def test_whom_no_source_delivers_any_more_leaves_no_trace(erased: Path) -> None:
    before = erased.with_name("before the next day")
    files = [path for part in ("data", "seeds") for path in (before / part).rglob("*") if path.is_file()]
    told = {path.name: needle for path in files for needle in GONE if needle.encode() in path.read_bytes()}
    assert told == {}


def test_an_address_and_an_id_that_contain_the_erased_ones_stay(erased: Path) -> None:
    assert "10;Xantippe;Wurz;joanna@zqx.example" in _landed(erased, "customers")
    assert ("rental:R10", "rental.customers:10") in _rows(erased, "select order_id, record_id from unified.orders")


def test_an_order_that_mentions_the_erased_stays_its_buyers(erased: Path) -> None:
    assert _landed(erased, "rentals").count("R70;70;2026-11-10 10:00:00;70.00;anna@zqx.example") == 2
    assert "Quastel" not in _landed(erased, "customers")


def test_the_erased_stay_away_also_by_another_spelling_of_their_mailbox(erased: Path) -> None:
    found = _rows(erased, "select split_part(record_id, ':', 2) from unified.person_records order by 1")
    assert [key for (key,) in found] == ["10", "70"]
