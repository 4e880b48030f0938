from pathlib import Path

import pytest
import yaml

from cdp_pipeline.config.base import ConfigError
from cdp_pipeline.config.project import load_project


def test_the_shipped_seeds_are_valid(seeds: Path) -> None:
    project = load_project(seeds)
    assert len(project.sources) == 7
    assert len(project.segments) == 8
    assert len(project.destinations) == 3


def test_faults_of_several_files_are_told_together(seeds: Path) -> None:
    for name in ("web_shop", "sales_crm"):
        path = seeds / "sources" / f"{name}.yml"
        path.write_text(path.read_text().replace("owner:", "ownr:"))
    with pytest.raises(ConfigError) as caught:
        load_project(seeds)
    assert len(str(caught.value).splitlines()) == 2


def test_the_name_inside_must_be_the_files(seeds: Path) -> None:
    (seeds / "sources" / "web_shop.yml").rename(seeds / "sources" / "shop.yml")
    with pytest.raises(ConfigError, match=r"shop\.yml:1: source: 'web_shop' differs from the file's name"):
        load_project(seeds)


def test_a_yaml_suffix_is_not_passed_over(seeds: Path) -> None:
    (seeds / "sources" / "web_shop.yml").rename(seeds / "sources" / "web_shop.yaml")
    with pytest.raises(ConfigError, match=r"the suffix is \.yml here"):
        load_project(seeds)


def test_a_destination_names_known_segments(seeds: Path) -> None:
    path = seeds / "destinations" / "google_ads.yml"
    path.write_text(path.read_text().replace("best_customers", "best_custmers"))
    with pytest.raises(ConfigError, match=r"google_ads\.yml:4: segments: 'best_custmers' is not one of"):
        load_project(seeds)


def test_a_destination_asks_only_for_purposes_of_its_channel(seeds: Path) -> None:
    path = seeds / "destinations" / "google_ads.yml"
    path.write_text(path.read_text().replace("[ads_personalisation]", "[newsletter]"))
    with pytest.raises(ConfigError, match="purposes: 'newsletter' is not one of"):
        load_project(seeds)


def test_segments_do_not_refer_to_each_other_in_a_circle(seeds: Path) -> None:
    for name, other in (("a", "b"), ("b", "a")):
        content = {"id": name, "description": name, "owner": name, "include": {"rules": [{"segment": other}]}}
        (seeds / "segments" / f"{name}.yml").write_text(yaml.safe_dump(content))
    with pytest.raises(ConfigError, match="in a circle"):
        load_project(seeds)


def test_a_deployment_needs_a_source(seeds: Path) -> None:
    for path in (seeds / "sources").glob("*.yml"):
        path.unlink()
    with pytest.raises(ConfigError, match="no source is configured"):
        load_project(seeds)
