from pathlib import Path

import duckdb


def test_published_files_hold_no_direct_identifier(sample_home: Path) -> None:
    with duckdb.connect(str(sample_home / "data" / "published" / "cdp.duckdb"), read_only=True) as reader:
        names = {row[0] for row in reader.execute("select column_name from duckdb_columns()").fetchall()}
        profiles = reader.execute("select count(*) from profile.profiles").fetchall()[0][0]
    assert profiles > 0
    assert not names & {"email", "phone", "given_name", "family_name", "street", "record_id"}
