from __future__ import annotations

import pytest

from assay.server.compute.media_types import shown_as, sniffed

PNG, JPEG, HTML = b"\x89PNG\r\n\x1a\n....", b"\xff\xd8\xff\xe0", b"<!doctype html><script>alert(1)</script>"


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.png", PNG, "image/png"),
        ("a.png", JPEG, "image/jpeg"),
        ("a.png", HTML, ""),
        ("a.html", HTML, ""),
        ("a.html", PNG, ""),
        ("a", PNG, ""),
        ("png", PNG, "image/png"),
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        ("a.svg", PNG, ""),
        ("a.mp4", b"\0\0\0\x20ftypisom", "video/mp4"),
        ("a.mp4", HTML, ""),
        ("a.webm", b"\x1a\x45\xdf\xa3", "video/webm"),
        ("a.wav", b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        ("a.mp3", b"ID3\x04", "audio/mpeg"),
        ("a.mp3", b"\xff\xfb\x90\x64", "audio/mpeg"),
        ("a.ogg", b"OggS", "video/ogg"),
        ("a.m4a", b"\0\0\0\x20ftypM4A ", "audio/mp4"),
        ("a.flac", b"fLaC", "audio/flac"),
        ("a.wav", PNG, ""),
        ("a.png", b"RIFF\0\0\0\0WAVE", ""),
        ("a.txt", b"BM is how this text begins", ""),
        ("a.js", b"GIF89a=1;alert(1)", ""),
        ("a.png", b"", ""),
    ],
)
def test_a_content_is_shown_only_as_what_both_its_name_and_its_bytes_say(name: str, head: bytes, expected: str) -> None:
    assert shown_as(name, head) == expected


def test_text_is_no_sound() -> None:
    assert sniffed("ÿa".encode("utf-16-le")) == ""
