from pathlib import Path

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.project import Project
from cdp_pipeline.reporting.dictionary import write_dictionary
from cdp_pipeline_tests.homes import cdp


def test_every_table_has_its_pages_and_links_lead_somewhere(sample_home: Path, tmp_path: Path) -> None:
    done = cdp(sample_home, "dictionary", "--out", str(tmp_path / "dictionary"))
    assert done.returncode == 0, done.stderr
    pages = {path.name: path.read_text() for path in (tmp_path / "dictionary").iterdir()}
    assert "profile.profiles.md" in pages["index.md"]
    for name, page in pages.items():
        for target in page.split('href="')[1:]:
            assert target.split('"')[0] in pages, name
    staged = pages["staging.web_shop__accounts.html"]
    assert "direct_identifier" in staged
    assert "As delivered, 2026-11-15" in staged
    assert "gmail.com" not in staged


def test_without_a_warehouse_the_sidecars_alone_are_told(project: Project, tmp_path: Path) -> None:
    from cdp_pipeline.settings import Settings

    settings = Settings(home=tmp_path, threads=1, memory_limit="1GB")
    count = write_dictionary(load_catalogue(project), settings, tmp_path / "d")
    assert count == len(list((tmp_path / "d").glob("*.md"))) - 1
