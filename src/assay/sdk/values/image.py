"""A picture as a logged value: `run.log({"examples": assay.Image(array, caption="step 3")})`. Encoding is left to `sync`."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from assay.journal.staging import RawImage
from assay.sdk.values import picture_heads
from assay.sdk.values.media import (
    Media,
    Shelf,
    Unusable,
    as_array,
    bytes_of,
    is_of,
    local_file,
    numpy,
    shown,
    shown_caption,
    stretched,
)
from assay.sdk.values.picture_heads import PictureHead
from assay.sdk.values.plain import usable
from assay.wire import limits, media

_CLASS_ID_MAX = 999_999_999
_PNG_COLOUR, _PNG_INTERLACE = 25, 28  # places in a PNG's first bytes
_ONE_NUMBER_A_PIXEL = (0, 3)  # gray, or places in a palette
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
_FORMATS = {"png": "png", "jpg": "jpg", "jpeg": "jpg", "webp": "webp", "gif": "gif", "bmp": "bmp"}


class Image(Media):
    """A picture: an array (H×W or H×W×C, floats or whole numbers), a tensor (C×H×W), a PIL image, a matplotlib figure, a file's
    path, its bytes, or an http address that is shown from where it is.

    `masks`: {group: {"mask_data": class ids H×W, "class_labels": {id: name}}}; `boxes`: {group: {"box_data": […],
    "class_labels": {id: name}}}; `classes`: {id: name}, or W&B's list of {"id", "name"}. `file_type`: png, jpg, webp, gif or bmp,
    for what is not encoded yet. `normalize`: how numbers become gray, see `docs/reference/media.md`. `mode`: of PIL, as which an
    array or a PIL image is kept. `grouping` is accepted for older scripts and has no meaning."""

    folder = "images"

    def __init__(
        self,
        data_or_path: Any,
        mode: str | None = None,
        caption: str | None = None,
        grouping: int | None = None,  # noqa: ARG002
        classes: Any = None,
        boxes: Mapping[str, Mapping[str, Any]] | None = None,
        masks: Mapping[str, Mapping[str, Any]] | None = None,
        file_type: str | None = None,
        normalize: bool = True,
    ) -> None:
        self._raw: tuple[RawImage, bytes] | None = None
        self._file: Path | bytes | None = None
        self._url = ""
        self._head = PictureHead("", 0, 0)
        self._range: list[float] | None = None
        self._masks: dict[str, _Mask] = {}
        self._boxes: dict[str, media.Boxes] = {}
        self._classes: dict[str, str] = {}
        self._left_out: list[tuple[str, str]] = []
        self._caption = shown_caption(caption)
        super().__init__(data_or_path, mode, classes, boxes, masks, file_type, normalize)

    def _make(
        self, given: Any, mode: str | None, classes: Any, boxes: Any, masks: Any, file_type: str | None, normalize: bool
    ) -> None:  # fmt: skip
        self._take(given, mode, _format(file_type), normalize=normalize)
        self._classes = _labels(classes)
        for name, given_mask in _groups("masks", masks).items():
            try:
                self._masks[name] = _Mask(given_mask, self._head)
            except Unusable as error:
                self._left_out.append((f"mask {name}", str(error)))
        for name, group in _groups("boxes", boxes).items():
            self._boxes[name] = self._read_boxes(name, group)

    def _take(self, given: Any, mode: str | None, wanted: str, *, normalize: bool) -> None:
        if isinstance(given, Image):
            raise Unusable("it is an Image already")
        if isinstance(given, str) and given.startswith(("http://", "https://")):
            if len(given) > limits.URL_CHARS:
                raise Unusable(f"an address of {len(given)} characters; the limit is {limits.URL_CHARS} (URL_CHARS)")
            self._url = str(usable(given))
        elif (path := local_file(given)) is not None:
            with path.open("rb") as file:
                self._take_file(path, file.read(picture_heads.HEAD_BYTES))
        elif is_of(given, "PIL"):
            self._take_pil(given, mode, wanted, normalize=normalize)
        elif (figure := figure_of(given)) is not None:
            width, height, pixels = drawn(figure)
            self._take_raw(RawImage("RGBA", width, height, wanted), pixels)
        elif (content := bytes_of(given)) is not None:
            self._take_file(content, content[: picture_heads.HEAD_BYTES])
        else:
            self._take_array(as_array(given), hasattr(type(given), "detach"), mode, wanted, normalize=normalize)

    def _take_file(self, file: Path | bytes, start: bytes) -> None:
        head = picture_heads.read(start)
        name = str(file)[:200] if isinstance(file, Path) else "what was given"
        if head is None:
            if isinstance(file, Path) and file.suffix.lower() == ".svg" and b"<svg" in start:
                head = PictureHead("svg", 0, 0)
            else:
                raise Unusable(f"{name} is no picture that can be shown (png, jpg, webp, gif, bmp, avif or svg), or is damaged")
        if head.format != "svg":
            _check_size(head.width, head.height)
        self._file, self._head = file, head

    def _take_pil(self, image: Any, mode: str | None, wanted: str, *, normalize: bool) -> None:
        _check_size(*image.size)
        if mode is not None:
            image = image.convert(mode)
        if image.mode in ("I", "F") or image.mode.startswith("I;16"):
            self._take_array(numpy().asarray(image), False, None, wanted, normalize=normalize)
            return
        kept = image.mode if image.mode in ("L", "LA", "RGB", "RGBA") else _without_palette(image)
        image = image if kept == image.mode else image.convert(kept)
        self._take_raw(RawImage(kept, image.width, image.height, wanted), image.tobytes())

    def _take_array(self, array: Any, is_tensor: bool, mode: str | None, wanted: str, *, normalize: bool) -> None:
        pixels = _as_picture(array, is_tensor)
        height, width = pixels.shape[:2]
        _check_size(width, height)
        pixels, self._range = stretched(pixels, normalize=normalize)
        kept = _MODES[pixels.shape[2] if pixels.ndim == 3 else 1]
        if mode is not None and mode != kept:
            from_pil = _pil(f"mode={mode!r}")
            flat = pixels[:, :, 0] if kept == "L" and pixels.ndim == 3 else pixels
            self._take_pil(from_pil.fromarray(numpy().ascontiguousarray(flat)), mode, wanted, normalize=normalize)
            return
        self._take_raw(RawImage(kept, width, height, wanted), pixels.tobytes())  # type: ignore[arg-type]

    def _take_raw(self, raw: RawImage, pixels: bytes) -> None:
        if raw.format != "png":
            _pil(f"file_type={raw.format!r}")
        self._raw, self._head = (raw, pixels), PictureHead(raw.format, raw.width, raw.height)

    def _read_boxes(self, name: str, group: Mapping[str, Any]) -> media.Boxes:
        given = group.get("box_data")
        if not isinstance(given, Sequence) or isinstance(given, str | bytes):
            self._left_out.append((f"boxes {name}", "box_data is no list of boxes"))
            given = []
        if len(given) > limits.IMAGE_BOXES:
            reason = f"{len(given)} boxes; the first {limits.IMAGE_BOXES} are kept (IMAGE_BOXES)"
            self._left_out.append((f"boxes {name}", reason))
        kept, reasons = [], []
        for box in given[: limits.IMAGE_BOXES]:
            try:
                kept.append(_box(box))
            except Unusable as error:
                reasons.append(str(error))
        if reasons:
            self._left_out.append((f"boxes {name}", f"{len(reasons)} of {len(given)} boxes are left out: {reasons[0]}"))
        return media.Boxes(box_data=kept, class_labels=_labels(group.get("class_labels")))

    def _stored(self, shelf: Shelf) -> media.Media:
        for what, reason in self._left_out:
            shelf.refuse(what, reason)
        head = self._head
        path: str | None = None
        if isinstance(self._file, Path):
            path = shelf.copy(self.folder, head.format, self._file)
        elif self._file is not None:
            path = shelf.content(self.folder, head.format, [self._file])
        elif self._raw is not None:
            raw, pixels = self._raw
            path = shelf.stage(self.folder, raw.format, raw, [pixels])
        return media.Image(
            path=path,
            url=self._url or None,
            format=head.format or None,  # type: ignore[arg-type]
            width=head.width or None,
            height=head.height or None,
            caption=self._caption,
            range=self._range,
            masks={name: mask.stored(shelf) for name, mask in self._masks.items()},
            boxes=self._boxes,
            classes=self._classes,
        )


class _Mask:
    """One group of class ids, as a gray PNG."""

    def __init__(self, given: Mapping[str, Any], image: PictureHead) -> None:
        self._labels = _labels(given.get("class_labels"))
        self._file: Path | None = None
        self._raw: tuple[RawImage, bytes] | None = None
        if given.get("mask_data") is not None:
            self._raw = _mask_pixels(as_array(given["mask_data"]))
            width, height = self._raw[0].width, self._raw[0].height
        elif (path := local_file(given.get("path"))) is not None:
            with path.open("rb") as file:
                start = file.read(picture_heads.HEAD_BYTES)
            head = picture_heads.read(start)
            if head is None or head.format != "png" or len(start) <= _PNG_INTERLACE:
                raise Unusable(f"{path} is no PNG; a mask is one of 8 or 16 bits of gray")
            if start[_PNG_COLOUR] not in _ONE_NUMBER_A_PIXEL or start[_PNG_INTERLACE]:
                raise Unusable(
                    f"{path} is in colour or interlaced; a mask is a PNG of 8 or 16 bits of gray, a class id per pixel"
                )
            self._file, width, height = path, head.width, head.height
        else:
            raise Unusable("a mask has mask_data (class ids, H×W) or the path of a PNG")
        if (image.width and width > image.width) or (image.height and height > image.height):
            raise Unusable(f"it is {width} × {height} pixels, larger than the image of {image.width} × {image.height}")
        self._width, self._height = width, height

    def stored(self, shelf: Shelf) -> media.Mask:
        if self._raw is not None:
            raw, pixels = self._raw
            path = shelf.stage("images/mask", "png", raw, [pixels])
        else:
            assert self._file is not None
            path = shelf.copy("images/mask", "png", self._file)
        return media.Mask(path=path, width=self._width, height=self._height, class_labels=self._labels)


def _mask_pixels(array: Any) -> tuple[RawImage, bytes]:
    np = numpy()
    if array.ndim == 3 and 1 in (array.shape[0], array.shape[2]):
        array = array[0] if array.shape[0] == 1 else array[:, :, 0]
    if array.ndim != 2 or not array.size:
        raise Unusable(f"a mask has two dimensions, not the shape {array.shape}")
    height, width = array.shape
    _check_size(width, height)
    if array.dtype.kind == "f":
        if not (np.isfinite(array).all() and (array == np.floor(array)).all()):
            raise Unusable("a mask is of class ids, whole numbers from 0 to 65535; it has other numbers")
        low, high = float(array.min()), float(array.max())
    else:
        low, high = int(array.min()), int(array.max())
    if low < 0 or high > 65535:
        raise Unusable(f"a mask is of class ids from 0 to 65535; it has ids from {low} to {high}")
    if high <= 255:
        return RawImage("L", width, height, "png"), array.astype(np.uint8).tobytes()
    return RawImage("I;16B", width, height, "png"), array.astype(">u2").tobytes()


def _as_picture(array: Any, is_tensor: bool) -> Any:
    """H×W or H×W×C. Raises Unusable, saying the shape."""
    shape = array.shape
    while array.ndim > 3 and array.shape[0] == 1:
        array = array[0]
    if array.ndim == 3 and is_tensor:
        array = array.transpose(1, 2, 0)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or not array.size or (array.ndim == 3 and array.shape[2] > 4):
        hint = ""
        if array.ndim == 4:
            hint = ". For a batch, log a list of images"
        elif array.ndim == 3 and array.shape[0] <= 4 and not is_tensor:
            hint = ". Put the channels last: array.transpose(1, 2, 0)"
        expected = "C×H×W" if is_tensor else "H×W×C"
        raise Unusable(f"an array of the shape {shape}; expected H×W or {expected} with up to four channels{hint}")
    return array


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise Unusable(f"a picture of {width} × {height} pixels")
    if max(width, height) > limits.MEDIA_SIDE or width * height > limits.IMAGE_PIXELS:
        raise Unusable(
            f"a picture of {width} × {height} pixels; the limit is {limits.IMAGE_PIXELS} of them (IMAGE_PIXELS), "
            f"and {limits.MEDIA_SIDE} on a side (MEDIA_SIDE)"
        )


def _format(file_type: str | None) -> str:
    found = _FORMATS.get(file_type.lower() if isinstance(file_type, str) else "png" if file_type is None else "")
    if found is None:
        raise Unusable(f"file_type is {file_type!r:.60}; expected one of {', '.join(_FORMATS)}")
    return found


def _pil(what: str) -> Any:
    if importlib.util.find_spec("PIL") is None:
        raise Unusable(f'{what} needs Pillow: pip install "assay[media]"')
    import PIL.Image

    return PIL.Image


def _without_palette(image: Any) -> Any:
    if image.mode in ("1", "L"):
        return "L"
    has_alpha = image.mode in ("PA", "La", "RGBa") or "transparency" in image.info
    return "RGBA" if has_alpha else "RGB"


def figure_of(given: Any) -> Any:
    """The matplotlib figure that is given: itself, by its axes, by seaborn's grid, or pyplot's current one; None for else."""
    if is_of(given, "matplotlib", "seaborn"):
        figure = given if hasattr(given, "savefig") and hasattr(given, "axes") else getattr(given, "figure", None)
        return figure if hasattr(figure, "canvas") else getattr(figure, "figure", None)
    if getattr(given, "__name__", "") == "matplotlib.pyplot":
        return given.gcf()
    return None


def drawn(figure: Any) -> tuple[int, int, bytes]:
    """Width, height and RGBA pixels of a matplotlib figure. It is drawn here, in the script's thread: no other may touch it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    before = figure.canvas
    try:
        canvas: Any = FigureCanvasAgg(figure)
        width, height = (max(1, round(length)) for length in figure.bbox.size)
        _check_size(width, height)
        canvas.draw()
        pixels = canvas.buffer_rgba()
        return pixels.shape[1], pixels.shape[0], bytes(pixels)
    finally:
        figure.set_canvas(before)


def _groups(what: str, given: Any) -> dict[str, Mapping[str, Any]]:
    if given is None:
        return {}
    if not isinstance(given, Mapping) or not all(isinstance(group, Mapping) for group in given.values()):
        raise Unusable(f"{what} must be a dictionary of dictionaries, one a group: {{'predictions': {{…}}}}")
    if len(given) > limits.IMAGE_GROUPS:
        raise Unusable(f"{len(given)} groups of {what}; the limit is {limits.IMAGE_GROUPS} (IMAGE_GROUPS)")
    return {shown(name, limits.LABEL_CHARS): group for name, group in given.items()}


def _labels(given: Any) -> dict[str, str]:
    """{id: name} from a dictionary, from W&B's list of {"id", "name"}, or from an object with such a list."""
    if given is None:
        return {}
    given = getattr(given, "_class_set", given)
    if isinstance(given, Mapping):
        pairs = list(given.items())
    elif isinstance(given, Sequence) and all(isinstance(each, Mapping) and {"id", "name"} <= each.keys() for each in given):
        pairs = [(each["id"], each["name"]) for each in given]
    else:
        raise Unusable('classes must be {id: name}, or a list of {"id": …, "name": …}')
    if len(pairs) > limits.CLASS_LABELS:
        raise Unusable(f"{len(pairs)} classes; the limit is {limits.CLASS_LABELS} (CLASS_LABELS)")
    return {_class_id(number): shown(name, limits.LABEL_CHARS) for number, name in pairs}


def _class_id(given: Any) -> str:
    try:
        number = int(given)
    except (TypeError, ValueError, OverflowError):
        raise Unusable(f"the id of a class must be a whole number; found {given!r:.60}") from None
    if abs(number) > _CLASS_ID_MAX:
        raise Unusable(f"the id of a class must be a whole number of up to nine digits; found {number!r:.60}")
    return str(number)


def _box(given: Any) -> media.Box:
    if not isinstance(given, Mapping):
        raise Unusable(f"a box is a dictionary, not a {type(given).__name__}")
    try:
        value = {name: each for name, each in usable(dict(given)).items() if each is not None}
        box = msgspec.convert(value, media.Box)
    except msgspec.ValidationError as error:
        raise Unusable(f"a box that is none: {error}"[:250]) from None
    if not box.position.is_whole:
        raise Unusable("a box without a position: expected minX, maxX, minY and maxY, or middle, width and height")
    if not all(map(math.isfinite, box.position.numbers)):
        raise Unusable("a box with a position that is not finite")
    return box
