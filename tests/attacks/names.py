"""Names that would climb out of a folder, hide in it, or mean something to one system and nothing to another (S1)."""

from __future__ import annotations

from hypothesis import strategies as st

CLIMBING = [
    "../x", "../../x", "/etc/x", "a/../../x", "..", ".", "a/..", "C:\\x", "C:/x", "\\\\h\\s", "//h/s", "..\\x", "a\\..\\..\\x",
    "%2e%2e/x", "%252e%252e/x", "..%00/x", "..\0/x", "..%c0%af", "\u2025/x", "\uff0e\uff0e/x", "\u2024\u2024/x", "..\uff0fx",
    "a#/../x", "a?/../x", "x.", "x ", " x", "CON", "con.txt", "a/NUL", "AUX/x", "LPT1.txt", "x" * 4_096, "é" * 3_000, "a\u0301",
    "a//b", "a/", "~/x", "$HOME/x", "${HOME}/x", "file:///etc/x", "a:b", "a\nb", "a\u202eb", "\ud800", "", "-rf", ".git/config",
    "a/./b",
]  # fmt: skip
_PART = st.one_of(
    st.sampled_from(
        ["..", ".", "", "a", "A", "%2e%2e", "\u2025", "CON", "x ", "x.", "~", "\0", "\\", "C:", "é", "e\u0301", "-x"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=8),
)


def hostile_names() -> st.SearchStrategy[str]:
    """Known ones, their mixtures, and ones nobody has thought of."""
    mixed = st.builds(lambda parts, between: between.join(parts), st.lists(_PART, min_size=1, max_size=6), st.sampled_from("/\\"))
    return st.one_of(st.sampled_from(CLIMBING), mixed, mixed.map(lambda name: f"/{name}"), st.text(max_size=30))
