"""Things in space as logged values: meshes, point clouds with boxes and arrows, and scenes that change over time."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from assay.sdk.values.image import Image
from assay.sdk.values.media import (
    Media,
    Shelf,
    Unusable,
    as_array,
    bytes_of,
    ending_of,
    local_file,
    numpy,
    shown,
    shown_caption,
)
from assay.sdk.values.plain import usable
from assay.wire import limits, media

T = TypeVar("T")

_MESHES = ("obj", "glb", "gltf", "stl", "ply", "babylon")
_ALIGN = 4  # bytes; typed arrays of a browser begin at a multiple of their elements


class Object3D(Media):
    """A mesh (path of an obj, glb, gltf, stl, ply or babylon file) or a point cloud: an array N×3 (x y z), N×4 (and a category
    or an intensity) or N×6 (and red, green, blue of 0–255), or W&B's dictionary {"type": "lidar/beta", "points", "boxes",
    "vectors"}."""

    folder = "object3D"

    def __init__(self, data_or_path: Any, caption: str | None = None, **options: Any) -> None:
        self._file: Path | bytes | None = None
        self._format = ""
        self._points: _Points | None = None
        self._boxes: list[media.Box3D] = []
        self._vectors: list[media.Vector3D] = []
        self._caption = shown_caption(caption)
        super().__init__(data_or_path, options.get("file_type"))

    @classmethod
    def from_file(cls, data_or_path: Any, file_type: str | None = None) -> Object3D:
        """A mesh from a path or an open file, whose format is `file_type` where its name does not say it."""
        return cls(data_or_path, file_type=file_type)

    @classmethod
    def from_numpy(cls, data: Any) -> Object3D:
        """A point cloud from an array N×3, N×4 or N×6."""
        return cls(data)

    @classmethod
    def from_point_cloud(
        cls,
        points: Any,
        boxes: Sequence[Mapping[str, Any]] = (),
        vectors: Sequence[Mapping[str, Any]] | None = None,
        point_cloud_type: str = "lidar/beta",
    ) -> Object3D:
        """A point cloud with boxes ({"corners"} or {"center", "size", "rotation"?}, with label, color, score, layer) and arrows
        ({"start", "end"})."""
        return cls({"type": point_cloud_type, "points": points, "boxes": boxes, "vectors": vectors or ()})

    def _make(self, given: Any, file_type: str | None) -> None:
        path = local_file(given)
        if path is not None and path.name.lower().endswith(".pts.json"):
            given, path = json.loads(path.read_bytes()), None
        if path is not None or (content := bytes_of(given)) is not None:
            ending = (file_type or (ending_of(path) if path is not None else "")).lower().removeprefix(".")
            if ending not in _MESHES:
                raise Unusable(f"a mesh of the format {ending!r:.30}; expected one of {', '.join(_MESHES)}, or pts.json")
            self._file, self._format = path if path is not None else content, ending
            return
        if isinstance(given, Mapping):
            if "points" not in given:
                raise Unusable('a dictionary without "points"')
            self._boxes, self._vectors = _boxes(given.get("boxes")), _vectors(given.get("vectors"))
            given = given["points"]
        self._points, self._format = _Points(given), "points"

    def _stored(self, shelf: Shelf) -> media.Media:
        if self._points is not None:
            path = self._points.stored(shelf)
        elif isinstance(self._file, Path):
            path = shelf.copy(self.folder, self._format, self._file)
        else:
            path = shelf.content(self.folder, self._format, [self._file or b""])
        return media.Object3D(
            path=path,
            format=self._format,  # type: ignore[arg-type]
            point_count=self._points.count if self._points is not None else None,
            boxes=self._boxes,
            vectors=self._vectors,
            caption=self._caption,
        )


class Scene(Media):
    """What happens in space over time: frames {"time", "points"?, "boxes"?, "vectors"?, "cameras"?}, one or a list. Cameras are
    {name: {"image"?: whatever `Image` takes, "intrinsics"?: 3×3, "extrinsics"?: 4×4}}; `docs/reference/media.md` has the axes."""

    folder = "object3D"

    def __init__(self, frames: Any, caption: str | None = None) -> None:
        self._frames: list[_Frame] = []
        self._caption = shown_caption(caption)
        super().__init__(frames)

    def _make(self, given: Any) -> None:
        frames = [given] if isinstance(given, Mapping) else list(given)
        if not 1 <= len(frames) <= limits.SCENE_FRAMES:
            raise Unusable(f"{len(frames)} frames; expected 1 to {limits.SCENE_FRAMES} (SCENE_FRAMES)")
        for place, frame in enumerate(frames):
            try:
                self._frames.append(_Frame(frame, place))
            except Unusable as error:
                raise Unusable(f"frame {place}: {error}") from None
        self._frames.sort(key=lambda frame: frame.time)

    def _stored(self, shelf: Shelf) -> media.Media:
        frames = [frame.stored(shelf) for frame in self._frames]
        if len(frames) == 1:
            return media.Scene(frames=frames, caption=self._caption)
        path = shelf.content(self.folder, "scene.json", [msgspec.json.encode(frames)])
        return media.Scene(path=path, frame_count=len(frames), caption=self._caption)


class _Frame:
    def __init__(self, given: Any, place: int) -> None:
        if not isinstance(given, Mapping):
            raise Unusable(f"a frame is a dictionary, not a {type(given).__name__}")
        self.time = float(given.get("time", place))
        self._points = _Points(given["points"]) if given.get("points") is not None else None
        self._boxes, self._vectors = _boxes(given.get("boxes")), _vectors(given.get("vectors"))
        cameras = given.get("cameras") or {}
        if not isinstance(cameras, Mapping) or len(cameras) > limits.SCENE_CAMERAS:
            raise Unusable(f"cameras must be a dictionary of at most {limits.SCENE_CAMERAS} (SCENE_CAMERAS)")
        self._cameras = {shown(name, limits.LABEL_CHARS): _Camera(camera) for name, camera in cameras.items()}

    def stored(self, shelf: Shelf) -> media.Frame:
        frame = media.Frame(
            time=self.time,
            points=self._points.stored(shelf) if self._points is not None else None,
            boxes=self._boxes,
            vectors=self._vectors,
            cameras={name: camera.stored(shelf) for name, camera in self._cameras.items()},
        )
        if fault := media.frame_fault(frame):
            raise Unusable(fault)
        return frame


class _Camera:
    def __init__(self, given: Any) -> None:
        if not isinstance(given, Mapping):
            raise Unusable(f"a camera is a dictionary, not a {type(given).__name__}")
        image = given.get("image")
        self._image = image if image is None or isinstance(image, Image) else Image(image)
        lenses = {name: usable(given[name]) for name in ("intrinsics", "extrinsics") if given.get(name) is not None}
        self._camera = _converted(lenses, media.Camera, "a camera")
        numbers = [number for row in (*(self._camera.intrinsics or ()), *(self._camera.extrinsics or ())) for number in row]
        if not all(map(math.isfinite, numbers)):
            raise Unusable("a camera with a number that is not finite")

    def stored(self, shelf: Shelf) -> media.Camera:
        if self._image is None:
            return self._camera
        picture = self._image.store(shelf)
        return msgspec.structs.replace(
            self._camera, image=picture.get("path"), width=picture.get("width"), height=picture.get("height")
        )


class _Points:
    """Points as `docs/reference/media.md` has them."""

    def __init__(self, given: Any) -> None:
        np = numpy()
        array = as_array(given)
        if array.ndim != 2 or array.shape[1] not in (3, 4, 6):
            raise Unusable(f"points of the shape {array.shape}; expected N×3, N×4 or N×6")
        if len(array) > limits.POINT_COUNT:
            raise Unusable(f"{len(array)} points; the limit is {limits.POINT_COUNT} (POINT_COUNT). Take every n-th: points[::n]")
        places = array[:, :3].astype("<f4")
        kept = np.isfinite(places).all(axis=1)
        self.left_out = int(len(array) - kept.sum())
        if self.left_out:
            array, places = array[kept], places[kept]
        self.count = len(array)
        self._color, values = _coloured(array[:, 3:])
        self._parts = [np.ascontiguousarray(places).tobytes(), values]

    def stored(self, shelf: Shelf) -> str:
        if self.left_out:
            shelf.refuse("points", f"{self.left_out} of {self.count + self.left_out} are not finite and are left out")
        head = json.dumps({"assay": "points", "version": 1, "count": self.count, "color": self._color}).encode()
        padded = head + b" " * (-(len(head) + 1) % _ALIGN) + b"\n"
        return shelf.content("object3D", "points", [padded, *self._parts])


def _coloured(rest: Any) -> tuple[str, bytes]:
    """How the columns behind x y z are to be read, and their bytes."""
    np = numpy()
    if rest.shape[1] == 0:
        return "none", b""
    rest = np.nan_to_num(rest, nan=0.0, posinf=0.0, neginf=0.0) if rest.dtype.kind == "f" else rest
    if rest.shape[1] == 1:
        column = rest[:, 0]
        is_category = not column.size or bool((column == np.floor(column)).all() and column.min() >= 0 and column.max() <= 65535)
        return ("category", column.astype("<u2").tobytes()) if is_category else ("intensity", column.astype("<f4").tobytes())
    # Colours are of 0–255; floats that never exceed 1 are of 0–1.
    if rest.dtype.kind == "f" and rest.size and rest.max() <= 1:
        rest = rest * 255
    return "rgb", np.clip(np.rint(rest), 0, 255).astype(np.uint8).tobytes()


def _boxes(given: Any) -> list[media.Box3D]:
    kept = []
    for place, box in enumerate(_listed(given, "boxes")):
        value = usable(dict(box)) if isinstance(box, Mapping) else box
        if isinstance(value, dict) and "orientation" in value:
            value["rotation"] = value.pop("orientation")
        if isinstance(value, dict) and isinstance(turn := value.get("rotation"), dict):
            value["rotation"] = [turn.get(name, 0.0) for name in "xyzw"]
        found = _converted(_without_none(value), media.Box3D, f"box {place}")
        if not found.is_whole:
            raise Unusable(f"box {place} has no position: expected eight corners, or center and size")
        kept.append(found)
    return _finite(media.Frame(time=0.0, boxes=kept)).boxes


def _vectors(given: Any) -> list[media.Vector3D]:
    kept = []
    for place, vector in enumerate(_listed(given, "vectors")):
        value = usable(dict(vector)) if isinstance(vector, Mapping) else vector
        if isinstance(value, dict) and "direction" in value and "start" in value:
            value["end"] = [start + along for start, along in zip(value["start"], value.pop("direction"), strict=False)]
        kept.append(_converted(_without_none(value), media.Vector3D, f"vector {place}"))
    return _finite(media.Frame(time=0.0, vectors=kept)).vectors


def _finite(frame: media.Frame) -> media.Frame:
    if fault := media.frame_fault(frame):
        raise Unusable(fault)
    return frame


def _listed(given: Any, what: str) -> list[Any]:
    found = list(given) if given is not None else []
    if len(found) > limits.SCENE_BOXES:
        raise Unusable(f"{len(found)} {what}; the limit is {limits.SCENE_BOXES} (SCENE_BOXES)")
    return found


def _without_none(value: Any) -> Any:
    return {name: each for name, each in value.items() if each is not None} if isinstance(value, dict) else value


def _converted(value: Any, kind: type[T], what: str) -> T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Unusable(f"{what}: {error}"[:250]) from None
