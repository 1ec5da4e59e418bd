"""`main.py demo --giving-day`: a small town plays a day on both databases, the service killed in the middle."""

import json

import pytest

from launch.day_demo.checking import Said, disagreements
from launch.day_demo.command import as_lines
from launch.day_demo.run import Played
from tests.processes import database_on
from tests.processes.programs import patient_command

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
    assert {"provider", "books", "live page", "report", "card"} <= given.keys()
    assert came["figures"]["matched, in fen"]["books"] > 0


def test_what_two_say_differently_is_told():
    said = [Said("books", "gifts", 3), Said("page", "gifts", 2), Said("books", "donors", 2), Said("page", "donors", 2)]
    assert disagreements(said) == ["gifts: books 3, page 2"]
    assert disagreements(said[2:]) == []
    lines = as_lines(Played(said=said, wrong=disagreements(said), killed=1))
    assert lines[0] == "gifts: books 3, page 2"
    assert "NOT SO: gifts: books 3, page 2" in lines
    assert lines[-1].startswith("1 disagree")
