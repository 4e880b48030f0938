import pytest
from pydantic import ValidationError

from cdp_pipeline.config.identity import Attribute, ExactIdentifier, Thresholds


def test_only_text_attributes_name_a_column() -> None:
    with pytest.raises(ValidationError, match="needs 'column'"):
        Attribute(kind="text")
    with pytest.raises(ValidationError, match="the other kinds have none"):
        Attribute(kind="name", column="x")


def test_review_lies_below_merge() -> None:
    with pytest.raises(ValidationError, match="review must not exceed merge"):
        Thresholds(merge=0.5, review=0.9)


def test_an_identifier_links_at_least_two_records() -> None:
    with pytest.raises(ValidationError):
        ExactIdentifier(limit=1)
