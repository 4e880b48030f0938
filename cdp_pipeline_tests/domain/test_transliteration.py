"""Names of other scripts: the vowels that Arabic writes are kept."""

import pytest

from cdp_pipeline.domain.transliteration import in_latin_letters


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Мария", "Mariya"),
        ("Ξένια", "Xenia"),
        ("أحمد", "ahmd"),
        ("يوسف", "iusf"),
        ("خالد", "khald"),
        ("وليد", "wlid"),
        ("وليد سليمان", "wlid sliman"),
        ("Đặng", "Dang"),
    ],
)
def test_a_name_is_written_in_latin_letters(name: str, written: str) -> None:
    assert in_latin_letters(name) == written
