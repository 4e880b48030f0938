import pytest

from cdp_pipeline.config.project import Project
from cdp_pipeline.config.sources import Table
from cdp_pipeline.domain.column_types import unparsed_selects, value_of
from cdp_pipeline.domain.expressions import sql_of


def _table(**column: object) -> Table:
    extract = {"format": "csv", "path": "{date}", "load": "append"}
    return Table.model_validate({"extract": extract, "key": ["a"], "columns": {"a": column}})


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ({"type": "timestamp", "timezone": "UTC"}, "PARSE_ISO"),
        ({"type": "date", "formats": ["%d/%m/%Y"]}, "%d/%m/%Y"),
        ({"type": "decimal", "decimal_separator": ","}, "PARSE_DECIMAL_COMMA"),
        (
            {"type": "timestamp", "formats": ["%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M %z"]},
            "PARSE_LOCAL(\"a\", ['%d.%m.%Y %H:%M %z'], 'UTC')",
        ),
        ({"type": "phone"}, "a__parsed"),
        ({"type": "boolean"}, "oui"),
    ],
)
def test_each_type_has_its_expression(project: Project, column: dict[str, object], words: str) -> None:
    assert words in sql_of(value_of("a", _table(**column), project.deployment))


def test_only_telephone_numbers_and_addresses_are_parsed(project: Project) -> None:
    counts = {
        kind: len(unparsed_selects("s__t", _table(type=kind), project.deployment))
        for kind in ("phone", "email", "text")
    }
    assert counts == {"phone": 1, "email": 1, "text": 0}
