import pytest

from cdp_pipeline.domain.drafting import draft_table, folded


@pytest.mark.parametrize(
    ("header", "plain"),
    [("Prénom", "prenom"), ("E-mail", "e_mail"), ("firstName", "first_name"), (" Code Postal ", "code_postal")],
)
def test_headers_are_compared_without_case_accents_and_signs(header: str, plain: str) -> None:
    assert folded(header) == plain


@pytest.mark.parametrize(
    ("values", "kind", "formats"),
    [
        (["01/02/2020", "13/02/2020"], "date", ("%d/%m/%Y",)),
        (["02/01/2020", "02/13/2020"], "date", ("%m/%d/%Y",)),
        (["2020-01-02", "2020-02-13"], "date", ()),
        (["2020-01-02 10:00:00", "2020-02-13T11:00:00Z"], "timestamp", ()),
        (["oui", "non"], "boolean", ()),
        (["12,50", "3"], "decimal", ()),
        (["12", "-3"], "integer", ()),
        (["007", "012"], "text", ()),
        (["a@b.fr", "c@d.fr"], "email", ()),
        (["06 12 34 56 78", "+33 6 12 34 56 79"], "phone", ()),
    ],
)
def test_values_tell_the_type(values: list[str], kind: str, formats: tuple[str, ...]) -> None:
    (column,) = draft_table(["unknown"], [(value,) for value in values]).columns
    assert (column.type, column.formats) == (kind, formats)


def test_order_lines_are_known_by_order_and_line() -> None:
    rows = [("1", "1", "A", "2"), ("1", "2", "B", "1"), ("2", "1", "A", "1")]
    table = draft_table(["order_id", "line", "sku", "qty"], rows)
    assert table.key == ("order_id", "line")
    assert table.load == "append"
    assert set(table.maps) == {"order_lines"}
