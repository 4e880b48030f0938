"""The commands' edges; what they do is tested where it is done."""

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cdp_pipeline.cli import app
from cdp_pipeline.settings import REPOSITORY
from cdp_pipeline_tests.homes import cdp

README = (REPOSITORY / "README.md").read_text()


def test_check_counts_what_it_read() -> None:
    found = CliRunner().invoke(app, ["check"])
    assert found.exit_code == 0
    assert "seeds/ is valid: 7 sources, 8 segments, 3 destinations" in " ".join(found.output.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--date", "yesterday"], "'yesterday' is not a day"),
        (["run", "--from", "2026-11-01"], "give either --date, or both --from and --to"),
        (["demo", "--people", "0"], "4"),
        (["preview", "jumper_campain"], "did you mean 'jumper_campaign'?"),
    ],
)
def test_a_wrong_argument_is_refused_with_what_would_do(arguments: list[str], message: str) -> None:
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == 2
    assert message in " ".join(re.sub(r"[│╭╮╰╯─]", " ", found.output).split())


def test_show_without_a_warehouse_says_what_to_do(seeds: Path) -> None:
    found = cdp(seeds.parent, "show", "x@example.org")
    assert found.returncode == 1
    assert "run the pipeline first" in found.stderr


def test_every_command_of_the_readme_exists_with_its_options() -> None:
    for line in re.findall(r"^\$ cdp (.+)$", README, re.MULTILINE):
        command, *words = line.split()
        help_text = CliRunner().invoke(app, [command, "--help"]).output
        for option in (word for word in words if word.startswith("--")):
            assert option in help_text, line


def test_the_readmes_commands_run(sample_home: Path, tmp_path: Path) -> None:
    lines = [line.split() for line in re.findall(r"^\$ cdp (.+)$", README, re.MULTILINE)]
    assert len(lines) == 10
    home = shutil.copytree(sample_home, tmp_path / "home")  # the sample's own warehouse is open in this process
    for words in lines:
        places = {"elsewhere": str(tmp_path / "elsewhere")}
        arguments = [places.get(word, str(REPOSITORY / word) if word.startswith("data/") else word) for word in words]
        done = cdp(home, *arguments)
        assert done.returncode == 0, (words, done.stdout, done.stderr)


def test_the_readmes_own_source_is_valid(seeds: Path) -> None:
    (seeds / "sources" / "rental.yml").write_text(README.split("```yaml\n")[1].split("```")[0])
    found = cdp(seeds.parent, "check")
    assert found.returncode == 0, found.stderr
    assert "8 sources" in found.stdout


def test_the_readmes_make_targets_are_run() -> None:
    """`run` by the fixture of the sample, `ui` in test_server, `test` by `.ci/run`, which tests call nothing else."""
    assert set(re.findall(r"^\$ make (\w+)$", README, re.MULTILINE)) == {"run", "test", "ui"}
    assert "make test" in (REPOSITORY / ".ci" / "run").read_text()


def test_the_readmes_files_exist() -> None:
    for path in re.findall(r"\]\((docs/[^)]*)\)", README):
        assert (REPOSITORY / path).exists()


def test_a_selection_of_nothing_is_refused_with_the_known_layers(sample_home: Path) -> None:
    for selection in ("group:metrcs", "nonsense("):
        found = cdp(sample_home, "run", "--date", "2026-11-15", "--select", selection)
        assert found.returncode == 2
        assert "selects no table" in found.stderr
        assert "'metrics'" in found.stderr


def test_check_knows_the_expectations_of_great_expectations(seeds: Path) -> None:
    path = seeds / "expectations" / "profile.profiles.yml"
    path.write_text(path.read_text().replace("expect_column_values_to_be_unique", "expect_column_values_to_be_uniq"))
    found = cdp(seeds.parent, "check")
    assert found.returncode == 2
    assert "profile.profiles.yml: 'expect_column_values_to_be_uniq' is not an expectation" in found.stderr
