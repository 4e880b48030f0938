from pathlib import Path

import pytest

from cdp_pipeline.config.sources import Extract
from cdp_pipeline.resources.extracts.text import Marks, as_utf8, count_marks, undecodable


def _extract(encoding: str) -> Extract:
    return Extract(format="csv", path="{date}.csv", load="append", encoding=encoding)


def test_a_byte_that_is_not_of_the_encoding_stays_that_byte(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\xe9\x81")
    assert as_utf8(tmp_path / "x.csv", _extract("cp1252"), tmp_path).read_bytes() == "é".encode() + b"\x81"


def test_a_utf8_file_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a")
    assert as_utf8(tmp_path / "x.csv", _extract("utf-8"), tmp_path) == tmp_path / "x.csv"


@pytest.mark.parametrize(
    ("content", "marks"),
    [
        (b'h\n"a"\r\nb', Marks(size=6, lines=2, line_ends=2, quotes=2)),
        (b"h\na\n", Marks(size=2, lines=1, line_ends=1, quotes=0)),
        (b"h\na\rb\n", None),
        (b"h\n\0\n", None),
    ],
)
def test_what_a_file_consists_of_beside_its_cells(tmp_path: Path, content: bytes, marks: Marks | None) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    assert count_marks(tmp_path / "x.csv", 2, '"') == marks


def test_what_keeps_a_line_from_being_text() -> None:
    assert undecodable("é".encode()) is None
    assert undecodable(b"\xe9") == "byte 0xe9 is not of the file's encoding"
    assert undecodable(b"a\0") == "a NUL byte"


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("utf-16", "utf-16-le"),
        ("utf-16", "utf-16-be"),
        ("auto", "utf-16-le"),
        ("auto", "utf-16-be"),
        ("utf-8", "utf-32"),
        ("utf-8", "utf-16"),
    ],
)
def test_wide_characters_are_read_with_and_without_a_mark(tmp_path: Path, declared: str, written: str) -> None:
    (tmp_path / "x.csv").write_bytes("a\nZoé\n".encode(written))
    assert as_utf8(tmp_path / "x.csv", _extract(declared), tmp_path).read_text(encoding="utf-8") == "a\nZoé\n"
