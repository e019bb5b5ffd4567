from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assay.wire import limits, media
from assay.wire.media import InvalidMedia

VECTORS: dict[str, list[dict[str, Any]]] = json.loads((Path(__file__).parents[2] / "vectors/media.json").read_text())
IMAGE = VECTORS["valid"][0]["value"]


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["name"])
def test_a_valid_value_is_read_and_written_as_it_was(vector: dict[str, Any]) -> None:
    found = media.decode(vector["value"])
    written = [media.encode(each) for each in found]
    given = vector["value"] if isinstance(vector["value"], list) else [vector["value"]]
    for before, after in zip(given, written, strict=True):
        assert after.items() >= {name: value for name, value in after.items() if name not in before}.items()
        assert media.decode(after) == media.decode(before)
    assert media.is_media(vector["value"])


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda vector: vector["name"])
def test_an_invalid_value_is_refused_with_its_place(vector: dict[str, Any]) -> None:
    with pytest.raises(InvalidMedia) as refused:
        media.decode(vector["value"])
    assert str(refused.value).startswith("This is not a media value: ")
    assert len(str(refused.value)) < 700


def test_there_is_a_valid_vector_of_every_type() -> None:
    values = [vector["value"] for vector in VECTORS["valid"] if isinstance(vector["value"], dict)]
    assert {value["_type"] for value in values} == set(media.TYPES)


def test_a_value_survives_the_rows_own_encoding() -> None:
    for vector in VECTORS["valid"]:
        carried = msgspec.msgpack.decode(msgspec.msgpack.encode(vector["value"]))
        assert media.decode(carried) == media.decode(vector["value"])


def test_every_path_is_found() -> None:
    by_name = {vector["name"]: media.decode(vector["value"])[0] for vector in VECTORS["valid"]}
    assert len(list(media.paths(by_name["image, every field"]))) == 3
    assert list(media.paths(by_name["image by its address"])) == []
    assert len(list(media.paths(by_name["video"]))) == 2
    assert list(media.paths(by_name["scene"])) == ["media/object3D/s_3_13.points", "media/images/front_3_14.jpg"]


def test_a_long_list_is_refused() -> None:
    with pytest.raises(InvalidMedia, match="MEDIA_LIST"):
        media.decode([IMAGE] * (limits.MEDIA_LIST + 1))


def test_the_fault_of_a_list_names_its_entry() -> None:
    with pytest.raises(InvalidMedia, match="entry 1: image-file"):
        media.decode([IMAGE, {**IMAGE, "width": 0}])


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_positions_are_finite(number: float) -> None:
    position = {"minX": number, "maxX": 1, "minY": 0, "maxY": 1}
    with pytest.raises(InvalidMedia, match="not finite"):
        media.decode({**IMAGE, "boxes": {"p": {"box_data": [{"position": position}]}}})
    cloud = {"_type": "object3D-file", "path": "a.points", "format": "points"}
    with pytest.raises(InvalidMedia, match="not finite"):
        media.decode({**cloud, "boxes": [{"center": [0, 0, number], "size": [1, 1, 1]}]})
    with pytest.raises(InvalidMedia, match="time"):
        media.decode({"_type": "scene-3d", "frames": [{"time": number}]})


def test_a_histogram_or_a_plain_file_is_no_media() -> None:
    for value in ({"_type": "histogram"}, {"_type": "file", "path": "values/a.json"}, [], [1], "image-file", {"_type": ["text"]}):
        assert not media.is_media(value)


def test_a_list_that_became_a_file_says_what_it_holds() -> None:
    assert media.media_type({"_type": "file", "path": "values/a.json", "bytes": 9, "holds": "image-file"}) == "image-file"


def test_deep_nesting_is_refused_and_not_a_crash() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    with pytest.raises(InvalidMedia):
        media.decode({"_type": "vega-lite", "path": "../a.json", "spec": deep})
