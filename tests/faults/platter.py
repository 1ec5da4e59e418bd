"""What may stand on a disk after its power was lost, rebuilt from what was done to it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.faults.disk import CREATE, SYNC, TRUNCATE, UNLINK, WRITE, Record

SECTOR: Final = 512  # what a disk writes wholly or not at all
Files = dict[str, bytes]


@dataclass(slots=True)
class Platter:
    """Files as they certainly are, and what was done to each since its last sync: all, some or none of it is there.

    A new file of an old name makes the old one's end certain; SQLite syncs the folder before it relies on it.
    """

    certain: dict[str, bytearray]
    pending: dict[str, list[Record]] = field(default_factory=dict)

    def take(self, record: Record) -> None:
        """It was done."""
        match record.op:
            case op if op == CREATE:
                self._settle(record.name)
                self.certain.setdefault(record.name, bytearray())
            case op if op == SYNC:
                self._settle(record.name)
            case _:
                self.pending.setdefault(record.name, []).append(record)

    def now(self, name: str) -> bytes:
        """As a reader sees it while there is power."""
        return bytes(_with({name: self.certain.get(name, bytearray())}, self.pending.get(name, [])).get(name, b""))

    def after_power_loss(self, dice: random.Random) -> Iterator[tuple[str, Files]]:
        """Without what was not synced, with all of it, and with some of it, written in any order and torn."""
        yield "none of what was not synced", self._files({})
        if any(self.pending.values()):
            yield "all of what was not synced", self._files(self.pending)
            yield "some of what was not synced", self._files({n: _some(r, dice) for n, r in self.pending.items()})

    def _settle(self, name: str) -> None:
        _with(self.certain, self.pending.pop(name, []))

    def _files(self, kept: dict[str, list[Record]]) -> Files:
        copies = {name: bytearray(content) for name, content in self.certain.items()}
        for name in kept:
            _with(copies, kept[name])
        return {name: bytes(content) for name, content in copies.items()}


def _with(files: dict[str, bytearray], records: list[Record]) -> dict[str, bytearray]:
    for record in records:
        if record.op == UNLINK:
            files.pop(record.name, None)
            continue
        content = files.setdefault(record.name, bytearray())
        if record.op == TRUNCATE:
            del content[record.offset :]
            content.extend(bytes(record.offset - len(content)))
        elif record.op == WRITE:
            content.extend(bytes(max(0, record.offset - len(content))))
            content[record.offset : record.offset + len(record.data)] = record.data
    return files


def _some(records: list[Record], dice: random.Random) -> list[Record]:
    """Some of them; of one write only its first sectors."""
    kept = [record for record in records if dice.random() < 0.6]
    torn = [i for i, record in enumerate(kept) if record.op == WRITE and len(record.data) > SECTOR]
    if torn:
        i = dice.choice(torn)
        whole = kept[i]
        sectors = dice.randrange(1, len(whole.data) // SECTOR + 1)
        kept[i] = Record(whole.op, whole.name, whole.offset, whole.data[: sectors * SECTOR])
    return kept


def write_out(files: Files, folder: Path) -> None:
    """The files into an empty folder."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
