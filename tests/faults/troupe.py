"""Several replicas of the bot on one database, behind a balancer, and people who give all the time."""

import contextlib
import itertools
import json
import threading
import time
from pathlib import Path
from typing import Any, Final

from tests.faults.balancer import Balancer, Calls, Switchboard
from tests.processes import CHANNEL, Persona, Stage, environment, fetch, publish, switch_on, together, until, words
from tests.processes.basics import free_port
from tests.processes.programs import Program
from tests.processes.stage import PROJECTS, write_seed
from tests.processes.ways import is_card, pay

LIBRARIES, LIBRARIES_TITLE = "village-libraries", "乡村图书馆计划"
FIRST_PERSON: Final = 6000
AMOUNTS: Final = {"¥1": 100, "¥5": 500}
THANKED: Final = words("receipt-thanks")[:3]
RECEIPT: Final = words("receipt-thanks")


def crowd(people: int) -> Any:
    """Changes the sandbox's seed: so many more people, in the channel."""

    def change(seed: dict[str, Any]) -> None:
        for number in range(FIRST_PERSON, FIRST_PERSON + people):
            seed["users"].append(
                {"id": number, "name": f"读者{number}", "username": f"r{number}", "language": "zh-hans"}
            )
            seed["chats"][0]["members"].append({"user": number})

    return change


class Troupe(Stage):
    """`names` are the replicas; the first one makes the schema."""

    def __init__(self, folder: Path, database: str, names: str, *, people: int, **more: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(folder, database, seed=write_seed(folder / "seed.yaml", crowd(people)), rail=True, **more)
        self.names, self.people = names, range(FIRST_PERSON, FIRST_PERSON + people)
        self.replicas: dict[str, Program] = {}
        self.ports = {name: free_port() for name in names}
        self.balancer = Balancer()
        self.web, self.web_port = self.balancer.url, self.balancer.port
        self.switchboard: Switchboard | None = None

    @property
    def calls(self) -> Calls:
        assert self.switchboard is not None
        return self.switchboard.calls

    def begin(self) -> "Troupe":
        """Everybody there, tipping on, a post published, everybody known to the bot."""
        self.start_sandbox()
        self.switchboard = Switchboard(self.url)
        upgraded = self.command("db", "upgrade")
        assert upgraded.returncode == 0, upgraded.stderr
        imported = self.command("project", "import", str(PROJECTS))
        assert imported.returncode == 0, imported.stderr
        for name in self.names:
            self.start(name)
        for name in self.names:
            self.listens(name)
        creator = self.creator
        switch_on(creator, creator.wait(words("bot-ready")), LIBRARIES_TITLE)
        self.post = publish(creator, "大家一起的一天")
        self.amounts = {self.post.button(label): minor for label, minor in AMOUNTS.items()}
        together(*(lambda number=number: self.persona(number).ask("/start") for number in self.people))
        return self

    def start(self, name: str) -> None:
        """Start this replica, again if it ran before."""
        assert self.switchboard is not None
        mine = {
            "YIZAN_WEB__PORT": str(self.ports[name]),
            "YIZAN_WEB__PUBLIC_URL": self.web,
            "YIZAN_TELEGRAM__UPDATES": "webhook",
            "YIZAN_TELEGRAM__API_BASE": f"{self.switchboard.url}/{name}",
        }
        self.replicas[name] = self._program(name, ["main.py", "run"], environment(**self.settings | mine))

    def listens(self, name: str) -> None:
        self.replicas[name].wait_for('"bot_listens"', seconds=90)
        self.balancer.ports = sorted({*self.balancer.ports, self.ports[name]})

    def leader(self) -> tuple[str, int] | None:
        """Which replica leads, and in which epoch."""
        found = self.rows("SELECT holder, epoch FROM leases")
        if not found or found[0][0] is None:
            return None
        pid = int(found[0][0].split(":")[1])
        return next(
            ((name, found[0][1]) for name, program in self.replicas.items() if program.process.pid == pid), None
        )

    def another_leads(self, than: tuple[str, int], *, seconds: float = 10) -> tuple[str, int]:
        """Once somebody else does."""

        def look() -> tuple[str, int] | None:
            now = self.leader()
            return now if now is not None and now[1] > than[1] and now[0] != than[0] else None

        return until(look, f"somebody else than {than} leads", seconds=seconds)

    def events(self, name: str, event: str) -> list[dict[str, Any]]:
        """What this replica logged under that name since its last start."""
        lines = [line for line in self.replicas[name].output.splitlines() if f'"{event}"' in line]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def close(self) -> None:
        super().close()
        self.balancer.close()
        if self.switchboard is not None:
            self.switchboard.close()


class Givers:
    """Everybody taps, waits for their card, pays, and begins again, until told to stop; then they finish."""

    def __init__(self, troupe: Troupe) -> None:
        self._troupe, self._stop = troupe, threading.Event()
        self._lock = threading.Lock()
        self.paid, self.trouble = 0, list[str]()
        self._threads = [
            threading.Thread(target=self._give_all_the_time, args=(number,), daemon=True) for number in troupe.people
        ]

    def __enter__(self) -> "Givers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(90)
        assert not any(thread.is_alive() for thread in self._threads), "somebody still waits for their card"
        assert self.trouble == [], "\n".join(self.trouble)

    def goes_on(self, more: int, *, seconds: float = 30) -> None:
        """Once so many more gifts are paid."""
        goal = self.paid + more
        until(lambda: self.paid >= goal, f"{more} more gifts", seconds=seconds)

    def _give_all_the_time(self, number: int) -> None:
        person, buttons = self._troupe.persona(number), itertools.cycle(self._troupe.amounts.items())
        while not self._stop.is_set():
            try:
                self._give(person, *next(buttons))
            except Exception as error:  # noqa: BLE001 - the test says so in the end
                self.trouble.append(f"{number}: {type(error).__name__}: {str(error)[:200]} … {str(error)[-600:]}")
                return
            self._stop.wait(0.2)

    def _give(self, person: Persona, button: int, minor: int) -> None:
        """Whoever gets no answer taps again; the card comes, since an update that was not handled is brought again."""
        post, before = self._troupe.post, person.last_id()
        body = {"chat": CHANNEL, "message": post.id, "button": button}
        card, until_s = None, time.monotonic() + 75
        while card is None:
            answer = fetch("POST", f"{person.base}/api/users/{person.id}/taps", body).json
            if answer.get("url"):
                person.start(answer["url"])
            with contextlib.suppress(AssertionError):
                card = person.wait(is_card, after=before, seconds=15)
            assert card is not None or time.monotonic() < until_s, f"no card for {person.id}"
        paid = pay(card)
        assert paid, paid
        with self._lock:
            self.paid += 1
            self._troupe.given[LIBRARIES] += minor
        # As a person would: the same amount again only once this one is seen to be paid, else it is the same gift.
        # A card whose number could not be written down is not edited; the receipt comes all the same.
        person.wait(lambda m: not is_card(m) if m.id == card.id else THANKED in m.text, after=card.id - 1, seconds=75)


def told(troupe: Troupe) -> dict[str, int]:
    """How many messages tell of each paid gift, by its receipt code."""
    rows = troupe.rows("SELECT receipt_code FROM tips WHERE state = 'paid'")
    codes = {str(code): 0 for (code,) in rows}
    for number in troupe.people:
        for message in troupe.persona(number).messages():
            for code in codes:
                codes[code] += code in message.text
    return codes


def all_told(troupe: Troupe, *, seconds: float = 60) -> dict[str, int]:
    """Once every gift is told of."""
    deadline = time.monotonic() + seconds
    while True:
        found = told(troupe)
        if all(found.values()) or time.monotonic() > deadline:
            return found
        time.sleep(0.5)


def nothing_lost_nothing_doubled(troupe: Troupe, givers: Givers) -> dict[str, int]:
    """Every payment is booked once, to the fen, and the books agree; the figures for the page."""
    troupe.settled()
    ((tips,),) = troupe.rows("SELECT count(*) FROM tips WHERE state = 'paid'")
    ((entries,),) = troupe.rows("SELECT count(*) FROM entries WHERE key LIKE 'payment:%'")
    assert (tips, entries) == (givers.paid, givers.paid)
    return {"gifts": givers.paid, "lost": max(0, givers.paid - entries), "doubled": max(0, entries - givers.paid)}
