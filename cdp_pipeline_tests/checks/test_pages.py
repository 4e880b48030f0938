"""The quality pages, on the sample as it was run: what they tell, and that they need nothing from the net."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from cdp_pipeline.checks.pages import page_of, write_pages
from cdp_pipeline.config.project import Project
from cdp_pipeline.resources.duckdb_warehouse import DuckDBSession
from cdp_pipeline.sql.lineage import parse

PHONE = 390
"""Width of a phone in CSS pixels."""


@pytest.fixture(scope="module")
def pages(sample_home: Path) -> Path:
    return sample_home / "data" / "published" / "quality"


def _text(path: Path) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", path.read_text()))


def test_the_day_is_told_with_every_table(pages: Path, project: Project) -> None:
    index = (pages / "index.html").read_text()
    assert "2026-11-15" in index
    assert "<h2>What blocked, and why</h2>" in index
    for table in ("staging.store_pos__members", "profile.profiles", "activation.deliveries"):
        assert f'href="docs/{table}.html"' in index
        assert page_of(pages, table).exists()
    members = _text(page_of(pages, "staging.store_pos__members"))
    assert "A loyalty card stands once." in members


def test_a_failure_is_shown_with_its_masked_rows(standing: DuckDBSession, project: Project, tmp_path: Path) -> None:
    rows = json.dumps([{"carte": "a999", "nom": "<Aa>"}])
    standing.own().execute(
        "update quality.check_results set passed = false, severity = 'block', sample = ?, query = 'select 1', "
        "unexpected_rows = 3, rows = 10, observed = '30' where table_name = 'staging.store_pos__members' and "
        "check_name = 'column_values_to_be_unique__carte'",
        [rows],
    )
    write_pages(standing, project, tmp_path / "quality")
    index = (tmp_path / "quality" / "index.html").read_text()
    assert "3 of 10 rows" in index
    assert "&lt;Aa&gt;" in index
    assert "Failed" in _text(page_of(tmp_path / "quality", "staging.store_pos__members"))


def test_the_same_results_give_the_same_bytes(sample: DuckDBSession, project: Project, tmp_path: Path) -> None:
    def written(folder: Path) -> dict[str, bytes]:
        write_pages(sample, project, folder)
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert written(tmp_path / "one") == written(tmp_path / "other")


def test_before_the_first_run_there_is_no_page(session: DuckDBSession, project: Project, tmp_path: Path) -> None:
    assert write_pages(session, replace(project, suites={}), tmp_path / "quality") is None
    assert not (tmp_path / "quality").exists()


def test_a_first_run_that_fails_early_is_told(session: DuckDBSession, project: Project, tmp_path: Path) -> None:
    """Before there are measures or a quarantine, and with an expectation that nobody knows."""
    session.replace_table(
        "quality.check_results",
        parse(
            "select date '2026-11-15' as checked_on, 'raw.web_shop__orders' as table_name, 'the_table_to_be_made' as check_name, "
            "'' as column_name, 'block' as severity, 'validity' as dimension, 'The table could be made.' as sentence, "
            "false as passed, 'a column is missing' as observed, null::bigint as rows, null::bigint as unexpected_rows, "
            "null::varchar as sample, null::varchar as query, null::varchar as error"
        ),
        lambda name: None,
    )
    write_pages(session, project, tmp_path / "quality")
    assert "a column is missing" in (tmp_path / "quality" / "index.html").read_text()


def test_nothing_is_loaded_from_the_net(pages: Path) -> None:
    for page in pages.rglob("*.html"):
        loaded = re.findall(
            r"(?:<script[^>]+src|<link[^>]+href|<img[^>]+src)=\"([^\"]+)\"|url\(([^)]+)\)", page.read_text()
        )
        for address in (one or other for one, other in loaded):
            address = address.strip("'")
            assert address.startswith("data:") or (page.parent / address).exists(), f"{page.name}: {address}"


@pytest.fixture(scope="module")
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("Chromium is not installed here; .ci/run installs it")
    return found


def _seen(chromium: str, page: Path, folder: Path) -> Iterator[str]:
    """What a phone makes of a page: how wide it is, its heading, and what it loaded, a line each."""
    frame = folder / "frame.html"
    frame.write_text(
        f"""<iframe id=page width={PHONE} height=800 src="{page.as_uri()}"></iframe><pre id=seen></pre><script>
        document.getElementById('page').onload = event => {{
            const inside = event.target.contentDocument, seen = [inside.documentElement.scrollWidth];
            seen.push(inside.querySelector('h1, nav').textContent.trim());
            event.target.contentWindow.performance.getEntriesByType('resource').forEach(one => seen.push(one.name));
            document.getElementById('seen').textContent = seen.join('\\n');
        }};</script>"""
    )
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--allow-file-access-from-files",
        f"--user-data-dir={folder}/user",
    ]
    done = subprocess.run(
        [chromium, *options, "--virtual-time-budget=5000", "--dump-dom", frame.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    yield from unescape(re.findall(r"<pre id=\"seen\">(.*?)</pre>", done.stdout, re.DOTALL)[0]).splitlines()


@pytest.mark.chromium
@pytest.mark.parametrize("name", ["index.html", "docs/staging.store_pos__members.html"])
def test_a_page_can_be_read_on_a_phone(chromium: str, pages: Path, tmp_path: Path, name: str) -> None:
    width, heading, *loaded = _seen(chromium, pages / name, tmp_path)
    assert 0 < int(width) <= PHONE
    assert "Quality of" in heading
    assert all(address.startswith("file:") for address in loaded)


def test_what_the_pages_show_tells_of_nobody(sample: DuckDBSession, pages: Path) -> None:
    query = "select distinct email from profile.profiles where email is not null"
    known = {str(row[0]) for row in sample.rows(parse(query))}
    for page in pages.rglob("*.html"):
        found = known & set(re.findall(r"[\w.+-]+@[\w.-]+", page.read_text()))
        assert not found, page.name
