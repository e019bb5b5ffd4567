"""Media are strangers' bytes: they are shown as what they are, pages run in an origin of their own (S12, S13)."""

from __future__ import annotations

import hashlib
import io
import struct
import time
import zlib
from collections.abc import Iterator
from typing import Any

import httpx
import PIL.Image
import pytest
from playwright.sync_api import Page, sync_playwright

from assay.server.bootstrap import open_metadata_catalog
from assay.server.domain.accounts import SYSTEM
from assay.testing.servers import RunningServer

RUN = "/api/v1/projects/{me}/hostile/runs/r1"
OCTETS = {"content-type": "application/octet-stream"}
SCRIPT = b"<script>document.title='ran'</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload=\"document.title='ran'\"><script>document.title='ran'</script></svg>"

# What a page may try. Each attempt writes `blocked` or what it got into `window.found`.
PAGE = b"""<!doctype html><meta charset=utf-8><title>page</title><body><script>
window.found = {origin: self.origin, ran: true};
function attempt(name, act) {
  try { const got = act(); window.found[name] = got === undefined ? "nothing" : String(got).slice(0, 50) }
  catch (error) { window.found[name] = "blocked" }
}
attempt("cookie", () => document.cookie);
attempt("storage", () => localStorage.length);
attempt("parent", () => parent.document.title);
attempt("top", () => { top.location.href = "about:blank#stolen"; return "left" });
attempt("popup", () => window.open("about:blank") === null ? (() => { throw 1 })() : "opened");
const form = document.createElement("form"); form.action = "/api/v1/keys"; form.method = "post"; document.body.append(form);
attempt("form", () => { form.submit(); return "sent" });
const asks = ["/api/v1/me", location.origin + "/api/v1/me"].map(address =>
  fetch(address, {credentials: "include"}).then(answer => answer.text(), () => "blocked"));
Promise.all(asks).then(texts => { window.found.fetch = texts.join(); window.found.done = true });
</script></body>"""


def bomb() -> bytes:
    """A few bytes that claim 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1 << 20))) + chunk(b"IEND", b"")


def api(server: RunningServer) -> httpx.Client:
    return httpx.Client(base_url=server.url, headers={"authorization": f"Bearer {server.key}"}, timeout=30)


@pytest.fixture(scope="module")
def addresses(shared_server: RunningServer) -> dict[str, str]:
    """By file name where its content is read from."""
    picture = io.BytesIO()
    PIL.Image.new("RGB", (300, 200), "red").save(picture, "PNG")
    contents = {
        "picture.png": picture.getvalue(), "page.html": PAGE, "script.png": SCRIPT, "script.svg": SVG, "page.txt": SCRIPT,
        "bomb.png": bomb(), "script.mp4": SCRIPT,
        'quote".png': picture.getvalue(), "page.xhtml": SCRIPT, "broken.png": picture.getvalue()[:60],
    }  # fmt: skip
    with api(shared_server) as http:
        run = RUN.format(me=http.get("/api/v1/me").json()["default_entity"])
        http.put(run, json={"writer": "w"}).raise_for_status()
        drafts = [
            {"path": f"media/{name}", "digest": f"sha256:{hashlib.sha256(data).hexdigest()}", "size": len(data)}
            for name, data in contents.items()
        ]
        for ticket in http.post(f"{run}/files", json={"files": drafts}).json()["tickets"]:
            content = contents[ticket["path"].removeprefix("media/")]
            if ticket["upload_url"]:
                http.put(ticket["upload_url"], content=content, headers=OCTETS).raise_for_status()
        http.post(f"{run}/files", json={"files": drafts, "commit": True}).raise_for_status()
        listed = http.get(f"{run}/files").json()["files"]
    return {file["path"].removeprefix("media/"): shared_server.url + file["url"] for file in listed}


@pytest.fixture(scope="module")
def browser_page(chromium: str, shared_server: RunningServer) -> Iterator[Page]:
    """A page of this server's own, signed in."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-quic"])
        page = browser.new_page()
        page.goto(shared_server.link)
        yield page
        browser.close()


@pytest.mark.parametrize("name", ["page.html", "script.png", "page.txt", "script.mp4", "page.xhtml"])
def test_what_is_no_picture_is_a_download_whatever_it_is_called(addresses: dict[str, str], name: str) -> None:
    answer = httpx.get(addresses[name])
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_picture_is_shown_as_one_in_parts_too_and_can_run_nothing(addresses: dict[str, str]) -> None:
    answer = httpx.get(addresses["picture.png"])
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("inline")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "allow-" not in answer.headers["content-security-policy"]
    part = httpx.get(addresses["picture.png"], headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, answer.content[10:20])
    assert '"' not in httpx.get(addresses['quote".png']).headers["content-disposition"].partition("filename*")[2]


def test_thumbnails_are_made_of_pictures_alone(addresses: dict[str, str]) -> None:
    answer = httpx.get(addresses["picture.png"], params={"w": 160})
    assert answer.headers["content-type"] == "image/webp"
    assert PIL.Image.open(io.BytesIO(answer.content)).size == (160, 107)
    for name, reason in (
        ("bomb.png", "THUMBNAIL_PIXELS"),
        ("broken.png", "damaged"),
        ("page.html", "no picture"),
        ("script.svg", "no picture"),
    ):
        refused = httpx.get(addresses[name], params={"w": 160})
        assert (refused.status_code, refused.json()["code"]) == (422, "no_thumbnail"), name
        assert reason in refused.json()["detail"]
    assert httpx.get(addresses["picture.png"], params={"w": 100_000}).status_code == 422
    forged = addresses["picture.png"][:-2] + "AA"
    assert httpx.get(forged, params={"w": 160}).status_code == 403


def test_only_html_is_a_page_and_only_for_who_holds_its_address(addresses: dict[str, str]) -> None:
    answer = httpx.get(addresses["page.html"] + "?page=1")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"].split("; ")
    assert policy[0] == "sandbox allow-scripts"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    for name in ("script.png", "page.txt", "script.svg", "picture.png", "page.xhtml"):
        assert httpx.get(addresses[name] + "?page=1").status_code == 404, name
    assert httpx.get(addresses["page.html"][:-2] + "AA?page=1").status_code == 403


def _found(frame: Any) -> dict[str, Any]:
    frame.wait_for_function("window.found && window.found.done")
    found: dict[str, Any] = frame.evaluate("window.found")
    return found


def _check_contained(found: dict[str, Any]) -> None:
    assert found["ran"]
    assert found["origin"] == "null"
    assert {name: found[name] for name in ("cookie", "storage", "popup")} == dict.fromkeys(
        ("cookie", "storage", "popup"), "blocked"
    )
    assert found["fetch"] == "blocked,blocked"


@pytest.mark.browser
def test_a_logged_page_runs_in_a_frame_and_reaches_nothing(
    browser_page: Page, shared_server: RunningServer, addresses: dict[str, str]
) -> None:
    page = browser_page
    page.goto(shared_server.url)
    # Without the attribute `sandbox`: the answer's own header must be enough.
    page.evaluate(
        "address => { const f = document.createElement('iframe'); f.src = address; f.name = 'logged'; document.body.append(f) }",
        addresses["page.html"] + "?page=1",
    )
    page.wait_for_function("document.querySelector('iframe') !== null")
    frame = page.wait_for_selector("iframe").content_frame()
    assert frame is not None
    found = _found(frame)
    _check_contained(found)
    assert found["parent"] == "blocked"
    assert page.url.rstrip("/") == shared_server.url
    with api(shared_server) as http:
        assert not [key for key in http.get("/api/v1/keys").json() if "stolen" in str(key)]


@pytest.mark.browser
def test_opened_by_itself_it_is_as_contained(browser_page: Page, addresses: dict[str, str]) -> None:
    browser_page.goto(addresses["page.html"] + "?page=1")
    # By itself it is the top: it may lead itself away, and that is all.
    browser_page.wait_for_load_state()
    assert browser_page.evaluate("self.origin") == "null"


@pytest.mark.browser
def test_a_drawing_opened_by_itself_runs_nothing(browser_page: Page, addresses: dict[str, str]) -> None:
    browser_page.goto(addresses["script.svg"])
    assert browser_page.title() != "ran"
    assert browser_page.evaluate("self.origin") == "null"


@pytest.mark.browser
def test_another_site_cannot_frame_a_logged_page(
    browser_page: Page, shared_server: RunningServer, addresses: dict[str, str]
) -> None:
    page = browser_page
    page.goto("about:blank")
    page.evaluate(
        "address => { const f = document.createElement('iframe'); f.src = address; document.body.append(f) }",
        addresses["page.html"] + "?page=1",
    )
    frame = page.wait_for_selector("iframe").content_frame()
    assert frame is not None
    frame.wait_for_load_state()
    assert frame.evaluate("window.found === undefined")


REPORT = "new Promise(done => {{ const image = new Image(); image.onerror = done; image.src = 'https://{}.example/x.png' }})"


def test_a_policy_that_is_broken_is_reported_by_signed_in_browsers_alone(
    browser_page: Page, shared_server: RunningServer
) -> None:
    browser = browser_page.context.browser
    assert browser is not None
    stranger, person = browser.new_page(), browser.new_page()
    try:
        with open_metadata_catalog(shared_server.data) as catalog:
            link = catalog.accounts.new_link(SYSTEM, catalog.accounts.first_admin("").username)
        address = f"{shared_server.url}/api/v1/session/link"
        assert person.context.request.post(address, headers={"origin": shared_server.url}, data={"token": link}).ok
        for page, name in ((stranger, "of-a-stranger"), (person, "of-a-person")):
            page.goto(shared_server.url)
            page.evaluate(REPORT.format(name))
        deadline = time.monotonic() + 30
        while "of-a-person.example" not in shared_server.output:
            assert time.monotonic() < deadline, "no report arrived"
            time.sleep(0.1)
    finally:
        stranger.close()
        person.close()
    assert httpx.post(f"{shared_server.url}/api/v1/csp-report", json={"csp-report": "forged"}).status_code == 401
    assert "of-a-stranger" not in shared_server.output
    assert "forged" not in shared_server.output
