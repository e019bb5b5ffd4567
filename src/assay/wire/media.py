"""Media as logged values: dictionaries with `_type`, in the row that names the step; their contents are run files below `media/`.

The names and fields are those W&B's clients write, where these exist. Every `path` names a file of the run. The row is written
before its files are: a path that the run has no file for is a content that is still being encoded, on its way, or refused.
`docs/reference/media.md` shows each form; `tests/vectors/media.json` is read by the web application's tests as well."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from assay.wire import limits
from assay.wire.errors import PublicError
from assay.wire.names import is_file_path

Size = Annotated[int, Meta(ge=0)]
Length = Annotated[int, Meta(ge=1, le=limits.MEDIA_SIDE)]
Count = Annotated[int, Meta(ge=0)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Path = Annotated[str, Meta(min_length=1, max_length=limits.FILE_PATH_BYTES)]
Label = Annotated[str, Meta(max_length=limits.LABEL_CHARS)]
Caption = Annotated[str, Meta(max_length=limits.CAPTION_CHARS)]
Color = Annotated[list[Annotated[int, Meta(ge=0, le=255)]], Meta(min_length=3, max_length=3)]
Point2 = Annotated[list[float], Meta(min_length=2, max_length=2)]
Point3 = Annotated[list[float], Meta(min_length=3, max_length=3)]
Quaternion = Annotated[list[float], Meta(min_length=4, max_length=4)]
Matrix3 = Annotated[list[Point3], Meta(min_length=3, max_length=3)]
Matrix4 = Annotated[list[Quaternion], Meta(min_length=4, max_length=4)]
ClassLabels = Annotated[dict[Annotated[str, Meta(pattern=r"^-?[0-9]{1,9}$")], Label], Meta(max_length=limits.CLASS_LABELS)]

ImageFormat = Literal["png", "jpg", "jpeg", "webp", "gif", "bmp", "avif", "svg"]
VideoFormat = Literal["mp4", "webm", "ogg", "gif"]
AudioFormat = Literal["wav", "flac", "mp3", "ogg", "m4a"]
MeshFormat = Literal["obj", "glb", "gltf", "stl", "ply", "babylon", "points"]
MoleculeFormat = Literal["pdb", "pqr", "mmcif", "mcif", "cif", "sdf", "sd", "gro", "mol", "mol2", "mmtf", "xyz", "smiles"]
Syntax = Literal["text", "markdown", "json"]


class InvalidMedia(PublicError):
    code = "invalid_media"
    status = 422
    exit_code = 2
    text = "This is not a media value: {detail}"


class Content(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A file of the run. `sha256` and `size` are there where they were known when the row was written."""

    path: Path
    sha256: Sha256 | None = None
    size: Size | None = None


class Position(msgspec.Struct, omit_defaults=True):
    """Either the four edges, or `middle` with `width` and `height`; `rotation` in radians, clockwise on the screen, about the
    middle."""

    minX: float | None = None  # noqa: N815 – W&B's names
    maxX: float | None = None  # noqa: N815
    minY: float | None = None  # noqa: N815
    maxY: float | None = None  # noqa: N815
    middle: Point2 | None = None
    width: Annotated[float, Meta(ge=0)] | None = None
    height: Annotated[float, Meta(ge=0)] | None = None
    rotation: float | None = None

    @property
    def is_whole(self) -> bool:
        edges = (self.minX, self.maxX, self.minY, self.maxY)
        has_edges = None not in edges and self.middle is None
        has_middle = self.middle is not None and self.width is not None and self.height is not None
        return has_edges or (has_middle and edges == (None, None, None, None))

    @property
    def numbers(self) -> list[float]:
        single = (self.minX, self.maxX, self.minY, self.maxY, self.width, self.height, self.rotation)
        return [number for number in (*single, *(self.middle or ())) if number is not None]


class Box(msgspec.Struct, omit_defaults=True, kw_only=True):
    """`domain` pixel: in pixels of the image; otherwise in fractions of its width and height. A score that is not finite is none,
    and null in a file of JSON."""

    position: Position
    class_id: Annotated[int, Meta(ge=-(2**31), le=2**31)] | None = None
    domain: Literal["pixel"] | None = None
    box_caption: Caption | None = None
    scores: Annotated[dict[Label, float | None], Meta(max_length=limits.BOX_SCORES)] | None = None


class Boxes(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One named group of boxes."""

    box_data: Annotated[list[Box], Meta(max_length=limits.IMAGE_BOXES)]
    class_labels: ClassLabels = {}


class Mask(Content, tag_field="_type", tag="mask", kw_only=True):
    """One named group: a gray PNG of 8 or 16 bits with a class id per pixel, as wide and high as said (at most as the image)."""

    width: Length | None = None
    height: Length | None = None
    class_labels: ClassLabels = {}


class Image(msgspec.Struct, tag_field="_type", tag="image-file", omit_defaults=True, kw_only=True):
    """`range`: the numbers of an array that became black and white (see the rule of `normalize`); absent where they were kept
    as they are. `url`, in place of `path`: an image that was logged by its address and is never fetched by the server."""

    path: Path | None = None
    sha256: Sha256 | None = None
    size: Size | None = None
    format: ImageFormat | None = None
    width: Length | None = None
    height: Length | None = None
    caption: Caption | None = None
    range: Point2 | None = None
    url: Annotated[str, Meta(max_length=limits.URL_CHARS, pattern=r"^https?://")] | None = None
    masks: Annotated[dict[Label, Mask], Meta(max_length=limits.IMAGE_GROUPS)] = {}
    boxes: Annotated[dict[Label, Boxes], Meta(max_length=limits.IMAGE_GROUPS)] = {}
    classes: ClassLabels = {}


class Video(Content, tag_field="_type", tag="video-file", kw_only=True):
    """`poster`: path of a picture of it."""

    format: VideoFormat
    width: Length | None = None
    height: Length | None = None
    fps: Annotated[float, Meta(gt=0, le=1_000)] | None = None
    frame_count: Count | None = None
    poster: Path | None = None
    caption: Caption | None = None


class Audio(Content, tag_field="_type", tag="audio-file", kw_only=True):
    format: AudioFormat
    sample_rate: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    duration_s: Annotated[float, Meta(ge=0)] | None = None
    channels: Annotated[int, Meta(ge=1, le=1_024)] | None = None
    caption: Caption | None = None


class Midi(Content, tag_field="_type", tag="midi-file", kw_only=True):
    caption: Caption | None = None


class Html(Content, tag_field="_type", tag="html-file", kw_only=True):
    """Shown in a sandbox of its own origin, `height` pixels high."""

    height: Length | None = None
    caption: Caption | None = None


class Plotly(Content, tag_field="_type", tag="plotly-file", kw_only=True):
    """The file is a figure as Plotly writes it: {"data": […], "layout": {…}}."""

    caption: Caption | None = None


class Bokeh(Content, tag_field="_type", tag="bokeh-file", kw_only=True):
    """The file is a document as Bokeh's `file_html` or `json_item` writes it, by its ending: `.html` or `.json`."""

    caption: Caption | None = None


class Molecule(Content, tag_field="_type", tag="molecule-file", kw_only=True):
    format: MoleculeFormat
    caption: Caption | None = None


class Box3D(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Either eight `corners`, or `center` and `size` with `rotation`, a quaternion x y z w. `layer` names the group it is shown
    and hidden with (truth, prediction); `score` is what the slider filters by."""

    corners: Annotated[list[Point3], Meta(min_length=8, max_length=8)] | None = None
    center: Point3 | None = None
    size: Annotated[list[Annotated[float, Meta(ge=0)]], Meta(min_length=3, max_length=3)] | None = None
    rotation: Quaternion | None = None
    label: Label | None = None
    color: Color | None = None
    score: float | None = None
    layer: Label | None = None

    @property
    def is_whole(self) -> bool:
        has_middle = self.center is not None and self.size is not None
        return has_middle if self.corners is None else self.center is None


class Vector3D(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An arrow from `start` to `end`."""

    start: Point3
    end: Point3
    color: Color | None = None


Boxes3D = Annotated[list[Box3D], Meta(max_length=limits.SCENE_BOXES)]
Vectors3D = Annotated[list[Vector3D], Meta(max_length=limits.SCENE_BOXES)]


class Object3D(Content, tag_field="_type", tag="object3D-file", kw_only=True):
    """A mesh, or with format `points` a point cloud: its file is described in `docs/reference/media.md`."""

    format: MeshFormat
    point_count: Count | None = None
    boxes: Boxes3D = []
    vectors: Vectors3D = []
    caption: Caption | None = None


class Camera(msgspec.Struct, omit_defaults=True, kw_only=True):
    """`image` is a picture of `width` × `height` pixels. A point p of the scene is seen at K (E p), E being the upper three rows
    of `extrinsics` (scene → camera: x right, y down, z ahead), K `intrinsics`."""

    image: Path | None = None
    width: Length | None = None
    height: Length | None = None
    intrinsics: Matrix3 | None = None
    extrinsics: Matrix4 | None = None


class Frame(msgspec.Struct, omit_defaults=True, kw_only=True):
    """`time` in seconds links frames of several scenes. `points` is the path of a point cloud."""

    time: float
    points: Path | None = None
    boxes: Boxes3D = []
    vectors: Vectors3D = []
    cameras: Annotated[dict[Label, Camera], Meta(max_length=limits.SCENE_CAMERAS)] = {}


class Scene(msgspec.Struct, tag_field="_type", tag="scene-3d", omit_defaults=True, kw_only=True):
    """Frames ascending by time; with `path`, they lie in that file as a JSON list instead, `frame_count` of them."""

    frames: Annotated[list[Frame], Meta(max_length=limits.SCENE_FRAMES)] = []
    path: Path | None = None
    frame_count: Count | None = None
    caption: Caption | None = None


class Span(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Characters (Unicode code points) `start` ≤ i < `end` of the text."""

    start: Count
    end: Count
    label: Label
    color: Color | None = None


class Text(msgspec.Struct, tag_field="_type", tag="text", omit_defaults=True, kw_only=True):
    """`text`, or the `path` of a UTF-8 file with a longer one."""

    text: Annotated[str, Meta(max_length=limits.TEXT_CHARS)] | None = None
    path: Path | None = None
    syntax: Syntax = "text"
    spans: Annotated[list[Span], Meta(max_length=limits.TEXT_SPANS)] = []
    caption: Caption | None = None


class Chart(msgspec.Struct, tag_field="_type", tag="vega-lite", omit_defaults=True, kw_only=True):
    """A Vega-Lite chart of a logged table. `spec` is the specification with `${field:NAME}` and `${string:NAME}` for slots, or
    `preset` names one that the application has (`line`) or a team (`team/name`, `team/name/v3`). `path`: the table, as JSON
    {"columns": […], "data": [[…], …]}."""

    path: Path
    preset: Label | None = None
    spec: dict[str, Any] | None = None
    fields: Annotated[dict[Label, Annotated[str, Meta(max_length=limits.KEY_BYTES)]], Meta(max_length=limits.CHART_SLOTS)] = {}
    strings: Annotated[dict[Label, Caption], Meta(max_length=limits.CHART_SLOTS)] = {}


Media = Image | Video | Audio | Midi | Html | Plotly | Bokeh | Molecule | Object3D | Scene | Text | Chart
TYPES: dict[str, type] = {
    str(struct.__struct_config__.tag): struct
    for struct in (Image, Video, Audio, Midi, Html, Plotly, Bokeh, Molecule, Object3D, Scene, Text, Chart)
}


def is_media(value: object) -> bool:
    """Whether a history value is one of these, or a list of them, by its looks alone. O(1)."""
    return media_type(value) is not None


def media_type(value: object) -> str | None:
    """The `_type` of a media value, or of a list's first entry; None for other values. A list that was too long for its row, and
    is a file, says what it `holds`."""
    if isinstance(value, list) and value:
        value = value[0]
    if not isinstance(value, dict):
        return None
    kind = value.get("holds") if value.get("_type") == "file" else value.get("_type")
    return kind if isinstance(kind, str) and kind in TYPES else None


def decode(value: object) -> list[Media]:
    """The media of a history value in order: one, or those of a list. Raises InvalidMedia, saying where and what."""
    entries = value if isinstance(value, list) else [value]
    if len(entries) > limits.MEDIA_LIST:
        raise InvalidMedia(detail=f"a list of {len(entries)}; at most {limits.MEDIA_LIST} (MEDIA_LIST)")
    return [_decode(entry, f"entry {place}: " if isinstance(value, list) else "") for place, entry in enumerate(entries)]


def encode(media: Media) -> dict[str, Any]:
    """As a row holds it."""
    built: dict[str, Any] = msgspec.to_builtins(media)
    return built


def paths(media: Media) -> Iterator[str]:
    """Every file of the run it names, in the order of its fields; frames of a scene that lie in a file are not looked at."""
    if isinstance(media, Scene):
        for frame in media.frames:
            yield from frame_paths(frame)
    if media.path is not None:
        yield media.path
    if isinstance(media, Image):
        yield from (mask.path for mask in media.masks.values())
    if isinstance(media, Video) and media.poster is not None:
        yield media.poster


def frame_paths(frame: Frame) -> Iterator[str]:
    if frame.points is not None:
        yield frame.points
    yield from (camera.image for camera in frame.cameras.values() if camera.image is not None)


def _decode(value: object, where: str) -> Media:
    kind = value.get("_type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in TYPES:
        found = f"_type is {kind!r:.80}" if isinstance(value, dict) else f"it is a {type(value).__name__}"
        raise InvalidMedia(detail=f"{where}{found}; expected one of {', '.join(TYPES)}")
    try:
        media: Media = msgspec.convert(value, TYPES[kind])
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidMedia(detail=f"{where}{kind}: {str(error)[:300]}") from None
    if fault := _fault(media):
        raise InvalidMedia(detail=f"{where}{kind}: {fault}")
    return media


def _fault(media: Media) -> str:
    """What the types alone do not say; empty: all is well."""
    for path in paths(media):
        if not is_file_path(path):
            return f"{path!r:.120} cannot be the path of a run's file"
    match media:
        case Image():
            return _image_fault(media)
        case Object3D():
            return _scene_fault(media.boxes, media.vectors)
        case Scene():
            if bool(media.frames) == (media.path is not None):
                return "expected either frames or the path of a file with them"
            return next((fault for frame in media.frames if (fault := frame_fault(frame))), "")
        case Text():
            return _text_fault(media)
        case Chart() if (media.preset is None) == (media.spec is None):
            return "expected either a preset or a spec"
        case _:
            return ""


def _image_fault(image: Image) -> str:
    if (image.path is None) == (image.url is None):
        return "expected either the path of a file or an url"
    for name, mask in image.masks.items():
        if (mask.width or 0) > (image.width or math.inf) or (mask.height or 0) > (image.height or math.inf):
            return (
                f"mask {name!r} is {mask.width} × {mask.height} pixels, larger than the image of {image.width} × {image.height}"
            )
    for name, group in image.boxes.items():
        for place, box in enumerate(group.box_data):
            if not box.position.is_whole:
                return f"box {place} of {name!r} has no position: expected minX, maxX, minY and maxY, or middle, width and height"
            if not all(map(math.isfinite, box.position.numbers)):
                return f"box {place} of {name!r} has a position that is not finite"
    return ""


def frame_fault(frame: Frame) -> str:
    """What is wrong with a frame that was read from a file; empty: nothing."""
    if not math.isfinite(frame.time):
        return f"the time of a frame is {frame.time}"
    return _scene_fault(frame.boxes, frame.vectors)


def _scene_fault(boxes: list[Box3D], vectors: list[Vector3D]) -> str:
    for place, box in enumerate(boxes):
        if not box.is_whole:
            return f"box {place} has no position: expected eight corners, or center and size"
        if not all(map(math.isfinite, [*(box.center or ()), *(box.size or ()), *(box.rotation or ())])):
            return f"box {place} has a position that is not finite"
        if not all(math.isfinite(number) for corner in box.corners or () for number in corner):
            return f"box {place} has a corner that is not finite"
    for place, vector in enumerate(vectors):
        if not all(map(math.isfinite, [*vector.start, *vector.end])):
            return f"vector {place} is not finite"
    return ""


def _text_fault(text: Text) -> str:
    if (text.text is None) == (text.path is None):
        return "expected either text or the path of a file with it"
    length = len(text.text) if text.text is not None else math.inf
    for place, span in enumerate(text.spans):
        if not span.start < span.end <= length:
            return f"span {place} is from {span.start} to {span.end}; the text has {length} characters"
    return ""
