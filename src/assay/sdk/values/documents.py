"""Pages, figures, texts and molecules as logged values: their content is text that a viewer reads, so nothing is encoded."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, get_args

import msgspec

from assay.sdk.values.image import figure_of
from assay.sdk.values.media import (
    Media,
    Shelf,
    Unusable,
    bytes_of,
    ending_of,
    is_of,
    local_file,
    shown_caption,
)
from assay.sdk.values.plain import usable
from assay.wire import limits, media
from assay.wire.texts import clean

_IN_ROW_BYTES = 8 * limits.KIB  # of a text and its spans; a longer one is a file
_ENDINGS = {"text": "txt", "markdown": "md", "json": "json"}
_SMILES = ("smi", "smiles")


class Html(Media):
    """A page: its text, an open file, or the path of a file that ends in .html. It is shown `height` pixels high in a sandbox of
    its own origin. `inject` is accepted for older scripts and has no meaning."""

    folder = "html"

    def __init__(
        self,
        data: Any,
        inject: bool = True,  # noqa: ARG002
        data_is_not_path: bool = False,
        height: int | None = None,
        caption: str | None = None,
    ) -> None:
        self._content = b""
        self._height = height
        self._caption = shown_caption(caption)
        super().__init__(data, data_is_not_path)

    def _make(self, given: Any, is_not_path: bool) -> None:
        if self._height is not None:
            height = usable(self._height)
            if not isinstance(height, int | float) or not 1 <= height <= limits.MEDIA_SIDE:
                raise Unusable(f"height is {height!r:.60}; expected 1 to {limits.MEDIA_SIDE} pixels")
            self._height = round(height)
        is_path = isinstance(given, os.PathLike) or (isinstance(given, str) and given.lower().endswith((".html", ".htm")))
        if is_path and not is_not_path and "<" not in str(given):
            path = local_file(given)
            assert path is not None
            self._content = path.read_bytes()
        elif isinstance(given, str):
            self._content = given.encode(errors="replace")
        elif (content := bytes_of(given)) is not None:
            self._content = content
        else:
            raise Unusable(f"a page is text, an open file or the path of an .html file, not a {type(given).__name__}")

    def _stored(self, shelf: Shelf) -> media.Media:
        path = shelf.content(self.folder, "html", [self._content])
        return media.Html(path=path, height=self._height, caption=self._caption)


class Plotly(Media):
    """A figure of Plotly, its dictionary or JSON text, or one of matplotlib that Plotly can translate. It stays interactive."""

    folder = "plotly"

    def __init__(self, val: Any, caption: str | None = None) -> None:
        self._content = b""
        self._caption = shown_caption(caption)
        super().__init__(val)

    def _make(self, given: Any) -> None:
        if (figure := figure_of(given)) is not None:
            import plotly.tools

            given = plotly.tools.mpl_to_plotly(figure)
        if isinstance(given, str):
            given = _parsed(given)
        if hasattr(given, "to_json") and hasattr(given, "to_plotly_json"):
            self._content = given.to_json().encode()
        elif isinstance(given, Mapping) and "data" in given:
            self._content = _json(given)
        else:
            raise Unusable(f"a figure of Plotly was expected, not a {type(given).__name__}")

    def _stored(self, shelf: Shelf) -> media.Media:
        return media.Plotly(path=shelf.content(self.folder, "plotly.json", [self._content]), caption=self._caption)


class Bokeh(Media):
    """A figure or a document of Bokeh, kept as a page that needs nothing from elsewhere; or the path of such a page."""

    folder = "bokeh"

    def __init__(self, data_or_path: Any, caption: str | None = None) -> None:
        self._content: bytes = b""
        self._caption = shown_caption(caption)
        super().__init__(data_or_path)

    def _make(self, given: Any) -> None:
        if (path := local_file(given)) is not None:
            if ending_of(path) != "html":
                raise Unusable(f"{path} is no .html page; pass the figure itself")
            self._content = path.read_bytes()
        elif is_of(given, "bokeh"):
            from bokeh.embed import file_html
            from bokeh.resources import INLINE

            self._content = file_html(given, INLINE, "Bokeh").encode()
        else:
            raise Unusable(f"a figure or a document of Bokeh was expected, not a {type(given).__name__}")

    def _stored(self, shelf: Shelf) -> media.Media:
        return media.Bokeh(path=shelf.content(self.folder, "bokeh.html", [self._content]), caption=self._caption)


class Molecule(Media):
    """A molecule: a file's path, or an open file with its `file_type` (pdb, sdf, mol, mol2, xyz, …)."""

    folder = "molecules"

    def __init__(self, data_or_path: Any, caption: str | None = None, file_type: str | None = None) -> None:
        self._content = b""
        self._format = ""
        self._caption = shown_caption(caption)
        super().__init__(data_or_path, file_type)

    @classmethod
    def from_smiles(cls, data: str, caption: str | None = None) -> Molecule:
        """A molecule by its SMILES."""
        return cls(partial(_smiles, data), caption, "smiles")

    @classmethod
    def from_rdkit(cls, data_or_path: Any, caption: str | None = None) -> Molecule:
        """A molecule of RDKit, with the places of its atoms where it has them."""
        return cls(partial(_mol_block, data_or_path), caption, "mol")

    def _make(self, given: Any, file_type: str | None) -> None:
        if isinstance(given, partial):
            given = given()
        path = local_file(given)
        ending = (file_type or (ending_of(path) if path is not None else "")).lower().removeprefix(".")
        self._format = "smiles" if ending in _SMILES else ending
        known = get_args(media.MoleculeFormat)
        if self._format not in known:
            raise Unusable(f"a molecule of the format {ending!r:.30}; expected one of {', '.join(sorted(known))}")
        content = path.read_bytes() if path is not None else bytes_of(given)
        if not content:
            raise Unusable("a molecule without content")
        self._content = content

    def _stored(self, shelf: Shelf) -> media.Media:
        path = shelf.content(self.folder, self._format, [self._content])
        return media.Molecule(path=path, format=self._format, caption=self._caption)  # type: ignore[arg-type]


def _smiles(given: Any) -> bytes:
    if not isinstance(given, str):
        raise Unusable(f"a SMILES is text, not a {type(given).__name__}")
    return given.encode(errors="replace")


def _mol_block(given: Any) -> bytes:
    if given is None:  # what RDKit answers for a SMILES that is no molecule
        raise Unusable("there is no molecule: RDKit gives None for what it cannot read")
    from rdkit import Chem

    block: str = Chem.MolToMolBlock(given)
    return block.encode()


class Text(Media):
    """A text with its `syntax` (text, markdown or json) and marked `spans`: {"start", "end", "label", "color"?} or (start, end,
    label), in characters. A document of spaCy has its entities as spans; with syntax json anything that JSON holds is taken."""

    folder = "text"

    def __init__(
        self, text: Any, spans: Sequence[Any] | None = None, syntax: str | None = None, caption: str | None = None
    ) -> None:
        self._text = ""
        self._spans: list[media.Span] = []
        self._syntax = "text"
        self._caption = shown_caption(caption)
        super().__init__(text, spans, syntax)

    def _make(self, given: Any, spans: Sequence[Any] | None, syntax: str | None) -> None:
        self._syntax = (syntax or "text").lower()
        if self._syntax not in _ENDINGS:
            raise Unusable(f"syntax is {syntax!r:.30}; expected one of {', '.join(_ENDINGS)}")
        if hasattr(given, "ents") and hasattr(given, "text"):
            spans = spans if spans is not None else [(ent.start_char, ent.end_char, ent.label_) for ent in given.ents]
            given = given.text
        if isinstance(given, str):
            self._text = clean(given)
        elif self._syntax == "json":
            self._text = json.dumps(usable(given), ensure_ascii=False, indent=1)
        else:
            raise Unusable(f"a text was expected, not a {type(given).__name__}")
        if len(spans or ()) > limits.TEXT_SPANS:
            raise Unusable(f"{len(spans or ())} spans; the limit is {limits.TEXT_SPANS} (TEXT_SPANS)")
        self._spans = [_span(span, len(self._text)) for span in spans or ()]

    def _stored(self, shelf: Shelf) -> media.Media:
        content = self._text.encode()
        is_short = len(content) + 50 * len(self._spans) <= _IN_ROW_BYTES
        path = None if is_short else shelf.content(self.folder, _ENDINGS[self._syntax], [content])
        return media.Text(
            text=self._text if is_short else None,
            path=path,
            syntax=self._syntax,  # type: ignore[arg-type]
            spans=self._spans,
            caption=self._caption,
        )


def _span(given: Any, length: int) -> media.Span:
    if isinstance(given, Sequence) and not isinstance(given, str) and len(given) in (3, 4):
        given = dict(zip(("start", "end", "label", "color"), given, strict=False))
    try:
        value = usable(given)
        if isinstance(value, dict) and isinstance(colour := value.get("color"), str):
            value["color"] = list(bytes.fromhex(colour.removeprefix("#")))
        span = msgspec.convert(value, media.Span)
    except (msgspec.ValidationError, ValueError) as error:
        raise Unusable(f"a span that is none: {error}"[:200]) from None
    if not span.start < span.end <= length:
        raise Unusable(f"a span from {span.start} to {span.end}; the text has {length} characters")
    return span


def _parsed(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise Unusable(f"a text was given for a figure of Plotly, and it is no JSON ({error})") from error


def _json(value: Any) -> bytes:
    return msgspec.json.encode(usable(value))
