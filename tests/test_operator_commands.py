"""An operator's first hour by real processes: projects, roles, the audit log."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.processes import ROOT, command

DEMO = ROOT / "sandbox" / "projects.yaml"


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated database that Alice (1002) has written to."""
    shutil.copy(sqlite_template, tmp_path / "yizan.db")
    with sqlite3.connect(tmp_path / "yizan.db") as books:
        books.execute(
            "INSERT INTO people (id, telegram_id, name, visibility, met_at) VALUES (?, 1002, 'Alice', 'named', ?)",
            ("0" * 31 + "1", "2026-11-22 04:00:00.000000"),
        )
    books.close()
    return f"sqlite:///{tmp_path}/yizan.db"


def run(database: str, *arguments: str, code: int = 0) -> str:
    done = command(*arguments, YIZAN_DATABASE__URL=database, YIZAN_OWNERS="1003")
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_projects_are_imported_with_a_report_and_the_log_says_so(database: str, tmp_path: Path):
    dry = run(database, "project", "import", "--dry-run", str(DEMO))
    assert "line 5: organisation morning-light: added" in dry
    assert "dry run, nothing was imported: 6 added, 0 changed, 0 unchanged" in dry
    assert run(database, "project", "import", str(DEMO)).endswith("imported: 6 added, 0 changed, 0 unchanged\n")
    changed = tmp_path / "changed.yaml"
    changed.write_text(DEMO.read_text("utf-8").replace("target: 300000\n", "target: 300001\n", 1), encoding="utf-8")
    said = run(database, "project", "import", str(changed))
    assert "project village-libraries: changed\n    target: 300000.00 CNY → 300001.00 CNY\n" in said
    assert said.endswith("imported: 0 added, 1 changed, 5 unchanged\n")

    acts = json.loads(run(database, "audit", "--json"))["acts"]
    assert [act["action"] for act in acts].count("project.added") == 4
    assert acts[0]["after"] == {"target": "300001.00 CNY"}
    assert len(json.loads(run(database, "audit", "--json", "--limit", "2"))["acts"]) == 2
    text = run(database, "audit", "--limit", "1")
    assert "cli  project.changed  project" in text
    assert "    target: 300000.00 CNY → 300001.00 CNY\n" in text


def test_a_wrong_entry_leaves_nothing_behind(database: str, tmp_path: Path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(DEMO.read_text("utf-8").replace("target: 300000\n", "target: none\n", 1), encoding="utf-8")
    said = run(database, "project", "import", str(wrong), code=1)
    line = 1 + wrong.read_text("utf-8").splitlines().index("    target: none")
    assert f"    line {line}: projects[0].target: is no amount\n" in said
    assert json.loads(run(database, "audit", "--json")) == {"acts": []}
    with sqlite3.connect(tmp_path / "yizan.db") as books:
        assert books.execute("SELECT count(*) FROM organisations").fetchone() == (0,)
    books.close()


def test_roles_are_given_listed_and_taken_and_the_log_names_nobody(database: str):
    assert run(database, "role", "grant", "finance", "1002") == "Alice (1002) has the role finance\n"
    run(database, "role", "grant", "finance", "1002")
    listed = run(database, "role", "list").splitlines()
    assert [line.split()[:2] for line in listed] == [["1003", "owner"], ["1002", "finance"]]
    run(database, "role", "revoke", "finance", "1002")
    assert "1002" not in run(database, "role", "list")
    acts = run(database, "audit", "--json")
    assert [act["action"] for act in json.loads(acts)["acts"]] == ["role.revoked", "role.granted"]
    assert "Alice" not in acts
    assert '"1002"' not in acts
