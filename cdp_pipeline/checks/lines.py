"""Lines of values as SVG points, in a picture of `WIDTH` by `HEIGHT`."""

from collections.abc import Iterable

WIDTH, HEIGHT = 200, 40


def points(scale: tuple[float, float, float], places: Iterable[tuple[int, float]]) -> str:
    """The points of a polyline; the scale is the least and the greatest value, and the width of a step."""
    return " ".join(",".join(point(scale, place, value)) for place, value in places)


def point(scale: tuple[float, float, float], place: int, value: float) -> tuple[str, str]:
    """Where a value is drawn; the scale is the least and the greatest value, and the width of a day."""
    least, greatest, step = scale
    share = (value - least) / (greatest - least) if greatest > least else 0.5
    return f"{place * step:.1f}", f"{HEIGHT - 2 - share * (HEIGHT - 4):.1f}"
