import base64
import warnings
from datetime import date

from cdp_pipeline.assets.charts import blocked_pairs, grouped_bars, heat_map, history, match_weights, stacked_bars

PNG = b"\x89PNG"


def _image(markdown: str | None) -> bytes:
    assert markdown is not None
    return base64.b64decode(markdown.split("base64,")[1].rstrip(")"))


def _settings(m: float) -> dict[str, object]:
    level = {"label_for_charts": "exact", "m_probability": m, "u_probability": 0.01}
    missing = {"label_for_charts": "null", "is_null_level": True}
    return {"comparisons": [{"output_column_name": "name", "comparison_levels": [missing, level]}]}


def test_match_weights_are_an_image_that_the_model_decides() -> None:
    image = _image(match_weights(_settings(0.9)).value)
    assert image.startswith(PNG)
    assert image == _image(match_weights(_settings(0.9)).value)
    assert image != _image(match_weights(_settings(0.001)).value)


def test_a_history_is_drawn_whatever_the_order_of_its_rows() -> None:
    rows = [(date(2026, 11, 14), "a", 3), (date(2026, 11, 15), "a", 5), (date(2026, 11, 15), "b", 1)]
    image = _image(history(rows, "members").value)
    assert image.startswith(PNG)
    assert image == _image(history(rows[::-1], "members").value)


def test_a_history_of_nothing_is_an_empty_plot() -> None:
    assert _image(history([], "members").value).startswith(PNG)


def test_plots_without_a_row_are_drawn_without_a_complaint() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = [
            blocked_pairs([]),
            stacked_bars([], {"a": []}, "x"),
            grouped_bars([], {"a": []}, "x"),
            heat_map({}, []),
        ]
    assert all(_image(plot.value).startswith(PNG) for plot in drawn)
