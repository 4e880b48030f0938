"""Plots in a materialisation's metadata, where looking beats reading.

What belongs here: a figure from a table's own content, as Markdown that carries the image itself, so that
the UI needs no file of it. What does not: which table shows which plot (the table's module decides).
matplotlib is imported when something is drawn: every command imports the tables' modules.
"""

import base64
import io
import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from dagster import MetadataValue
from dagster._core.definitions.metadata import MarkdownMetadataValue

from cdp_pipeline.domain.blocking import Blocks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LINE_INCHES = 0.22
LEAST_INCHES = 2.0
"""Below this a plot without a row has no room for its axis and legend."""
MOST_GROUPS = 20
AXIS = "#8c8c8c"
FOR, AGAINST = "#2f7d4f", "#b0483a"


def match_weights(settings: Mapping[str, Any]) -> MarkdownMetadataValue:
    """Match weight of each comparison level, log2(m / u): what a level says for or against one person.

    Source: Fellegi and Sunter 1969, in bits, as Splink draws it.
    """
    bars = [(name, math.log2(m / u)) for name, m, u in _levels(settings)]
    figure = _figure(1 + LINE_INCHES * len(bars))
    axes = figure.subplots()
    axes.barh(
        [name for name, _ in bars],
        [weight for _, weight in bars],
        color=[FOR if weight > 0 else AGAINST for _, weight in bars],
    )
    axes.axvline(0, color=AXIS, linewidth=0.8)
    axes.set_xlabel("match weight (bits): right for one person, left for two")
    return _markdown(figure, "Match weights")


def _levels(settings: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    """Name, m and u of each level that has both, the last first: a plot grows upwards."""
    return [
        (f"{comparison['output_column_name']}: {level['label_for_charts']}", m, u)
        for comparison in settings["comparisons"]
        for level in comparison["comparison_levels"]
        if (m := level.get("m_probability")) and (u := level.get("u_probability"))
    ][::-1]


def probabilities(settings: Mapping[str, Any]) -> MarkdownMetadataValue:
    """m and u of each comparison level: how often it comes among matching pairs, and among others."""
    levels = _levels(settings)
    figure = _figure(1 + LINE_INCHES * len(levels))
    axes = figure.subplots()
    names = [name for name, _, _ in levels]
    axes.plot([m for _, m, _ in levels], names, "o", color=FOR, label="m: matching pairs")
    axes.plot([u for _, _, u in levels], names, "o", color=AGAINST, label="u: other pairs")
    axes.set_xscale("log")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1))
    return _markdown(figure, "m and u")


def blocked_pairs(limits: Sequence[Blocks]) -> MarkdownMetadataValue:
    """Pairs of each blocking rule, and those that its limit leaves out."""
    figure = _figure(1 + LINE_INCHES * len(limits))
    axes = figure.subplots()
    names = [limit.rule for limit in limits][::-1]
    kept = [limit.pairs for limit in limits][::-1]
    axes.barh(names, kept, color=FOR, label="proposed")
    axes.barh(names, [limit.left_out for limit in limits][::-1], left=kept, color=AGAINST, label="left out")
    axes.set_xlabel("pairs")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1))
    return _markdown(figure, "Blocked pairs")


def curve(points: Sequence[tuple[float, float]], across: str, up: str) -> MarkdownMetadataValue:
    """A share by threshold."""
    figure = _figure(3.5)
    axes = figure.subplots()
    axes.plot([x for x, _ in points], [y for _, y in points], marker="o", color=FOR)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_ylim(bottom=0)
    return _markdown(figure, up)


def accuracy(rows: Sequence[tuple[Any, ...]]) -> MarkdownMetadataValue:
    """Precision and recall by threshold with their intervals, from rows of `identity.linkage_accuracy`."""
    figure = _figure(3.5)
    axes = figure.subplots()
    names = [str(row[0]) for row in rows]
    for name, place, color in (("precision", 3, FOR), ("recall", 6, AGAINST)):
        points = [
            (label, *row[place : place + 3]) for label, row in zip(names, rows, strict=True) if row[place] is not None
        ]
        axes.plot(
            [label for label, *_ in points], [share for _, share, *_ in points], marker="o", color=color, label=name
        )
        axes.fill_between(
            [label for label, *_ in points],
            [low for *_, low, _ in points],
            [high for *_, high in points],
            color=color,
            alpha=0.15,
        )
    axes.set_xlabel("threshold (match probability)")
    axes.set_ylim(0, 1.02)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return _markdown(figure, "Precision and recall on decided pairs, with 95 % intervals")


def history(rows: Sequence[tuple[date, str, int]], label: str) -> MarkdownMetadataValue:
    """A line a series over days, from rows of day, series and value."""
    figure = _figure(3.5)
    axes = figure.subplots()
    for series in sorted({name for _, name, _ in rows}):
        points = sorted((day.isoformat(), value) for day, name, value in rows if name == series)
        axes.plot([day for day, _ in points], [value for _, value in points], marker="o", label=series)
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0)
    axes.tick_params(axis="x", rotation=30)
    if rows:
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return _markdown(figure, label)


def stacked_bars(names: Sequence[str], series: Mapping[str, Sequence[float]], label: str) -> MarkdownMetadataValue:
    """A bar a name, made of the series one after another; the first name on top."""
    figure = _figure(1 + 1.3 * LINE_INCHES * len(names))
    axes = figure.subplots()
    left = [0.0] * len(names)
    for (part, values), color in zip(series.items(), (FOR, AXIS), strict=False):
        axes.barh(list(names)[::-1], list(values)[::-1], left=left, color=color, label=part)
        left = [start + value for start, value in zip(left, list(values)[::-1], strict=True)]
    axes.set_xlabel(label)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1))
    return _markdown(figure, label)


def grouped_bars(names: Sequence[str], series: Mapping[str, Sequence[float]], label: str) -> MarkdownMetadataValue:
    """Of each name a bar a series, side by side; the first name on top."""
    figure = _figure(1 + 2.4 * LINE_INCHES * len(names))
    axes = figure.subplots()
    height = 0.8 / max(len(series), 1)
    for place, (part, values) in enumerate(series.items()):
        axes.barh([row - place * height for row in range(len(names))], list(values)[::-1], height=height, label=part)
    axes.set_yticks([row - 0.4 + height / 2 for row in range(len(names))], list(names)[::-1])
    axes.set_xlabel(label)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1))
    return _markdown(figure, label)


def heat_map(sizes: Mapping[str, int], shared: Sequence[tuple[str, str, int]]) -> MarkdownMetadataValue:
    """Of each two of the largest groups the share of the smaller one that is in both, from sizes and rows of (group, group, members)."""
    largest = sorted(sizes, key=lambda name: (-sizes[name], name))[:MOST_GROUPS]
    names = sorted(largest)
    figure = _figure(2 + 1.5 * LINE_INCHES * len(names))
    axes = figure.subplots()
    cells = [[1.0 if a == b else 0.0 for b in names] for a in names]
    for a, b, members in shared:
        if a not in names or b not in names:
            continue
        row, across = names.index(a), names.index(b)
        cells[row][across] = cells[across][row] = members / min(sizes[a], sizes[b])
    if names:
        axes.imshow(cells, cmap="Greens", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(names)), names, rotation=40, ha="right")
    axes.set_yticks(range(len(names)), [f"{name} ({sizes[name]})" for name in names])
    for row, values in enumerate(cells):
        for across, share in enumerate(values):
            color = "white" if share > 0.6 else "black"
            axes.text(across, row, f"{share:.0%}", ha="center", va="center", color=color, fontsize=8)
    return _markdown(figure, "Share of the smaller segment that is in both")


def _figure(inches: float) -> "Figure":
    from matplotlib.figure import Figure

    return Figure(figsize=(9, max(inches, LEAST_INCHES)), layout="constrained")


def _markdown(figure: "Figure", name: str) -> MarkdownMetadataValue:
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=80, metadata={"Software": None})
    encoded = base64.b64encode(image.getvalue()).decode()
    return MetadataValue.md(f"![{name}](data:image/png;base64,{encoded})")
