from pathlib import Path
from typing import Any

import pytest
import yaml

from cdp_pipeline.config.base import ConfigError, load
from cdp_pipeline.config.sources import Source

DATABASE = {"kind": "database", "url_secret": "ERP_URL", "table": "people", "cursor": "changed"}
API = {"kind": "api", "url": "https://api.example.org/people"}
FILES = {"kind": "files", "url": "s3://bucket/{date}/people.csv"}


def read(folder: Path, connector: dict[str, Any], **extract: Any) -> Source:
    content = {"format": "parquet", "path": "erp/{date}/people.parquet", "load": "delta", **extract}
    table = {"extract": {**content, "connector": connector}, "key": ["id"], "columns": {"id": {}}}
    path = folder / "erp.yml"
    path.write_text(yaml.safe_dump({"source": "erp", "tables": {"people": table}}, sort_keys=False))
    return load(path, Source)


@pytest.mark.parametrize("connector", [DATABASE, API, {**API, "params": {"since": "{from}"}}, FILES])
def test_a_connector_of_each_kind(tmp_path: Path, connector: dict[str, Any]) -> None:
    assert read(tmp_path, connector).is_fetched


@pytest.mark.parametrize(
    ("connector", "extract", "told"),
    [
        ({**DATABASE, "tabel": "x"}, {}, "unknown key 'tabel'; did you mean 'table'?"),
        ({**DATABASE, "kind": "databse"}, {}, "databse"),
        (DATABASE, {"load": "snapshot"}, "leave the cursor"),
        ({**DATABASE, "cursor": None}, {"load": "append"}, "give the connector a cursor"),
        (DATABASE, {"path": "erp/{date}/*.parquet"}, "a path without *"),
        (DATABASE, {"format": "csv"}, "format: parquet"),
        ({**DATABASE, "initial": True}, {}, "initial"),
        ({**DATABASE, "cursor": None, "overlap": 5}, {}, "belong to a cursor"),
        ({**API, "params": {"since": "{form}"}}, {}, "the placeholders are {from} and {to}"),
        ({**FILES, "url": "s3://bucket/{date.year}/people.csv"}, {}, "no other placeholder"),
        (DATABASE, {"path": "erp[1]/{date}/people.parquet"}, "a path below data/landing/"),
        ({**API, "url": "api.example.org"}, {}, "https://api.example.org/contacts"),
        ({**FILES, "url": "ftp://host/{date}.csv"}, {}, "sftp://host/drop"),
        ({**FILES, "url": "s3://bucket/{day}.csv"}, {}, "no other placeholder"),
        ({**FILES, "url": "s3://bucket/{date}/*.csv"}, {}, "or neither"),
    ],
)
def test_what_can_not_be_fetched_is_told(
    tmp_path: Path, connector: dict[str, Any], extract: dict[str, str], told: str
) -> None:
    with pytest.raises(ConfigError) as error:
        read(tmp_path, connector, **extract)
    assert told in str(error.value)
    assert "erp.yml:" in str(error.value)


@pytest.mark.parametrize(
    "connector",
    [
        {**DATABASE, "url_secret": "postgresql://cdp:geheim@host/db"},
        {**API, "auth": {"kind": "bearer", "secret": "geheim-123"}},
        {**FILES, "secrets": {"aws_secret_access_key": "geheim/123"}},
        {**FILES, "url": "sftp://partner:geheim@host/out/{date}.csv"},
        {**API, "url": "https://user:geheim@api.example.org/people"},
        {**API, "url": "https://user:ge/heim@api.example.org/people?geheim"},
        {**API, "auth": {"kind": "bearr", "secret": "geheim-123"}},
        {**API, "auth": "Bearer geheim-123"},
        {
            **API,
            "auth": {
                "kind": "oauth2",
                "token_url": "https://u:geheim@x/t",
                "client_id_secret": "A",
                "client_secret": "B",
            },
        },
        {**FILES, "options": {"sftp_password": "geheim"}},
        {**FILES, "options": {"region_name": ["geheim"]}},
        ["geheim"],
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, connector: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as error:
        read(tmp_path, connector)
    assert "geheim" not in str(error.value)
