"""Media read back: the steps, the values asked for, and where their contents are."""

from __future__ import annotations

import hashlib
import io
import json
import math
from typing import Any

import msgspec
import pytest

from assay.server.services import media as service
from assay.testing.batches import EPOCH, BatchWriter
from assay.wire import limits
from assay.wire.errors import InvalidName, InvalidRequest, NotFound, Unavailable
from assay.wire.messages.media import MediaItem, MediaPage, MediaQuery, MediaSeries
from assay.wire.messages.runs import FileDraft, FilesDraft, RefusedFile, RunStart
from assay.wire.names import ProjectPath, RunPath
from tests.unit.server.services.conftest import House

PROJECT = ProjectPath("ann", "vision")


def image(name: str, **fields: Any) -> dict[str, Any]:
    return {"_type": "image-file", "path": f"media/images/{name}.png", "format": "png", **fields}


def log(house: House, run_id: str, *rows: tuple[int, dict[str, Any]]) -> None:
    path = RunPath("ann", "vision", run_id)
    house.catalog.runs.start(house.ann, path, RunStart(writer="w1"), "http://h")
    house.catalog.ingest.append(house.ann, path, BatchWriter().log(*rows))


def save(house: House, run_id: str, **files: bytes) -> None:
    path, catalog = RunPath("ann", "vision", run_id), house.catalog
    contents = {name.replace("__", "/").replace("_dot_", "."): data for name, data in files.items()}
    drafts = [FileDraft(name, f"sha256:{hashlib.sha256(data).hexdigest()}", len(data)) for name, data in contents.items()]
    for ticket in catalog.files.draft(house.ann, path, FilesDraft(drafts)).tickets:
        if ticket.upload_url:
            opened = catalog.files.open_ticket("PUT", ticket.upload_url.removeprefix("/blobs/"))
            catalog.files.receive(opened, io.BytesIO(contents[ticket.path]))
    catalog.files.draft(house.ann, path, FilesDraft(drafts, commit=True))


def ask(house: House, runs: list[str], keys: list[str], **options: Any) -> MediaPage:
    return house.catalog.media.query(house.ann, PROJECT, MediaQuery(runs, keys, **options))


def one(house: House, **options: Any) -> MediaSeries:
    (series,) = ask(house, ["r1"], ["x"], **options).series
    return series


def item(house: House, value: Any, **options: Any) -> MediaItem:
    log(house, "r1", (0, {"x": value}))
    return one(house, **options).items[0]


def test_the_newest_comes_with_all_steps_there_are(house: House) -> None:
    log(
        house,
        "r1",
        *((step, {"x": image(f"a{step}", caption=str(step)), "loss": 1.0}) for step in (0, 5, 9)),
        (10, {"loss": 1.0}),
    )
    found = one(house)
    assert (found.run, found.key, found.type, found.steps) == ("r1", "x", "image-file", [0, 5, 9])
    assert [(each.step, each.time, each.count) for each in found.items] == [(9, EPOCH + 9, 1)]
    assert found.items[0].values == [image("a9", caption="9")]


@pytest.mark.parametrize(
    ("options", "steps", "items"),
    [
        ({"steps_max": 2}, [0, 5, 9], [5, 9]),
        ({"steps_max": 10}, [0, 5, 9], [0, 5, 9]),
        ({"steps_max": 0}, [0, 5, 9], []),
        ({"at": 5}, [0, 5, 9], [5]),
        ({"at": 8}, [0, 5, 9], [5]),
        ({"at": 100, "steps_max": 2}, [0, 5, 9], [5, 9]),
        ({"at": 0, "first_step": 1}, [5, 9], [5]),
        ({"first_step": 1, "last_step": 9}, [5], [5]),
        ({"at": 0, "steps_max": 2}, [0, 5, 9], [0]),
    ],
)
def test_a_step_is_chosen_by_the_nearest_before(
    house: House, options: dict[str, Any], steps: list[int], items: list[int]
) -> None:
    log(house, "r1", *((step, {"x": image(f"a{step}")}) for step in (0, 5, 9)))
    found = one(house, **options)
    assert (found.steps, [each.step for each in found.items]) == (steps, items)


def test_other_values_under_the_key_are_passed_over(house: House) -> None:
    others = [{"_type": "histogram"}, "text", [1, 2], {"_type": "file", "path": "values/a.json"}, [], 3.0]
    log(house, "r1", *((step, {"x": value}) for step, value in enumerate(others)), (7, {"x": image("a")}))
    assert one(house, steps_max=100).steps == [7]
    assert ask(house, ["r1"], ["none"]).series == []


def test_a_content_that_arrived_has_an_address_and_others_have_none(house: House) -> None:
    value = image("a", masks={"m": {"_type": "mask", "path": "media/images/mask/m.png"}})
    log(house, "r1", (0, {"x": value}))
    save(house, "r1", media__images__a_dot_png=b"pixels")
    content = one(house).items[0].contents
    assert list(content) == ["media/images/a.png"]
    assert content["media/images/a.png"].media_type == "image/png"
    assert content["media/images/a.png"].has_thumbnail
    opened = house.catalog.files.open_ticket("GET", content["media/images/a.png"].url.removeprefix("/blobs/"))
    assert b"".join(house.catalog.files.read(opened, 0, opened.size)) == b"pixels"


def test_an_address_stays_the_same_for_a_while_and_is_good_for_an_hour(house: House) -> None:
    log(house, "r1", (0, {"x": image("a")}))
    save(house, "r1", media__images__a_dot_png=b"pixels")
    address = one(house).items[0].contents["media/images/a.png"].url
    house.clock.advance(1)
    assert one(house).items[0].contents["media/images/a.png"].url == address
    house.clock.advance(3598)
    house.catalog.files.open_ticket("GET", address.removeprefix("/blobs/"))


def test_what_will_not_come_is_said_with_its_reason(house: House) -> None:
    log(house, "r1", (0, {"x": [image("a"), image("b")]}))
    path = RunPath("ann", "vision", "r1")
    for _ in range(2):
        house.catalog.files.draft(house.ann, path, FilesDraft([], refused=[RefusedFile("media/images/b.png", "it is damaged")]))
    found = one(house).items[0]
    assert (found.contents, found.refused) == ({}, {"media/images/b.png": "it is damaged"})
    assert [(value.key, value.count) for value in house.catalog.runs.get(house.ann, path).refused] == [("media/images/b.png", 1)]


def test_a_list_is_cut_where_asked(house: House) -> None:
    found = item(house, [image(f"a{n}") for n in range(10)], list_max=3)
    assert (found.count, len(found.values)) == (10, 3)


def test_a_long_list_lies_in_a_file(house: House) -> None:
    values = [image(f"a{n}") for n in range(100)]
    log(house, "r1", (0, {"x": {"_type": "file", "path": "media/lists/x.json", "bytes": 9, "holds": "image-file"}}))
    waiting = one(house).items[0]
    assert (waiting.values, waiting.count) == ([], 0)
    assert "media/lists/x.json" in waiting.fault
    save(house, "r1", media__lists__x_dot_json=json.dumps(values).encode(), media__images__a7_dot_png=b"pixels")
    found = one(house).items[0]
    assert (found.values, found.count, found.fault) == (values, 100, "")
    assert list(found.contents) == ["media/images/a7.png"]


def test_a_score_that_is_no_number_hides_no_list(house: House) -> None:
    box = {"position": {"minX": 0.0, "maxX": 1.0, "minY": 0.0, "maxY": 1.0}, "scores": {"sure": 0.5, "odd": math.nan}}
    values = [image(f"a{n}") | {"boxes": {"found": {"box_data": [box]}}} for n in range(40)]
    log(house, "r1", (0, {"x": {"_type": "file", "path": "media/lists/x.json", "bytes": 9, "holds": "image-file"}}))
    # As the SDK writes it: JSON has null for what is not finite.
    save(house, "r1", media__lists__x_dot_json=msgspec.json.encode(values))
    found = one(house).items[0]
    assert (len(found.values), found.fault) == (40, "")
    assert found.values[0]["boxes"]["found"]["box_data"][0]["scores"] == {"sure": 0.5, "odd": None}


@pytest.mark.parametrize("content", [b"", b"[", b"3", b'[{"_type": "image-file"}]', b"[" * 100_000, b"\xff"])
def test_a_damaged_list_is_a_fault_of_its_own(house: House, content: bytes) -> None:
    log(house, "r1", (0, {"x": {"_type": "file", "path": "l.json", "holds": "image-file"}}), (1, {"x": image("a")}))
    save(house, "r1", l_dot_json=content)
    broken, whole = one(house, steps_max=2).items
    assert broken.fault
    assert not broken.values
    assert whole.values == [image("a")]


def test_an_invalid_value_is_a_fault_of_its_own(house: House) -> None:
    assert "_type" not in item(house, [image("a", width=-1)]).values
    assert "width" in one(house).items[0].fault


def test_contents_of_a_scene_in_a_file_are_named_too(house: House) -> None:
    log(house, "r1", (0, {"x": {"_type": "scene-3d", "path": "media/object3D/s.json", "frame_count": 1}}))
    frames = [{"time": 0.0, "points": "media/object3D/p.points", "cameras": {"c": {"image": "../../etc/passwd"}}}]
    save(
        house, "r1", media__object3D__s_dot_json=json.dumps(frames).encode(), media__object3D__p_dot_points=b"p"
    )  # fmt: skip
    assert set(one(house).items[0].contents) == {"media/object3D/s.json", "media/object3D/p.points"}


def test_a_scene_in_a_bucket_that_lets_nobody_in_hides_no_other_media(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    log(house, "r1", (0, {"x": {"_type": "scene-3d", "path": "s.json", "frame_count": 1}, "y": image("a")}))
    save(house, "r1", s_dot_json=b"[]")

    def shut(*_: object) -> Any:
        raise Unavailable(detail="The bucket lets nobody in.")

    monkeypatch.setattr(house.catalog.places, "read", shut)
    scene, picture = ask(house, ["r1"], ["x", "y"]).series
    assert list(scene.items[0].contents) == ["s.json"]
    assert picture.items[0].values == [image("a")]


def test_runs_and_keys_come_in_the_order_asked(house: House) -> None:
    for run in ("a", "b"):
        log(house, run, (0, {"x": image("1"), "y": image("2")}))
    page = ask(house, ["b", "a", "b", "none"], ["y", "x"])
    assert [(series.run, series.key) for series in page.series] == [("b", "y"), ("b", "x"), ("a", "y"), ("a", "x")]


def test_an_answer_holds_only_so_much(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_VALUES", 15)
    log(house, "r1", *((step, {"x": [image(f"a{n}") for n in range(10)]}) for step in range(3)))
    found = one(house, steps_max=3).items
    assert [(len(each.values), each.count) for each in found] == [(10, 10), (5, 10), (0, 10)]


def test_who_may_not_see_the_project_gets_nothing(house: House) -> None:
    log(house, "r1", (0, {"x": image("a")}))
    with pytest.raises(NotFound):
        house.catalog.media.query(house.zoe, PROJECT, MediaQuery(["r1"], ["x"]))


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"steps_max": -1}, InvalidRequest),
        ({"steps_max": limits.MEDIA_STEPS + 1}, InvalidRequest),
        ({"list_max": 0}, InvalidRequest),
        ({"first_step": 5, "last_step": 5}, InvalidRequest),
        ({"keys": [""]}, InvalidName),
        ({"keys": ["x"] * 101}, InvalidRequest),
        ({"runs": ["r"] * 101}, InvalidRequest),
    ],
)
def test_a_query_beyond_its_limits_is_refused(house: House, options: dict[str, Any], error: type[Exception]) -> None:
    log(house, "r1", (0, {"x": image("a")}))
    with pytest.raises(error):
        house.catalog.media.query(house.ann, PROJECT, MediaQuery(**{"runs": ["r1"], "keys": ["x"], **options}))


def test_the_list_of_keys_tells_which_are_media(house: House) -> None:
    text = {"_type": "text", "text": "a"}
    log(house, "r1", (0, {"x": image("a"), "list": [image("b")], "text": text, "h": {"_type": "histogram"}, "loss": 1.0}))
    kinds = {column.key: column.kinds for column in house.catalog.columns.list(house.ann, PROJECT, "metric", "", "", 100).columns}
    assert {key for key, found in kinds.items() if "media" in found} == {"x", "list", "text"}
    assert (kinds["x"][-1], kinds["list"][-1], kinds["text"][-1]) == ("image-file", "image-file", "text")


def test_the_keys_of_one_run_are_those_it_has(house: House) -> None:
    log(house, "r1", (0, {"x": image("a"), "loss": 1.0}))
    log(house, "r2", (0, {"accuracy": 1.0}))
    columns = house.catalog.columns.list(house.ann, PROJECT, "metric", "", "", 100, "r1").columns
    assert [column.key for column in columns] == ["loss", "x"]
    assert house.catalog.columns.list(house.ann, PROJECT, "system", "", "", 100, "r1").columns == []
    assert house.catalog.columns.list(house.ann, PROJECT, "metric", "", "", 100, "nobody").columns == []
    with pytest.raises(InvalidRequest, match="metric or system"):
        house.catalog.columns.list(house.ann, PROJECT, "config", "", "", 100, "r1")
