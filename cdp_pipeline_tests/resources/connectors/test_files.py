from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from cdp_pipeline.resources.connectors.failures import FetchFailed
from cdp_pipeline_tests.resources.connectors.fetching import Fetching, table_of
from cdp_pipeline_tests.servers import s3_server, sftp_server

CONTENT = "id;nom\r\n007;Zoé\r\n".encode("cp1252")
BUCKET = "partner-drop"


@dataclass
class Drop:
    """A place where a partner drops files, and how a connector reaches it."""

    url: str
    connector: dict[str, Any]
    put: Any

    def fetching(self, root: Path, name: str, path: str) -> Fetching:
        connector = {"kind": "files", "url": f"{self.url}/{name}", **self.connector}
        return Fetching(root, table_of(connector, "snapshot", format="csv", path=path))


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture(params=["s3", "sftp"])
def drop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drop]:
    monkeypatch.setenv("DROP_USER", "partner")
    monkeypatch.setenv("DROP_PASSWORD", "geheim")
    if request.param == "s3":
        address = request.getfixturevalue("s3_address")
        keys = {"aws_access_key_id": "partner", "aws_secret_access_key": "geheim", "region_name": "eu-west-3"}
        client = boto3.client("s3", endpoint_url=address, **keys)
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
        options = {"endpoint_url": address, "region_name": "eu-west-3"}
        secrets = {"aws_access_key_id": "DROP_USER", "aws_secret_access_key": "DROP_PASSWORD"}
        yield Drop(
            f"s3://{BUCKET}",
            {"options": options, "secrets": secrets},
            lambda name, content: client.put_object(Bucket=BUCKET, Key=name, Body=content),
        )
        for item in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            client.delete_object(Bucket=BUCKET, Key=item["Key"])
        client.delete_bucket(Bucket=BUCKET)
        return
    root = tmp_path / "remote"

    def put(name: str, content: bytes) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)

    root.mkdir()
    with sftp_server(root, "partner", "geheim") as port:
        options = {"sftp_port": port}
        yield Drop(
            "sftp://127.0.0.1",
            {"options": options, "secrets": {"sftp_username": "DROP_USER", "sftp_password": "DROP_PASSWORD"}},
            put,
        )


def test_the_days_files_land_byte_for_byte(drop: Drop, tmp_path: Path) -> None:
    drop.put("out/2026-11-23/people.csv", CONTENT)
    drop.put("out/2026-11-24/people.csv", b"other")
    fetching = drop.fetching(tmp_path / "landing", "out/{date}/people.csv", "drop/{date}/people.csv")
    assert fetching.day("2026-11-23").files == ("people.csv",)
    assert fetching.file("2026-11-23").read_bytes() == CONTENT
    assert fetching.file("2026-11-23").stat().st_mode & 0o777 == 0o600


def test_several_files_whose_names_tell_the_day(drop: Drop, tmp_path: Path) -> None:
    for name in ("people_20261123_a.csv", "people_20261123_b.csv", "people_20261124_a.csv", "notes_20261123.txt"):
        drop.put(f"out/{name}", CONTENT)
    fetching = drop.fetching(tmp_path / "landing", "out/people_{date:%Y%m%d}_*.csv", "drop/{date}/people_*.csv")
    assert fetching.day("2026-11-23").files == ("people_20261123_a.csv", "people_20261123_b.csv")
    assert fetching.day("2026-11-22").files == ()


def test_a_day_delivered_again_under_other_names_replaces_the_old_ones(drop: Drop, tmp_path: Path) -> None:
    drop.put("out/2026-11-23/p1.csv", CONTENT)
    fetching = drop.fetching(tmp_path / "landing", "out/{date}/*.csv", "drop/{date}/*.csv")
    fetching.day("2026-11-23")
    landed = tmp_path / "landing" / "drop" / "2026-11-23"
    (landed / "p0.csv").write_bytes(CONTENT)
    fetching.day("2026-11-23")
    assert [path.name for path in landed.iterdir()] == ["p1.csv"]


def test_files_without_a_day_are_those_of_the_newest(drop: Drop, tmp_path: Path) -> None:
    drop.put("out/current.csv", CONTENT)
    fetching = drop.fetching(tmp_path / "landing", "out/current.csv", "drop/{date}/people.csv")
    assert fetching.day("2026-11-23") is None
    assert fetching.day("2026-11-24").files == ("people.csv",)


def test_a_name_that_would_never_be_read_is_told(drop: Drop, tmp_path: Path) -> None:
    drop.put("out/2026-11-24/Kunden.csv", CONTENT)
    fetching = drop.fetching(tmp_path / "landing", "out/{date}/*", "drop/{date}/people*.csv")
    with pytest.raises(FetchFailed, match="does not fit extract.path"):
        fetching.day("2026-11-24")
    assert not list((tmp_path / "landing").rglob("*.csv"))


@pytest.mark.parametrize("drop", ["sftp"], indirect=True)  # the S3 server of the tests lets everybody in
def test_a_wrong_password_is_told_without_it(drop: Drop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROP_PASSWORD", "falsch")
    with pytest.raises(FetchFailed, match="Authentication") as failure:
        drop.fetching(tmp_path / "landing", "out/{date}/people.csv", "drop/{date}/people.csv").day("2026-11-24")
    assert "falsch" not in str(failure.value)


def test_a_place_that_is_not_there_is_no_empty_day(drop: Drop, tmp_path: Path) -> None:
    drop.put("out/note.txt", b"")
    gone = {"s3": "s3://another-bucket/out", "sftp": "sftp://127.0.0.1/auot"}[drop.url.partition(":")[0]]
    with pytest.raises(FetchFailed, match="FileNotFound|NoSuchBucket"):
        Drop(gone, drop.connector, drop.put).fetching(
            tmp_path / "landing", "{date}/people.csv", "drop/{date}/people.csv"
        ).day("2026-11-24")
