"""One text that is a script wherever a page may put it, written into every field that takes a text; then every page is opened in
a browser (S12). Nothing of it may run, ask another machine for anything, or become markup."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, sync_playwright

from assay.testing.batches import BatchWriter
from assay.testing.servers import RunningServer

OUTSIDE = "http://canary.invalid"
POLYGLOT = (
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */onerror=window.ran=1 )//</stYle/</titLe/</teXtarEa/</scRipt/--!>"
    f"<img src={OUTSIDE}/i onerror=window.ran=1><svg/onload=window.ran=1><a href=javascript:window.ran=1>x</a>"
    "<script>window.ran=1</script>{{window.ran=1}}${window.ran=1}"
)
MARKDOWN = f"""# t

[l](javascript:window.ran=1) ![i]({OUTSIDE}/m) <img src=x onerror=window.ran=1> [v](vbscript:x) [d](data:text/html,x)

<iframe srcdoc='<script>parent.ran=1</script>'></iframe>

| a | b |
|---|---|
| {POLYGLOT} | <svg/onload=window.ran=1> |

$$\\href{{javascript:window.ran=1}}{{x}}$$

```mermaid
graph TD; A[<img src=x onerror=window.ran=1>]-->B
```
"""
ANSI = f"\x1b]8;;javascript:window.ran=1\x07link\x1b]8;;\x07 \x1b[31m{POLYGLOT}\x1b[0m"
LABEL = POLYGLOT[:250]
FILES = {
    "notes.md": MARKDOWN,
    "<img src=x onerror=window.ran=1>.txt": POLYGLOT,
    "table.csv": 'a,b\n"' + POLYGLOT.replace('"', "'") + '",1\n',
    "x.html": POLYGLOT,
    "x.svg": f"<svg xmlns='http://www.w3.org/2000/svg' onload='window.ran=1'>{POLYGLOT}</svg>",
}
OCTETS = {"content-type": "application/octet-stream"}
WATCH = """
  window.complaints = [];
  document.addEventListener('securitypolicyviolation', event =>
    window.complaints.push(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
MARKUP = """() => [...document.querySelectorAll('*')].flatMap(element => [...element.attributes]
  .filter(attribute => /^on/i.test(attribute.name) || /^\\s*(javascript|vbscript|data:text)/i.test(attribute.value)
    && ['href', 'src', 'action', 'formaction', 'xlink:href', 'srcdoc'].includes(attribute.name))
  .map(attribute => `${element.tagName} ${attribute.name}=${attribute.value.slice(0, 80)}`))"""


@pytest.fixture(scope="module")
def written(shared_server: RunningServer) -> dict[str, str]:
    """Writes the text everywhere; answers the names that pages are opened with."""
    headers = {"authorization": f"Bearer {shared_server.key}"}
    with httpx.Client(base_url=shared_server.url, headers=headers, timeout=30, verify=False) as http:
        me = http.get("/api/v1/me").json()["username"]
        project = f"/api/v1/projects/{me}/texts"
        run = f"{project}/runs/r1"

        def ask(method: str, path: str, body: Any) -> Any:
            answer = http.request(method, path, json=body)
            assert answer.is_success, f"{method} {path}: {answer.text}"
            return answer.json() if answer.content else None

        config = {"plain": POLYGLOT, POLYGLOT[:200]: POLYGLOT, "nested": {POLYGLOT[:100]: [POLYGLOT]}}
        start = {
            "writer": "w",
            "name": LABEL,
            "notes": MARKDOWN,
            "tags": [LABEL],
            "group": LABEL,
            "config": config,
            "job_type": LABEL,
        }
        ask("PUT", run, start)
        ask("PATCH", run, {"summary": {POLYGLOT[:200]: POLYGLOT}})
        rows = [{"step": 1, "values": {POLYGLOT[:200]: 1.0, "loss": 2.0, "text": POLYGLOT}}]
        ask("POST", f"{run}/batches", {"writer": "w", "rows": rows})
        lines = BatchWriter("console").print(ANSI, POLYGLOT, "plain").encode()
        octets = {"content-type": "application/vnd.assay.batch"}
        http.post(f"{run}/batches", content=lines, headers=octets).raise_for_status()
        ask("PATCH", project, {"description": MARKDOWN})
        contents = {name: text.encode() for name, text in FILES.items()}
        files = [
            {"path": path, "digest": f"sha256:{hashlib.sha256(data).hexdigest()}", "size": len(data)}
            for path, data in contents.items()
        ]
        for ticket in ask("POST", f"{run}/files", {"files": files})["tickets"]:
            if ticket["upload_url"]:
                http.put(ticket["upload_url"], content=contents[ticket["path"]], headers=OCTETS).raise_for_status()
        ask("POST", f"{run}/files", {"files": files, "commit": True})
        asked = {"name": "cats", "type": "dataset", "description": MARKDOWN, "metadata": {POLYGLOT: POLYGLOT}, "run_id": "r1",
                 "aliases": ["best"], "tags": [LABEL]}  # fmt: skip
        draft = ask("POST", f"{project}/artifacts/drafts", asked)["id"]
        page = {"add": {file["path"]: {"digest": file["digest"], "size": file["size"]} for file in files}}
        missing = ask("POST", f"{project}/artifacts/drafts/{draft}/entries", page)["missing"]
        by_digest = {file["digest"]: contents[file["path"]] for file in files}
        for each in missing:
            http.put(each["url"], content=by_digest[each["digest"]], headers=OCTETS).raise_for_status()
        version = ask("POST", f"{project}/artifacts/drafts/{draft}/commit", {})["version"]
        panel = {"kind": "markdown", "id": "p1", "title": POLYGLOT, "text": MARKDOWN}
        spec = {"mode": "manual", "sections": [{"id": "s1", "title": POLYGLOT, "panels": [panel]}]}
        view = ask("POST", f"{project}/views", {"name": LABEL, "spec": spec, "sharing": "shared"})["id"]
        ask("POST", f"{project}/comments", {"kind": "region", "subject": "a1", "text": MARKDOWN})
        ask("POST", "/api/v1/keys", {"name": LABEL})
        fault = {"kind": "version", "target": f"{me}/texts/cats:{version}", "reason": MARKDOWN}
        ask("POST", f"/api/v1/entities/{me}/faults", fault)
    return {"me": me, "version": version, "view": view}


@pytest.fixture(scope="module")
def page(chromium: str, shared_server: RunningServer, written: dict[str, str], repository: Path) -> Iterator[Page]:
    if not (repository / "src/assay/server/static/index.html").is_file():
        pytest.skip("The web application is not built here. Build it: make web")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])
        page = browser.new_page()
        page.add_init_script(WATCH)
        page.goto(shared_server.link)
        page.wait_for_load_state("networkidle")
        yield page
        browser.close()


RUN, VERSION = "/{me}/texts/runs/r1", "/{me}/texts/artifacts/dataset/cats/{version}"
ADDRESSES = [
    "/", "/settings", "/{me}", "/{me}/texts", "/{me}/texts?view={view}", RUN,
    *(f"{RUN}?tab={t}" for t in ("charts", "logs", "files", "files&file=notes.md", "files&file=x.html", "code")),
    "/{me}/texts/artifacts", VERSION,
    *(f"{VERSION}?tab={t}" for t in ("files", "files&file=notes.md", "files&file=table.csv", "metadata", "overview", "compare")),
    "/{me}/texts/storage", "/<img src=x onerror=window.ran=1>/x",
]  # fmt: skip


@pytest.mark.browser
def test_no_text_becomes_more_than_a_text_on_any_page(page: Page, shared_server: RunningServer, written: dict[str, str]) -> None:
    asked_elsewhere: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda request: _note(asked_elsewhere, request.url, shared_server.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    shown = 0
    for address in ADDRESSES:
        at = address.format(**written)
        page.goto(shared_server.url + at)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.ran") is None, f"{at} ran a text"
        assert page.evaluate(MARKUP) == [], at
        assert page.evaluate("window.complaints") == [], at
        shown += "onerror=window.ran" in page.inner_text("body")
    assert dialogs == []
    assert asked_elsewhere == []
    assert shown >= 5, "the text is hardly shown anywhere: nothing was proven"


def _note(seen: list[str], url: str, own: str) -> None:
    if not url.startswith((own, "data:", "blob:")):
        seen.append(url)
