"""Passwords, keys, sessions, roles and other secrets: how they begin and end, and where they must not show (S6, S7, S8, S21, S22,
S25, S27)."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assay.server.bootstrap import open_metadata_catalog
from assay.server.domain.accounts import SYSTEM, Actor
from assay.server.services import access, secrets
from assay.testing.servers import RunningServer

Clients = Callable[[str], httpx.Client]
PASSWORD = "correct horse battery staple"
REVOKED_S = 1.0  # what a change of a role or a credential may take to be true everywhere
SOURCE = Path(__file__).resolve().parents[2] / "src"


# Roles


TEAMS = ("red", "blue")
LEAST = {"viewer": 0, "member": 1, "admin": 2}


class Roles(RuleBasedStateMachine):
    """Memberships given and changed in any order, against the table read as plainly as can be."""

    def __init__(self) -> None:
        super().__init__()
        self.roles: dict[tuple[str, str], str] = {}
        self.admins: set[str] = set()

    @rule(
        person=st.sampled_from(["a", "b"]), team=st.sampled_from(TEAMS), role=st.sampled_from(["viewer", "member", "admin", None])
    )
    def give(self, person: str, team: str, role: str | None) -> None:
        self.roles.pop((person, team), None)
        if role is not None:
            self.roles[person, team] = role

    @rule(person=st.sampled_from(["a", "b"]), is_admin=st.booleans())
    def appoint(self, person: str, is_admin: bool) -> None:
        (self.admins.add if is_admin else self.admins.discard)(person)

    @invariant()
    def everybody_may_what_their_role_says_and_no_more(self) -> None:
        for person in ("a", "b"):
            roles = {team: role for (who, team), role in self.roles.items() if who == person}
            actor = Actor(1, person, person in self.admins, roles)  # type: ignore[arg-type]
            for team in TEAMS:
                role = "admin" if person in self.admins else roles.get(team)
                for action, needed in access.NEEDED.items():
                    expected = role is not None and LEAST[role] >= LEAST[needed]
                    assert access.may(actor, action, team) == expected, (person, team, action)
            assert access.visible_entities(actor) == (None if person in self.admins else sorted(roles))


TestRoles = Roles.TestCase
TestRoles.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)


def test_a_role_that_is_taken_down_ends_what_it_allowed_within_a_second(shared_server: RunningServer) -> None:
    with open_metadata_catalog(shared_server.data) as catalog:
        catalog.teams.add(SYSTEM, "changing")
        catalog.accounts.add_user(SYSTEM, "ada")
        catalog.teams.set_member(SYSTEM, "changing", "ada", "admin")
        key = catalog.accounts.new_key_for(SYSTEM, "ada", "test").secret
        headers = {"authorization": f"Bearer {key}"}
        with httpx.Client(base_url=shared_server.url, headers=headers, verify=False) as ada:
            run = "/api/v1/projects/changing/p/runs/r"
            assert ada.put(run, json={"writer": "w"}).status_code == 200
            catalog.teams.set_member(SYSTEM, "changing", "ada", "viewer")
            _wait_for(403, lambda: ada.patch(run, json={"notes": "x"}))
            assert ada.get(run).status_code == 200
            catalog.accounts.revoke_key(SYSTEM, key[4:12])
            _wait_for(401, lambda: ada.get(run))


def _wait_for(status: int, ask: Callable[[], httpx.Response]) -> None:
    deadline = time.monotonic() + REVOKED_S + 0.5
    while ask().status_code != status:
        assert time.monotonic() < deadline, "what was taken away is still allowed"
        time.sleep(0.05)


# How an installation begins


def test_no_password_that_anybody_knows_opens_a_new_server(shared_server: RunningServer) -> None:
    with httpx.Client(base_url=shared_server.url, verify=False) as client:
        for name in ("admin", os.environ.get("USER", "root"), "assay", ""):
            for password in ("", name):
                answer = client.post("/api/v1/session", json={"username": name, "password": password})
                assert answer.status_code in (401, 422, 429), f"{name}/{password}"
        for key in (
            "x",
            "asy_",
            "asy_" + "0" * 36,
            "asy_" + "a" * 36,
            "local-key",
            shared_server.key[:-1],
            shared_server.key[:12],
        ):
            assert client.get("/api/v1/me", headers={"authorization": f"Bearer {key}"}).status_code == 401
    link = _link(shared_server)
    assert len(link) >= 43  # 256 bits
    assert len(shared_server.key) == 40


def _link(server: RunningServer) -> str:
    """It is printed a moment after the server answers."""
    deadline = time.monotonic() + 10
    while "#link=" not in server.output:
        assert time.monotonic() < deadline, server.output
        time.sleep(0.02)
    return server.link.rpartition("#link=")[2]


def test_everything_an_installation_keeps_is_its_owners_alone(shared_server: RunningServer) -> None:
    with httpx.Client(
        base_url=shared_server.url, headers={"authorization": f"Bearer {shared_server.key}"}, verify=False
    ) as client:
        me = client.get("/api/v1/me").json()["username"]
        client.put(f"/api/v1/projects/{me}/p/runs/r", json={"writer": "w"}).raise_for_status()
        batch = {"writer": "w", "rows": [{"step": 1, "values": {"loss": 1.0}}]}
        client.post(f"/api/v1/projects/{me}/p/runs/r/batches", json=batch).raise_for_status()
    assert stat.S_IMODE(shared_server.data.stat().st_mode) == 0o700
    open_ones = [path for path in shared_server.data.rglob("*") if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert open_ones == []


def test_a_wrong_name_costs_what_a_wrong_password_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: a clock on a busy machine proves nothing."""
    hashed = secrets.hash_password(PASSWORD)
    secrets.password_matches("", "x")  # makes the hash that stands for an unknown name's
    verified: list[str] = []

    class Counting:
        def __init__(self, hasher: Any) -> None:
            self._hasher = hasher

        def verify(self, kept: str, password: str) -> bool:
            verified.append(kept)
            return bool(self._hasher.verify(kept, password))

    monkeypatch.setattr(secrets, "_hasher", Counting(secrets._hasher))
    assert not secrets.password_matches(hashed, "wrong")
    assert not secrets.password_matches("", "wrong")
    assert len(verified) == 2
    parameters = [kept.split("$")[1:4] for kept in verified]
    assert parameters[0] == parameters[1]


# Where a secret must not show

CANARIES = {
    "WANDB_API_KEY": "0123456789abcdef0123456789abcdef01234567",
    "AWS_SECRET_ACCESS_KEY": "canaryAWS/K7MDENG/bPxRfiCYEXAMPLEKEY0000",
    "OPENAI_API_KEY": "sk-proj-canary0canary0canary0canary0",
    "HF_TOKEN": "hf_canarycanarycanarycanarycanarycanary",
    "GITHUB_TOKEN": "ghp_canaryCanaryCanaryCanaryCanaryCanary",
    "SLACK_BOT_TOKEN": "xoxb-1234567890-canarycanary",
    "DB_PASSWORD": "canary-database-password",
    "STRIPE_API_KEY": "sk_live_canarycanarycanary",
    "GOOGLE_API_KEY": "AIzaCanaryCanaryCanaryCanaryCanary000000",
    "NPM_TOKEN": "npm_canarycanarycanarycanarycanary000000",
    "JWT_SECRET": "eyJhbGciOiJI.canarycanary.c2lnbmF0dXJl",
    "MY_CLIENT_SECRET": "canary-of-a-client",
}
SCRIPT = """
import os, sys, assay
open(".env", "w").write("\\n".join(f"{name}={value}" for name, value in os.environ.items() if name in sys.argv[1].split(",")))
run = assay.init(project="secrets", id="r1", settings=assay.Settings(silent=True))
print("the token is", os.environ["HF_TOKEN"], "and", os.environ["DB_PASSWORD"])
run.log({"loss": 1.0})
input()
run.finish()
"""


def _bytes_of(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and path.name != ".env":
                yield path, path.read_bytes()


def test_no_secret_of_a_scripts_surroundings_is_kept_or_sent(server: RunningServer, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
    environment = {**kept, **CANARIES, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "PYTHONPATH": str(SOURCE),
                   "ASSAY_BASE_URL": server.url, "ASSAY_API_KEY": server.key, "ASSAY_MONITOR_S": "1"}  # fmt: skip
    command = [sys.executable, "-c", SCRIPT, ",".join(CANARIES)]
    with subprocess.Popen(command, cwd=home, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as script:
        assert script.stdout is not None
        script.stdout.readline()
        # Every process of this user that the script may have started: what stands in its command line, anybody can read.
        lines = [" ".join(process.cmdline()) for process in psutil.process_iter() if _is_readable(process)]
        assert not [line for line in lines if server.key in line or any(canary in line for canary in CANARIES.values())]
        script.communicate(b"\n", timeout=90)
    assert script.returncode == 0
    server.stop()
    found = [
        (path, name)
        for path, content in _bytes_of(home, server.data, server.data.parent)
        for name, canary in {**CANARIES, "the key": server.key}.items()
        if canary.encode() in content and path.name not in ("server.json", "local.key")
    ]
    assert found == []
    assert any(b"the token is" in content for _, content in _bytes_of(home)), "the script's output was not kept at all"


def _is_readable(process: psutil.Process) -> bool:
    try:
        return bool(process.cmdline())
    except psutil.Error:
        return False


def test_no_credential_is_kept_or_said_in_the_clear(server: RunningServer) -> None:
    told = {"the link": _link(server)}
    with httpx.Client(base_url=server.url, headers={"origin": server.url}, verify=False) as browser:
        assert browser.post("/api/v1/session/link", json={"token": told["the link"]}).status_code == 200
        told["a session"] = browser.cookies["assay_session"]
        assert browser.put("/api/v1/me/password", json={"current": "", "new": PASSWORD}).status_code == 200
        told["another session"] = browser.cookies["assay_session"]
        told["a key"] = browser.post("/api/v1/keys", json={"name": "k"}).json()["secret"]
        assert told["a key"] not in browser.get("/api/v1/keys").text
        for wrong in ({"current": "canary-wrong-password", "new": PASSWORD}, {"current": PASSWORD, "new": "canary"}):
            browser.put("/api/v1/me/password", json=wrong)
        browser.get("/api/v1/me", headers={"authorization": "Bearer asy_canarycanarycanarycanarycanarycanary"})
    told |= {"the password": PASSWORD, "a wrong password": "canary-wrong-password", "a wrong key": "asy_canarycanary"}
    server.stop()
    output = server.output.replace(f"#link={told['the link']}", "")
    for what, secret in told.items():
        assert secret not in output, what
        for path, content in _bytes_of(server.data):
            assert secret.encode() not in content, f"{what} is in {path.name}"


# The audit log


def test_no_line_of_the_audit_log_can_be_forged_or_taken_out_through_the_api(world: Any, clients: Clients) -> None:
    with clients("admin") as admin:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert admin.request(method, "/api/v1/audit", json={}).status_code == 405
        forged = 'x"}\n{"action":"user:create","actor":"forged-by-a-name"'
        admin.post("/api/v1/keys", json={"name": forged})
        admin.post("/api/v1/session", json={"username": forged, "password": "wrong"}, headers={"authorization": ""})
        lines, after = [], 0
        while page := admin.get("/api/v1/audit", params={"after": after}).json():
            lines += page["lines"]
            after = page["next"]
            if not after:
                break
    assert {line["action"] for line in lines} >= {"user:create", "user:create_api_key"}
    assert not [line for line in lines if line["actor"] == "forged-by-a-name"]
    with open_metadata_catalog(world.server.data) as catalog:
        assert catalog.audit.verify(SYSTEM)[0] >= len(lines)


# Other users of the machine


def test_another_user_of_the_machine_reads_nothing(server: RunningServer, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    environment = {
        **os.environ,
        "HOME": str(work),
        "PYTHONPATH": str(SOURCE),
        "ASSAY_BASE_URL": server.url,
        "ASSAY_API_KEY": server.key,
    }
    script = "import assay; r = assay.init(project='p', id='r', mode='offline'); r.log({'a': 1}); r.finish(quiet=True)"
    subprocess.run([sys.executable, "-c", script], cwd=work, env=environment, check=True, capture_output=True, timeout=90)
    for folder in [*work.parents, work, server.data.parent]:  # the way there is open: what lies there must guard itself
        if folder.is_relative_to(tmp_path.parent.parent) and folder != Path("/"):
            folder.chmod(0o755)
    targets = [str(path) for root in (server.data, work / ".assay") for path in root.rglob("*") if path.is_file()]
    assert len(targets) > 5
    assert [path for path in targets if stat.S_IMODE(Path(path).stat().st_mode) & 0o077] == []
    if os.geteuid() != 0:  # only root can become somebody else, and try
        return
    probe = (
        "import os, sys\nos.setgid(65534); os.setgroups([]); os.setuid(65534)\n"
        "for path in sys.argv[1:]:\n"
        "    for flags in (os.O_RDONLY, os.O_WRONLY):\n"
        "        try:\n            os.close(os.open(path, flags)); print(path)\n"
        "        except OSError: pass\n"
    )
    found = subprocess.run([sys.executable, "-S", "-c", probe, *targets], capture_output=True, text=True, timeout=60, check=True)
    assert found.stdout == ""
