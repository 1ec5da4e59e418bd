"""Gets the programs of others that tests run against (tests/peers/): Node from apt, the rest from npm, by lock file.

python tools/ensure_peers.py        exit 2 with the one command that helps if it can't

Needs nothing but Python: it runs before anything else is there.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

PEERS: Final = Path(__file__).parents[1] / "tests" / "peers"
LOCK: Final = PEERS / "package-lock.json"
STAMP: Final = PEERS / "node_modules" / ".package-lock.json"  # npm writes it last
PACKAGES: Final = ("nodejs", "npm")


class PeersMissing(Exception):
    """They are not installed; str() is the one line that says how to get them."""


def node() -> str:
    """The Node to start. Raises: PeersMissing."""
    found = shutil.which("node")
    if found is None:
        raise PeersMissing(f"the Stripe tests need Node 20: sudo apt-get install -y {' '.join(PACKAGES)}")
    return found


def program(name: str) -> Path:
    """A file of theirs, as installed by the lock file of now. Raises: PeersMissing."""
    path = PEERS / "node_modules" / name
    if not path.is_file() or STAMP.stat().st_mtime < LOCK.stat().st_mtime:
        raise PeersMissing(f"run: {sys.executable} tools/ensure_peers.py")
    return path


def install() -> None:
    """Node by apt where that can be, then exactly what the lock file says. Raises: subprocess.CalledProcessError."""
    missing = shutil.which("node") is None or shutil.which("npm") is None
    if missing and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-q"], check=True, env=quiet)
        subprocess.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *PACKAGES], check=True, env=quiet)
    if STAMP.is_file() and STAMP.stat().st_mtime >= LOCK.stat().st_mtime:
        return
    node()
    npm = shutil.which("npm") or "npm"
    subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], check=True, cwd=PEERS)


def main() -> int:
    """Install them, or say how."""
    try:
        install()
    except PeersMissing as missing:
        print(missing, file=sys.stderr)
        return 2
    except (OSError, subprocess.CalledProcessError) as failure:
        print(f"the programs of tests/peers can't be installed: {failure}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
