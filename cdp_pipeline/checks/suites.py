"""Running one table's suite: from configuration to results that decide whether the table goes live.

What belongs here: severities and what they stop. What does not: how Great Expectations reaches the
engine (`checks.gx_duckdb`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cdp_pipeline.config.expectations import Expectation, Suite
from cdp_pipeline.resources.warehouse import Session


@dataclass(frozen=True)
class CheckResult:
    """What one expectation found; `observed` never holds a personal value."""

    expectation: Expectation
    passed: bool
    observed: str
    unexpected_count: int | None
    error: str | None

    @property
    def blocks(self) -> bool:
        """Whether the table must not go live."""
        return not self.passed and self.expectation.severity == "block"


def faults(suites: Mapping[str, Suite]) -> Iterator[str]:
    """Expectations that Great Expectations does not know or whose arguments it refuses."""
    from cdp_pipeline.checks.gx_duckdb import fault  # takes seconds to import

    for name, suite in suites.items():
        for expectation in suite.expectations:
            found = fault(expectation.expectation, dict(expectation.arguments))
            if found:
                yield f"seeds/expectations/{name}.yml: {found}"


def run_suite(session: Session, table: str, suite: Suite) -> list[CheckResult]:
    """Validate a table (already committed under this name) against its suite, in order."""
    from cdp_pipeline.checks.gx_duckdb import validate  # takes seconds to import

    asked = [(expectation.expectation, dict(expectation.arguments)) for expectation in suite.expectations]
    found = validate(session.sharing(), table, asked)
    return [_result(expectation, result) for expectation, result in zip(suite.expectations, found, strict=True)]


def _result(expectation: Expectation, found: dict[str, Any]) -> CheckResult:
    observed = found["observed"]
    return CheckResult(
        expectation=expectation,
        passed=found["success"],
        observed=f"{observed:.4g}" if isinstance(observed, float) else str(observed),
        unexpected_count=found["unexpected_count"],
        error=found["error"],
    )
