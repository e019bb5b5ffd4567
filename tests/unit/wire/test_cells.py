from __future__ import annotations

import pytest

from assay.wire.cells import as_text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "\n=1", "=HYPERLINK(1)"])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert as_text(text) == "'" + text


@pytest.mark.parametrize("text", ["", "a=1", "1-1", "'=1", " plain", "{}"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert as_text(text) == text
