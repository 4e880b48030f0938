from cdp_pipeline.reporting.progress import _note
from cdp_pipeline.reporting.summary import RunRecord


def test_other_events_change_nothing() -> None:
    from dagster import DagsterEvent, DagsterEventType

    record = RunRecord()
    _note(record, DagsterEvent(DagsterEventType.STEP_SKIPPED.value, "daily"))
    assert record == RunRecord()
    _note(record, DagsterEvent(DagsterEventType.PIPELINE_SUCCESS.value, "daily"))
    assert record.succeeded
