import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp_pipeline.privacy import files
from cdp_pipeline.privacy.files import Search, blot_out, drop_rows


def test_records_with_a_cell_go_and_the_others_keep_their_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('id,text\r\n1,"two\nlines, ""quoted"""\r\n2,A@X.fr \r\n3, kept as it is\r\n', newline="")
    path.chmod(0o600)
    assert drop_rows(path, {"a@x.fr"}) == 1
    assert path.read_bytes() == b'id,text\r\n1,"two\nlines, ""quoted"""\r\n3, kept as it is\r\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_documents_with_a_value_go_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": "1", "visitors": ["V1", "v2"]}\n{"id": "2", "deep": {"mail": "b@x.fr"}}\n{"id": "3"}\n')
    assert drop_rows(path, {"v1", "b@x.fr"}) == 2
    assert path.read_text() == '{"id": "3"}\n'


def test_rows_of_parquet_go(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"n": [1, 2, 3], "mail": ["A@x.fr", None, "c@x.fr"]}), path)
    assert drop_rows(path, {"a@x.fr"}) == 1
    assert pq.read_table(path).to_pylist() == [{"n": 2, "mail": None}, {"n": 3, "mail": "c@x.fr"}]
    assert drop_rows(path, {"nobody@x.fr"}) == 0


def test_values_leave_a_sqlite_file_to_the_last_byte(tmp_path: Path) -> None:
    path = tmp_path / "runs.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute('create table "run tags" (id integer, "the value" text)')
        rows = [(number, f"tag of someone@example.org {number}") for number in range(50)]
        connection.executemany('insert into "run tags" values (?, ?)', [*rows, (50, "another")])
        connection.commit()
    search = Search(["someone@example.org"])
    assert search.finds(path)
    blot_out(path, search)
    assert not search.finds(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute('select "the value" from "run tags" where id >= 49 order by id').fetchall() == [
            ("tag of [erased] 49",),
            ("another",),
        ]


def test_values_leave_a_log(tmp_path: Path) -> None:
    path = tmp_path / "x.log"
    path.write_text("one P0123456789 two\n")
    blot_out(path, Search(["P0123456789"]))
    assert path.read_text() == "one [erased] two\n"


@pytest.mark.parametrize("codec", ["utf-8", "cp1252", "utf-16-le"])
def test_a_value_is_found_in_other_encodings(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "x"
    path.write_bytes("…Jérôme.Nuñez@x.fr…".encode(codec))
    assert Search(["Jérôme.Nuñez@x.fr"]).finds(path)
    assert not Search(["somebody else"]).finds(path)


def test_short_values_are_not_looked_for(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("17")
    assert not Search(["17"]).finds(path)


@pytest.mark.parametrize("before", [0, 1, 90, 95, 99, 100, 101, 250])
def test_a_value_is_found_wherever_a_large_file_is_parted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    monkeypatch.setattr(files, "PIECE", 100)
    path = tmp_path / "large"
    path.write_bytes(b"." * before + b"someone@example.org" + b"." * 300)
    assert Search(["someone@example.org"]).finds(path)
    path.write_bytes(b"." * before + b"someone@example.or" + b"." * 300)
    assert not Search(["someone@example.org"]).finds(path)
