"""Sounds as logged values: samples, files, and MIDI."""

from __future__ import annotations

import contextlib
import io
import struct
import wave
from pathlib import Path
from typing import Any

from assay.sdk.values.media import (
    Media,
    Shelf,
    Unusable,
    as_array,
    bytes_of,
    ending_of,
    local_file,
    numpy,
    shown_caption,
)
from assay.wire import media

_FILES = {"wav": "wav", "wave": "wav", "flac": "flac", "mp3": "mp3", "ogg": "ogg", "oga": "ogg", "opus": "ogg", "m4a": "m4a"}
_CHANNELS_MAX = 1_024
_TURNED = 8  # channels up to which the shorter side of an array of samples is theirs


class Audio(Media):
    """A sound: samples (n, or n × channels; a tensor of channels × n is turned) with their `sample_rate`, a file's path, or its
    bytes (wav, flac, mp3, ogg, m4a). Floats are within −1 and 1; whole numbers keep their width."""

    folder = "audio"

    def __init__(self, data_or_path: Any, sample_rate: int | None = None, caption: str | None = None) -> None:
        self._content: Path | list[bytes] = []
        self._ending = "wav"
        self._rate: int | None = None
        self._channels: int | None = None
        self._duration_s: float | None = None
        self._caption = shown_caption(caption)
        super().__init__(data_or_path, sample_rate)

    def _make(self, given: Any, sample_rate: int | None) -> None:
        if (path := local_file(given)) is not None:
            if ending_of(path) not in _FILES:
                raise Unusable(f"a sound of the format {ending_of(path)!r:.30}; expected one of {', '.join(_FILES)}")
            self._content, self._ending = path, _FILES[ending_of(path)]
            if self._ending == "wav":
                self._read_wave(path.open("rb"))
        elif (content := bytes_of(given)) is not None:
            self._content, self._ending = [content], _sniffed(content)
            if self._ending == "wav":
                self._read_wave(io.BytesIO(content))
        else:
            self._take_samples(as_array(given), sample_rate)

    def _read_wave(self, file: Any) -> None:
        with contextlib.suppress(wave.Error, EOFError), file, wave.open(file, "rb") as opened:
            self._rate, self._channels = opened.getframerate(), opened.getnchannels()
            self._duration_s = opened.getnframes() / self._rate

    def _take_samples(self, array: Any, sample_rate: int | None) -> None:
        if sample_rate is None:
            raise Unusable("samples need their sample_rate")
        rate = int(sample_rate)
        if not 1 <= rate <= 10_000_000:
            raise Unusable(f"sample_rate is {sample_rate}; expected 1 to 10000000 a second")
        if array.ndim == 2 and array.shape[0] <= _TURNED < array.shape[1]:
            array = array.T
        if array.ndim not in (1, 2) or not array.size or (array.ndim == 2 and array.shape[1] > _CHANNELS_MAX):
            raise Unusable(f"an array of the shape {array.shape}; expected samples, or samples × channels")
        channels = array.shape[1] if array.ndim == 2 else 1
        data = _pcm(array)
        head = struct.pack(
            "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + data.nbytes, b"WAVE", b"fmt ", 16, 1, channels, rate,
            rate * channels * data.itemsize, channels * data.itemsize, data.itemsize * 8, b"data", data.nbytes,
        )  # fmt: skip
        self._content = [head, data.tobytes()]
        self._rate, self._channels, self._duration_s = rate, channels, len(array) / rate

    def _stored(self, shelf: Shelf) -> media.Media:
        if isinstance(self._content, Path):
            path = shelf.copy(self.folder, self._ending, self._content)
        else:
            path = shelf.content(self.folder, self._ending, self._content)
        return media.Audio(
            path=path,
            format=self._ending,  # type: ignore[arg-type]
            sample_rate=self._rate,
            channels=self._channels,
            duration_s=self._duration_s,
            caption=self._caption,
        )


class Midi(Media):
    """Notes: a MIDI file's path, its bytes, or an object that writes itself to a file, such as pretty_midi's."""

    folder = "midi"

    def __init__(self, data_or_path: Any, caption: str | None = None) -> None:
        self._content = b""
        self._caption = shown_caption(caption)
        super().__init__(data_or_path)

    def _make(self, given: Any) -> None:
        path = local_file(given)
        content = path.read_bytes() if path is not None else bytes_of(given)
        if content is None and hasattr(given, "write"):
            out = io.BytesIO()
            given.write(out)
            content = out.getvalue()
        if content is None or not content.startswith(b"MThd"):
            raise Unusable("it is no MIDI file: those begin with MThd")
        self._content = content

    def _stored(self, shelf: Shelf) -> media.Media:
        return media.Midi(path=shelf.content(self.folder, "mid", [self._content]), caption=self._caption)


def _pcm(array: Any) -> Any:
    """Little-endian samples of 16 or 32 bits, bytes as they are; what is beyond full scale is cut, NaN is silence."""
    np = numpy()
    if array.dtype.kind == "f":
        scaled = np.nan_to_num(array.astype(np.float32), nan=0.0, posinf=1.0, neginf=-1.0)
        return np.ascontiguousarray(np.clip(np.rint(scaled * 32767.0), -32768, 32767).astype("<i2"))
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    if array.dtype == np.int16 or array.dtype == np.int8:
        return np.ascontiguousarray(array.astype("<i2") * (256 if array.dtype == np.int8 else 1))
    if array.dtype == np.int32:
        return np.ascontiguousarray(array.astype("<i4"))
    raise Unusable(f"samples of the type {array.dtype}; expected floats within −1 and 1, or int16, int32, int8 or uint8")


def _sniffed(content: bytes) -> str:
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "wav"
    for magic, ending in ((b"fLaC", "flac"), (b"OggS", "ogg"), (b"ID3", "mp3"), (b"\xff\xfb", "mp3"), (b"\xff\xf3", "mp3")):
        if content.startswith(magic):
            return ending
    if content[4:8] == b"ftyp":
        return "m4a"
    raise Unusable("it is no sound that can be played (wav, flac, mp3, ogg or m4a)")
