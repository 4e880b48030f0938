import shutil
from hashlib import sha256
from pathlib import Path

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.project import load_project
from cdp_pipeline.privacy.landing import empty_landing
from cdp_pipeline.privacy.lines import stage_lines
from cdp_pipeline.privacy.people import found_profiles, stage_people
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.settings import Settings
from cdp_pipeline.sql.lineage import parse

ADDRESS = b"adrian.keller@gmail.com"


def test_lines_of_every_day_and_of_files_not_read_yet_are_emptied(
    sample: DuckDBSession, sample_home: Path, seeds: Path
) -> None:
    home = seeds.parent
    landing = home / "data" / "landing"
    shutil.copytree(sample_home / "data" / "landing", landing)
    shop = landing / "web_shop"
    shutil.copytree(shop / "2026-11-09", shop / "2026-11-16")
    held = {path: path.read_bytes() for path in landing.rglob("*") if path.is_file()}
    assert any(ADDRESS in content.lower() for path, content in held.items() if "2026-11-16" in str(path))
    account = sha256(b"web_shop.accounts:a900001").hexdigest()
    (seeds / "privacy" / "erasure_requests.csv").write_text(
        f"request_id,erased_on,kind,sha256\nE1,2026-11-16,record,{account}\n"
    )
    project = load_project(seeds)
    sidecars = {name: table.sidecar for name, table in load_catalogue(project).items()}
    stage_people(sample, found_profiles(sample, ADDRESS.decode(), "FR"))
    stage_lines(sample, project, sidecars, [])
    empty_landing(sample, Settings(home, 2, "2GB"), project, sidecars)
    changed = {path for path, content in held.items() if path.read_bytes() != content}
    written = {str(name) for (name,) in sample.rows(parse("select file from written_files"))}
    assert {str(path.relative_to(landing)) for path in changed if "2026-11-16" not in str(path)} == written
    assert {path.parent.name for path in changed} >= {"2026-11-09", "2026-11-15", "2026-11-16"}
    assert not any(ADDRESS in path.read_bytes().lower() for path in changed)
