from datetime import date

from cdp_pipeline.checks.data_docs import DataDocs
from cdp_pipeline.checks.pages import TEMPLATES

DAY = date(2026, 11, 15)
UNIQUE = ("expect_column_values_to_be_unique", {"column": "id", "description": "An id stands once."})


def test_what_was_found_is_on_the_page() -> None:
    page = DataDocs(TEMPLATES).page("raw.t", DAY, [(*UNIQUE, (False, "50 % failed", 10, 5, None))])
    assert page is not None
    assert "An id stands once." in page
    assert "50% unexpected" in page


def test_an_expectation_that_nobody_knows_has_no_page() -> None:
    unknown = ("expect_magic", {"column": "id"}, (False, "None", None, None, "not an expectation"))
    assert DataDocs(TEMPLATES).page("raw.t", DAY, [unknown]) is None
