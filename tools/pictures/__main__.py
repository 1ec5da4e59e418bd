"""Takes the pictures of docs/pictures/: the demo as the README shows it, and every screen, in 中文 and English.

python -m tools.pictures [folder]     needs Chromium (tools/ensure_browser.py) and the development requirements
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from tests.processes import ROOT
from tools.ensure_browser import BrowserMissing, chromium_path
from tools.pictures import demo, screens
from tools.pictures.camera import LANGUAGES

MOST_BYTES: Final = 200_000


def pictures(browser: Browser, folder: Path) -> Iterator[Path]:
    """Play, and take them one by one."""
    (folder / "screens").mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        with tempfile.TemporaryDirectory() as temporary:
            yield from demo.take(browser, Path(temporary), language, folder)
            yield from screens.take(browser, Path(temporary), language, folder / "screens")


def main() -> int:
    """Say how large each picture is; exit 1 if one is too large to keep."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "pictures"
    try:
        chromium = chromium_path()
    except BrowserMissing as missing:
        print(missing, file=sys.stderr)
        return 2
    too_large = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        for path in pictures(browser, folder):
            size = path.stat().st_size
            too_large += size > MOST_BYTES
            print(f"{path}: {size // 1000} KB{' (too large)' if size > MOST_BYTES else ''}", flush=True)
        browser.close()
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main())
