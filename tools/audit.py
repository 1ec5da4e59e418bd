"""`make audit`: is a known vulnerability in what we pin? By pip-audit, whose word is not taken when it could not look.

Exit 0: every package was looked up and none is known to be vulnerable. 1: some are. 2: it could not be found out.
"""

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
FILES: Final = ("requirements.txt", "requirements-dev.txt")
WITHIN_S: Final = 600
_PREFIX: Final = re.compile(r"^ERROR:[\w.]+:")
CLEAN, VULNERABLE, UNKNOWN = 0, 1, 2


class NotAudited(Exception):
    """It is not known whether anything is vulnerable; str() says why."""


def ask(file: str, command: Sequence[str] = (sys.executable, "-m", "pip_audit")) -> list[dict[str, Any]]:
    """What pip-audit found out about each package of a requirements file. Raises: NotAudited."""
    options = ["--strict", "--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json", "-r", file]
    try:
        done = subprocess.run(
            [*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=WITHIN_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotAudited(f"no answer in {WITHIN_S} s") from None
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise NotAudited(_PREFIX.sub("", said[-1]) if said else f"pip-audit ended with {done.returncode}") from None
    if skipped := [each["name"] for each in found if "skip_reason" in each]:
        raise NotAudited(f"{len(skipped)} packages were skipped: {', '.join(skipped[:5])}")
    if not found:
        raise NotAudited("pip-audit looked at no package")
    if done.returncode and not any(each["vulns"] for each in found):
        raise NotAudited(f"pip-audit ended with {done.returncode}")
    return found


def main(files: Sequence[str] = FILES) -> int:
    """Look at each file; its exit code."""
    worst = CLEAN
    for file in files:
        try:
            found = ask(file)
        except NotAudited as error:
            print(f"{file}: NOT AUDITED: {error}", file=sys.stderr)
            print("nothing is known about it; is the network there, and the vulnerability data?", file=sys.stderr)
            worst = UNKNOWN
            continue
        wrong = [(each, vulnerability) for each in found for vulnerability in each["vulns"]]
        for each, vulnerability in wrong:
            fixed = ", ".join(vulnerability.get("fix_versions", [])) or "no version yet"
            print(f"{file}: {each['name']} {each['version']}: {vulnerability['id']}, fixed in {fixed}")
        print(f"{file}: {len(found)} packages looked up, {len(wrong)} known vulnerabilities")
        worst = max(worst, VULNERABLE if wrong else CLEAN)
    return worst


if __name__ == "__main__":
    sys.exit(main())
