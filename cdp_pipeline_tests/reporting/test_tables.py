import io

from rich.console import Console

from cdp_pipeline.reporting.tables import shown_table


def _shown(width: int, *rows: tuple[object, ...]) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(shown_table("t", ("name", "number"), rows, ("number",)))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_what_looks_like_markup_is_shown() -> None:
    assert "[bold] Street" in _shown(60, ("[bold] Street", 1))


def test_what_is_too_wide_is_folded_and_not_cut() -> None:
    told = _shown(24, ("abcdefghijklmnopqrstuvwxyz", 1))
    letters = "".join(line.split("│")[1].strip() for line in told.splitlines() if "│" in line)
    assert letters == "abcdefghijklmnopqrstuvwxyz"


def test_numbers_have_commas_and_the_unknown_is_empty() -> None:
    told = _shown(60, (None, 1234567))
    assert "1,234,567" in told
    assert "None" not in told
