"""Text is set in faces that have its characters, and no line is longer than its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictures.faces import faces
from pictures.setting import Line, fitted, settable, width
from tests.pictures.ink import dark

RARE = "喆堃镕珺玥昇曜𠮷"


def families(text: str) -> list[str]:
    line = fitted(text, size=40, least=40, room=10_000)[0]
    return [run.family for segment in line.segments for run in segment.runs]


def shown(lines: list[Line]) -> list[str]:
    return ["".join(run.text for segment in line.segments for run in segment.runs) for line in lines]


def test_names_that_a_subset_would_lack_are_in_the_chinese_face():
    assert families(RARE) == ["Noto Sans CJK SC"]


def test_a_word_is_set_in_one_face_also_where_the_first_has_most_of_its_letters():
    assert families("Łukasz 林") == ["Noto Sans", "Noto Sans CJK SC"]


def test_letters_that_join_stand_alone_and_digits_stay_digits():
    line = fitted("林 محمد สวัสดี ⭐800", size=40, least=40, room=10_000)[0]
    assert [segment.runs[0].family for segment in line.segments] == [
        "Noto Sans CJK SC", "Noto Sans Arabic", "Noto Sans Thai", "Noto Emoji", "Noto Sans CJK SC",
    ]  # fmt: skip


def test_what_no_face_has_is_left_out():
    assert shown(fitted("a\ue000b\U0010fffd", size=40, least=40, room=400)) == ["ab"]
    assert not settable("\ue000 \U0010fffd")
    assert settable("喆")


def test_text_shrinks_then_wraps_then_ends_in_an_ellipsis():
    short, long, longest = "乡村图书馆", "乡村图书馆和山里的孩子", "山" * 200
    assert [line.size for line in fitted(short, size=80, least=40, room=500)] == [80]
    assert [line.size for line in fitted(long, size=80, least=40, room=500)] == [44]
    assert shown(fitted(longest, size=80, least=40, room=500, lines=2))[1].endswith("山…")


def test_lines_are_about_as_long_as_each_other_and_break_where_a_clause_ends():
    assert shown(fitted("给大山里的孩子送去一百个书架，和一位老师", size=80, least=40, room=920, lines=3)) == [
        "给大山里的孩子送去一百个书架，", "和一位老师",
    ]  # fmt: skip
    rows = shown(fitted("One two three four five six seven", size=80, least=80, room=900, lines=2))
    assert rows == ["One two three", "four five six seven"]


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=80),
    st.sampled_from([400, 700]),
    st.integers(1, 3),
)
def test_whatever_people_write_fits_and_has_a_glyph(text, weight, most):
    lines = fitted(text, size=60, least=20, room=600, lines=most, weight=weight)
    by_family = {face.family: face for face in faces()}
    assert len(lines) <= most
    for line in lines:
        assert line.width * line.size <= 600
        for segment in line.segments:
            for run in segment.runs:
                face = by_family[run.family]
                assert all(c in "\u200c\u200d\ufe0e\ufe0f " or face.has(c) for c in run.text)


@pytest.mark.parametrize("weight", [400, 500, 700])
@pytest.mark.parametrize("text", ["WWWWmmmm", "illlIIIijt.,", "minimum", "¥12,345.50", RARE, "Łukasz", "محمد عبد الله"])
async def test_drawn_it_is_no_wider_than_it_was_said_to_be(drawing, text, weight):
    run = fitted(text, size=40, least=40, room=10_000)[0].segments[0].runs[0]
    svg = f"""<svg xmlns="http://www.w3.org/2000/svg" width="600" height="60"><text x="20" y="44" font-size="40"
        font-weight="{weight}" font-family="{run.family}">{run.text}</text></svg>"""
    _, first, last = dark(await drawing.draw(svg))
    assert last - first <= width(text, weight) * 40
    assert last - first >= width(text, weight) * 40 * 0.7
