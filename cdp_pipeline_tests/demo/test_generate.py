import csv
import hashlib
from pathlib import Path

import pytest

from cdp_pipeline.demo.generate import Demo, write_demo
from cdp_pipeline.settings import REPOSITORY

PRODUCTS = REPOSITORY / "seeds" / "reference" / "products.csv"


def _write(folder: Path, **parameters: int) -> dict[str, str]:
    list(write_demo(Demo(**{"people": 80, "days": 2, **parameters}), folder, PRODUCTS))
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    assert _write(tmp_path / "a") == _write(tmp_path / "b")


def test_another_seed_writes_other_people(tmp_path: Path) -> None:
    assert _write(tmp_path / "a")["truth/records.csv"] != _write(tmp_path / "b", seed=2)["truth/records.csv"]


def test_seven_systems_deliver_every_day(tmp_path: Path) -> None:
    written = _write(tmp_path)
    for day in ("2026-11-14", "2026-11-15"):
        assert len({name.split("/")[1] for name in written if day in name}) == 7


def test_the_stores_system_writes_windows_french(tmp_path: Path) -> None:
    _write(tmp_path)
    text = (tmp_path / "landing" / "store_pos" / "2026-11-15" / "membres.csv").read_bytes().decode("cp1252")
    assert text.startswith("carte;nom;prenom;courriel;portable;naissance;")


def test_the_committed_sample_is_what_the_generator_writes(tmp_path: Path) -> None:
    list(write_demo(Demo(people=2000, days=7), tmp_path, PRODUCTS))
    sample = REPOSITORY / "data" / "sample"
    assert sorted(p.relative_to(sample) for p in sample.rglob("*.*")) == sorted(
        p.relative_to(tmp_path / "landing") for p in (tmp_path / "landing").rglob("*.*")
    )
    name = Path("web_shop", "2026-11-15", "accounts.csv")
    assert (sample / name).read_bytes() == (tmp_path / "landing" / name).read_bytes()


@pytest.mark.parametrize("file", ["records.csv", "purchases.csv", "consents.csv", "erasures.csv"])
def test_the_truth_stands_beside(tmp_path: Path, file: str) -> None:
    _write(tmp_path)
    with (tmp_path / "truth" / file).open(newline="") as opened:
        assert next(csv.reader(opened))
