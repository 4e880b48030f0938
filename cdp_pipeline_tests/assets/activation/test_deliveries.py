import csv
import hashlib
from pathlib import Path

from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse


def _file(home: Path, destination: str) -> Path:
    return home / "data" / "exports" / destination / "2026-11-15" / f"{destination}.csv"


def test_only_the_last_day_is_delivered(sample: DuckDBSession) -> None:
    found = sample.rows(
        parse("select as_of_day, status from activation.deliveries where destination = 'google_ads' order by 1")
    )
    assert [status for _, status in found] == ["superseded"] * 6 + ["delivered"]


def test_the_file_holds_the_members_and_its_digest_is_kept(sample: DuckDBSession, sample_home: Path) -> None:
    sql = "select destination, members, sha256 from activation.deliveries where status = 'delivered'"
    for destination, members, sha256 in sample.rows(parse(sql)):
        content = _file(sample_home, str(destination)).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
        assert len(content.decode().splitlines()) - 1 == members


def test_headers_are_the_partners_own(sample_home: Path) -> None:
    headers = {name: _file(sample_home, name).read_text().splitlines()[0] for name in ("google_ads", "marketing_cloud")}
    assert headers == {
        "google_ads": "Email,Phone,First Name,Last Name,Country,Zip",
        "marketing_cloud": "SubscriberKey,EmailAddress,FirstName,LastName,Locale",
    }


def test_google_gets_hashes_of_identifiers_and_plain_countries(sample_home: Path) -> None:
    with _file(sample_home, "google_ads").open(newline="") as file:
        for row in csv.DictReader(file):
            assert all(len(row[name]) in (0, 64) for name in ("Email", "Phone", "First Name", "Last Name"))
            assert len(row["Country"]) in (0, 2)


def test_files_are_their_owners_only(sample_home: Path) -> None:
    assert _file(sample_home, "marketing_cloud").stat().st_mode & 0o777 == 0o600
