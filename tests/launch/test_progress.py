"""How far it is: a bar in a terminal, a line now and then elsewhere, never on standard output, nothing when quick."""

import pytest

from launch.progress import Progress, megabytes


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("launch.progress.time.monotonic", lambda: now[0])
    return now


def test_elsewhere_a_line_every_five_seconds(clock: list[float], capsys: pytest.CaptureFixture[str]):
    with megabytes("dumping") as progress:
        for second in range(12):
            clock[0] += 1
            progress(second * 1_000_000, 12_000_000)
        progress(12_000_000, 12_000_000)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "dumping: 4 of 12 MB\ndumping: 9 of 12 MB\n"


def test_in_a_terminal_a_bar_that_ends_its_line(
    clock: list[float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with Progress("checks", doing="verifying") as progress:
        for done in (0, 5, 10):
            clock[0] += 1
            progress(done, 10)
        progress(0, 0)
    said = capsys.readouterr()
    assert said.out == ""
    assert f"\rverifying: [{'#' * 15}{'-' * 15}] 5 of 10 checks" in said.err
    assert said.err.endswith("\n")
    assert said.err.count("\n") == 1


def test_what_is_quick_shows_nothing(capsys: pytest.CaptureFixture[str]):
    with Progress() as progress:
        progress(1, 3)
    assert capsys.readouterr().err == ""
