import subprocess
import sys


def test_what_is_kept_for_good_is_not_told_of_as_a_leak() -> None:
    code = (
        "import duckdb, duckdb_engine, sqlalchemy\n"
        "from cdp_pipeline.resources.lasting import keep_for_good\n"
        "keep_for_good()\n"
        "duckdb.connect().execute('select 1').fetchall()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""
