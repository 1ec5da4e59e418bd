"""`main.py demo --giving-day`: a small town plays a day on both databases, the service killed in the middle."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from giving.money import Money
from launch.day_demo.cards import CardWords
from launch.day_demo.command import as_lines
from launch.day_demo.giving import Notes
from launch.day_demo.run import Played
from launch.day_demo.said import Said, disagreements
from launch.day_demo.shares import Share, first_hundred, shares
from tests.processes import ROOT, database_on, environment
from tests.processes.programs import patient_command
from tests.texts.words import TEXTS

SMALL = ("--creators", "4", "--donors", "30", "--seconds", "10", "--seed", "7", "--json")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_everybody_says_the_same_of_a_day_in_which_the_service_was_killed(dialect: str, postgres: str):
    if dialect == "sqlite":
        done = patient_command(400, "demo", "--giving-day", *SMALL)
    else:
        with database_on(postgres, "giving_day") as url:
            done = patient_command(400, "demo", "--giving-day", *SMALL, "--database", url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    came = json.loads(done.stdout)
    assert (came["wrong"], came["gave_up"], came["killed"]) == ([], 0, 1)
    given = came["figures"]["given, in fen"]
    assert len(set(given.values())) == 1
    assert given["people"] >= 29 * 100
    assert {"provider", "books", "live page", "report", "card 1", "card 2", "card 3"} <= given.keys()
    matched = came["figures"]["matched, in fen"]
    assert matched["books"] > 0
    assert {"report", "pools", "card 1", "card 2", "card 3"} <= matched.keys()
    assert came["figures"]["creators ranked"].keys() == {"people", "ranking's page"}
    assert came["one_by_one"] == 4 * (4 + 3) + 1  # four creators, three projects; and how many creators there are


def test_what_two_say_differently_is_told():
    said = [Said("books", "gifts", 3), Said("page", "gifts", 2), Said("books", "donors", 2), Said("page", "donors", 2)]
    assert disagreements(said) == ["gifts: books 3, page 2"]
    assert disagreements(said[2:]) == []
    played = Played(said=said, each=[Said("books", "creator 1: gifts", 1)], killed=1)
    played.judge([])
    lines = as_lines(played)
    assert lines[0] == "gifts: books 3, page 2"
    assert "NOT SO: gifts: books 3, page 2" in lines
    assert lines[-1].startswith("1 disagree")


def test_what_is_told_differently_of_one_creator_is_wrong_though_the_sums_agree():
    whole = [Said("report", "gifts", 3), Said("ranking", "gifts", 3)]
    each = [Said("report", f"creator {n}: gifts", n) for n in (1, 2)]
    each += [Said("ranking", f"creator {n}: gifts", 3 - n) for n in (1, 2)]
    played = Played(said=whole, each=each, killed=1)
    played.judge([])
    assert played.wrong == ["creator 1: gifts: report 1, ranking 2", "creator 2: gifts: report 2, ranking 1"]


def test_a_day_in_which_nothing_was_killed_or_nobody_compared_proves_nothing():
    played = Played(each=[Said("report", "creator 1: gifts", 1)])
    played.judge([])
    assert len(played.wrong) == 1
    assert "not killed" in played.wrong[0]
    played = Played(killed=1)
    played.judge([])
    assert len(played.wrong) == 1
    assert "no report" in played.wrong[0]


def test_a_card_is_read_by_its_words():
    read = CardWords(TEXTS).read
    lines = [
        TEXTS.plain("zh-CN", "day-card-raised", raised=(Money(1234550, "CNY"),), donors=1234),
        TEXTS.plain("zh-CN", "day-card-pool", matched=Money(200, "CNY"), left=Money(0, "CNY")),
        TEXTS.plain("zh-CN", "day-card-here-channel", given=Money(105, "CNY")),
    ]
    text = "\n".join(lines).replace("<b>", "").replace("</b>", "")
    assert read(text) == {"raised": 1234550, "donors": 1234, "matched": 200, "left": 0, "given": 105}
    assert read("今天是一元公益日，一块钱也好。") == {}


def test_people_s_own_notes_add_up_by_creator():
    notes = Notes(paid={1: 100, 2: 500, 3: 100, 4: 1000}, returned={3: 100})
    theirs = shares(notes, lambda number: number % 2)
    assert theirs == {1: Share(1, 100), 0: Share(2, 1500)}
    assert first_hundred(theirs) == 45


def _left(folder: Path) -> list[str]:
    """Processes that know of this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if str(folder).encode() in told:
            found.append(process.name)
    return found


def test_told_to_end_it_leaves_no_process_and_no_folder(tmp_path: Path):
    command = [sys.executable, "main.py", "demo", "--giving-day", "--creators", "3", "--donors", "9", "--seconds", "60"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(TMPDIR=str(tmp_path)), stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stderr is not None
        said = ""
        while "begins" not in said:
            said = demo.stderr.readline()
            assert said, "it ended by itself"
        assert len(_left(tmp_path)) == 3
        demo.send_signal(signal.SIGTERM)
        rest = demo.stderr.read()
        assert demo.wait(60) == 130
    assert "Traceback" not in rest
    assert (_left(tmp_path), [*tmp_path.iterdir()]) == ([], [])
