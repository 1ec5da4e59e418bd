"""Finds Chromium for the browser tests and the pictures; as root on Debian or Ubuntu it installs what is missing.

python tools/ensure_browser.py        prints where it is; exit 2 with the one command that installs it if it can't

Needs nothing but Python: it runs before anything else is there.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES: Final = (
    "/snap/bin/chromium",
    "/opt/google/chrome/chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
)
# Where `playwright install chromium` puts its own.
CACHES: Final = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright", "~/AppData/Local/ms-playwright")
IN_CACHE: Final = (
    "chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
    "chromium-*/chrome-win*/chrome.exe",
)  # fmt: skip
# The fonts are for the pictures: without them Chinese and emoji are boxes.
PACKAGES: Final = ("chromium", "fonts-noto-cjk", "fonts-noto-color-emoji")


class BrowserMissing(Exception):
    """There is no Chromium; str() is the one line that says how to get it."""


def chromium_path() -> Path:
    """The browser to start. Raises: BrowserMissing."""
    found = find()
    if found is None:
        raise BrowserMissing(advice())
    return found


def find() -> Path | None:
    """Chromium or one of its kin, from PATH, the usual places, or Playwright's cache."""
    named = [Path(path) for name in NAMES if (path := shutil.which(name))]
    cached = [
        path
        for cache in map(os.path.expanduser, CACHES)
        for pattern in IN_CACHE
        for path in sorted(Path(cache).glob(pattern), reverse=True)
    ]
    return next((path for path in [*named, *map(Path, PLACES), *cached] if _starts(path)), None)


def _starts(path: Path) -> bool:
    """Whether it really is one: on some Ubuntus the command is only a hint to install a snap."""
    if not path.is_file():
        return False
    if sys.platform == "win32":
        return True  # there --version opens a window
    try:
        said = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.returncode == 0


def advice() -> str:
    """What to do, on this machine, as one command."""
    if shutil.which("apt-get"):
        command = f"sudo apt-get install -y {' '.join(PACKAGES)}"
    else:
        command = f"{sys.executable} -m playwright install --with-deps chromium"
    return f"the browser tests need Chromium: {command}"


def install() -> None:
    """With apt, as root. Raises: subprocess.CalledProcessError."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], check=True, env=quiet)
    subprocess.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *PACKAGES], check=True, env=quiet)


def main() -> int:
    """Find it, or get it, or say how."""
    found = find()
    if found is None and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print(f"Chromium is missing: installing {', '.join(PACKAGES)}", flush=True)
        try:
            install()
        except subprocess.CalledProcessError as failure:
            print(f"apt-get failed with {failure.returncode}", file=sys.stderr)
        found = find()
    if found is None:
        print(advice(), file=sys.stderr)
        return 2
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
