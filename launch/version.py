"""Which Yizan this is."""

import re
from pathlib import Path
from typing import Final

VERSION: Final = "0.1.0"
ROOT: Final = Path(__file__).parents[1]


def commit(root: Path = ROOT) -> str:
    """The commit, from the file COMMIT (which an image has) or from git's own files; "" where neither tells."""
    try:
        found = _written(root / "COMMIT") or _of_git(root / ".git")
    except (OSError, ValueError):
        return ""
    return found if re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", found) else ""


def _written(path: Path) -> str:
    return path.read_text(encoding="ascii").strip() if path.is_file() else ""


def _of_git(place: Path) -> str:
    """From `.git`, or from where it leads in a further working tree (whose branches are the first one's)."""
    folder = place if place.is_dir() else place.parent / _written(place).removeprefix("gitdir: ")
    head = _written(folder / "HEAD")
    if not head.startswith("ref: "):
        return head
    name = head.removeprefix("ref: ")
    folder /= _written(folder / "commondir") or "."
    packed = re.search(rf"^(\w+) {re.escape(name)}$", _written(folder / "packed-refs"), re.MULTILINE)
    return _written(folder / name) or (packed[1] if packed else "")
