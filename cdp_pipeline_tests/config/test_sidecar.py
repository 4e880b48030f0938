import pytest
from pydantic import ValidationError

from cdp_pipeline.config.sidecar import Sidecar


def test_a_table_has_columns() -> None:
    with pytest.raises(ValidationError):
        Sidecar(description="x", grain="x", columns={})
