"""Great Expectations' own pages of what it found, from results that are kept in the warehouse.

What belongs here: its renderers, with a page template that loads nothing from the net. What does not: what is
kept (`assets.quality.check_results`).
"""

import contextlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.exceptions import ExpectationNotFoundError
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from cdp_pipeline.checks.gx_duckdb import configured

Outcome = tuple[str, Mapping[str, Any], Sequence[Any]]
"""An expectation, its arguments, and: passed, observed, rows, unexpected rows, error."""


class _View(DefaultJinjaPageView):  # type: ignore[misc]
    _template = "data_docs.j2"


class DataDocs:
    """Pages of validation results; `templates` holds `data_docs.j2`."""

    def __init__(self, templates: Path) -> None:
        self._view = _View(custom_views_directory=str(templates))
        self._renderer = ValidationResultsPageRenderer(run_info_at_end=True)

    def page(self, table: str, day: date, outcomes: Sequence[Outcome]) -> str | None:
        """The page of a table's results, as HTML; None where Great Expectations knows none of the expectations."""
        results = [found for found in (_result(*outcome) for outcome in outcomes) if found is not None]
        if not results:
            return None
        held = sum(result.success for result in results)
        suite = ExpectationSuiteValidationResult(
            success=held == len(results),
            results=results,
            suite_name=table,
            suite_parameters={},
            statistics={
                "evaluated_expectations": len(results),
                "successful_expectations": held,
                "unsuccessful_expectations": len(results) - held,
                "success_percent": 100 * held / len(results),
            },
            meta={"run_id": {"run_name": str(day), "run_time": f"{day}T00:00:00+00:00"}, "batch_spec": {}},
        )
        with contextlib.redirect_stdout(None):  # it prints that a query reads other tables too
            return str(self._view.render(self._renderer.render(suite), show_how_to_buttons=False))


def _result(kind: str, arguments: Mapping[str, Any], found: Sequence[Any]) -> ExpectationValidationResult | None:
    try:
        configuration = configured(kind, arguments)
    except (ExpectationNotFoundError, ValueError):
        return None
    passed, observed, rows, unexpected, error = found
    share = 100 * unexpected / rows if rows and unexpected is not None else None
    counted = {"element_count": rows, "unexpected_count": unexpected, "unexpected_percent": share}
    return ExpectationValidationResult(
        success=passed,
        expectation_config=configuration,
        result=counted if rows is not None else {"observed_value": observed},
        meta={},
        exception_info={
            "raised_exception": error is not None,
            "exception_message": error,
            "exception_traceback": error and "",
        },
    )
