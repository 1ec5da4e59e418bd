"""The bill of materials holds what the lock holds; the audit never passes when it could not look."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT
from tools import audit, sbom


def test_every_pinned_package_is_in_the_bill_with_its_hashes_and_licence(tmp_path: Path):
    out = tmp_path / "sbom.json"
    done = subprocess.run([sys.executable, "-m", "tools.sbom", str(out)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    bill = json.loads(out.read_text(encoding="utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    found = {each["name"]: each for each in bill["components"]}
    names = {line.partition("==")[0] for line in lock.splitlines() if "==" in line and line[0].isalpha()}
    assert set(found) == names
    assert sum(len(each["hashes"]) for each in found.values()) == lock.count("--hash=sha256:")
    assert found["aiohttp"]["purl"] == f"pkg:pypi/aiohttp@{found['aiohttp']['version']}"
    assert all(each["licenses"] for each in found.values()), "docs/licences.md knows each"
    assert found["uvloop"]["properties"] == [{"name": "python:marker", "value": "sys_platform != 'win32'"}]
    graph = {each["ref"]: set(each.get("dependsOn", [])) for each in bill["dependencies"]}
    aiohttp = f"aiohttp@{found['aiohttp']['version']}"
    assert aiohttp in graph["yizan"]
    assert any(ref.startswith("yarl@") for ref in graph[aiohttp])


def test_a_line_that_is_not_understood_is_an_error():
    with pytest.raises(ValueError, match="line 2"):
        sbom.pinned("a==1\n  -e git+https://example.org/x\n")


def pretending(tmp_path: Path, stdout: str, stderr: str, code: int) -> list[str]:
    script = tmp_path / "pip_audit.py"
    script.write_text(f"import sys; sys.stdout.write({stdout!r}); sys.stderr.write({stderr!r}); sys.exit({code})")
    return [sys.executable, str(script)]


@pytest.mark.parametrize(
    ("stdout", "stderr", "code", "said"),
    [
        ("", "ERROR: could not connect\n", 1, "could not connect"),
        ("", "", 0, "ended with 0"),
        ('{"dependencies": []}', "", 0, "no package"),
        ('{"dependencies": [{"name": "a", "skip_reason": "not found"}]}', "", 0, "1 packages were skipped: a"),
        ('{"dependencies": [{"name": "a", "version": "1", "vulns": []}]}', "", 1, "ended with 1"),
    ],
)
def test_an_audit_that_could_not_look_is_no_audit(tmp_path: Path, stdout: str, stderr: str, code: int, said: str):
    with pytest.raises(audit.NotAudited, match=said):
        audit.ask("requirements.txt", pretending(tmp_path, stdout, stderr, code))


def test_an_audit_says_what_is_vulnerable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    bad = {"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
    good = {"name": "b", "version": "1", "vulns": []}
    answers = {"bad": [bad, good], "good": [good]}
    monkeypatch.setattr(audit, "ask", lambda file: answers[file])
    assert audit.main(["good"]) == 0
    assert audit.main(["bad", "good"]) == 1
    assert "bad: a 1: PYSEC-1, fixed in 2\n" in capsys.readouterr().out


def test_without_a_network_the_audit_fails_and_says_so():
    """Only loopback is reached here: the proxy refuses."""
    refused = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "PIP_AUDIT_TIMEOUT": "5"}
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **refused}
    done = subprocess.run(
        [sys.executable, "-m", "tools.audit"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "requirements.txt: NOT AUDITED: " in done.stderr
    assert "requirements-dev.txt: NOT AUDITED: " in done.stderr
    assert "Traceback" not in done.stderr
