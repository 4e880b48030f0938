from pathlib import Path

from cdp_pipeline.assets.catalogue import load_catalogue
from cdp_pipeline.config.project import Project


def test_the_card_tells_of_every_feature(sample_home: Path, project: Project) -> None:
    told = (sample_home / "data" / "published" / "feature_table.md").read_text()
    columns = load_catalogue(project)["metrics.profile_metrics"].sidecar.columns
    assert all(f"| `{name}` |" in told for name in columns if name not in ("as_of_day", "profile_id"))
    assert "as of 2026-11-15" in told
    assert "next_category: published" in told


def test_the_card_holds_no_value_of_a_person(sample_home: Path) -> None:
    told = (sample_home / "data" / "published" / "feature_table.md").read_text()
    assert "@" not in told
    assert "adrian" not in told.lower()
