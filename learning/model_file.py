"""A model as bytes, and back. The bytes are arrays and nothing else: reading them cannot run anything.

A first line says what it is and in which version of this format, the second holds the digest of the content, the rest
is a compressed safetensors block. Everything is checked before any of it is used.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from learning.calibration import Calibration
from learning.errors import ModelFileError
from learning.fitting import Weights
from learning.model import Model, NameView, Record, RunView, parts_of

KIND = b"rongetong-model "
FORMAT = b"1"
MAX_BYTES = 256 << 20
"""Of a file."""
MAX_UNPACKED = 1 << 30
_DIGEST = 64
_START = len(KIND + FORMAT) + 1 + _DIGEST + 1

Parts = Mapping[str, NDArray[Any]]


def to_bytes(model: Model) -> bytes:
    """The model as it is kept in a file or a database."""
    block = zlib.compress(save(dict(parts_of(model))), 6)
    return b"".join([KIND, FORMAT, b"\n", model.version.encode(), b"\n", block])


def from_bytes(content: bytes) -> Model:
    """The model. Raises ModelFileError that says what is wrong: foreign, of another version, damaged, too large."""
    digest, block = _unwrapped(content)
    try:
        parts = load(_unpacked(block))
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ModelFileError("内容已损坏，请重新训练或换回原来的文件") from error
    model = _checked(parts)
    if model.version != digest:
        raise ModelFileError("内容与摘要不符，文件已损坏或被改动，请重新训练或换回原来的文件")
    return model


def _unwrapped(content: bytes) -> tuple[str, bytes]:
    if len(content) > MAX_BYTES:
        raise ModelFileError(f"有 {len(content) >> 20} MB，最大 {MAX_BYTES >> 20} MB")
    if not content:
        raise ModelFileError("文件是空的")
    if not content.startswith(KIND):
        raise ModelFileError("不是 rongetong dispatch train 写出的模型")
    version, _, rest = content[len(KIND) :].partition(b"\n")
    if version != FORMAT:
        shown = version[:10].decode("ascii", "replace")
        raise ModelFileError(f"格式版本是“{shown}”，本程序只读版本 {FORMAT.decode()}；请升级程序或重新训练")
    digest, _, block = rest.partition(b"\n")
    if len(content) <= _START or len(digest) != _DIGEST:
        raise ModelFileError("文件不完整，请重新复制或重新训练")
    return digest.decode("ascii", "replace"), block


def _unpacked(block: bytes) -> bytes:
    opened = zlib.decompressobj()
    try:
        content = opened.decompress(block, MAX_UNPACKED)
    except zlib.error as error:
        raise ModelFileError("内容已损坏，请重新训练或换回原来的文件") from error
    if opened.unconsumed_tail:
        raise ModelFileError(f"解开后超过 {MAX_UNPACKED >> 30} GB")
    if not opened.eof:
        raise ModelFileError("文件不完整，请重新复制或重新训练")
    if opened.unused_data:
        raise ModelFileError("内容之后还有别的数据，请换回原来的文件")
    return content


def _checked(parts: Parts) -> Model:
    """The parts as a model, if they fit together; a forged file may have a right digest and wrong parts."""
    try:
        model = _put_together(parts)
    except (KeyError, IndexError, ValueError) as error:
        raise ModelFileError("缺少内容或内容的类型不对，请重新训练") from error
    labels, views = len(model.labels), (model.words, model.runs, model.signs)
    fits = [
        labels > 1 and len(set(model.labels)) == labels and all(model.labels),
        all(len(set(view.terms)) == len(view.terms) == len(view.rarity) for view in views),
        bool(np.all(model.runs.terms[:-1] < model.runs.terms[1:])),
        model.weights.terms.shape == (sum(len(view.terms) for view in views), labels),
        model.weights.starts.shape == model.calibration.lifts.shape == (labels,),
        model.record.edges.shape == model.record.right.shape != (0,),
        model.calibration.steepness.shape == (3,),
        all(np.isfinite(part).all() for part in parts.values()),
    ]
    if not all(fits):
        raise ModelFileError("各部分对不上，请重新训练")
    return model


def _put_together(parts: Parts) -> Model:
    return Model(
        labels=_lines(parts, "labels"),
        words=NameView(_lines(parts, "words"), _array(parts, "words rarity", np.float32, 1)),
        runs=RunView(_array(parts, "runs", np.uint64, 1), _array(parts, "runs rarity", np.float32, 1)),
        signs=NameView(_lines(parts, "signs"), _array(parts, "signs rarity", np.float32, 1)),
        weights=Weights(_array(parts, "weights", np.float32, 2), _array(parts, "starts", np.float32, 1)),
        calibration=Calibration(_array(parts, "steepness", np.float64, 1), _array(parts, "lifts", np.float32, 1)),
        record=Record(_array(parts, "edges", np.float32, 1), _array(parts, "right", np.uint8, 1).astype(np.bool_)),
        rows=int(_array(parts, "rows", np.int64, 1)[0]),
    )


def _lines(parts: Parts, name: str) -> tuple[str, ...]:
    text = _array(parts, name, np.uint8, 1).tobytes().decode()
    return tuple(text.split("\n")) if text else ()


def _array(parts: Parts, name: str, kind: type[np.generic], dimensions: int) -> NDArray[Any]:
    part = parts[name]
    if part.dtype != kind or part.ndim != dimensions:
        raise ValueError(name)
    return part
