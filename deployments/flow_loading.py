"""From a deployment's entrypoint to its flow, once."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import Any

from prefect import Flow

from settings import PROJECT_ROOT


@cache
def load_flow(entrypoint: str) -> Flow[..., Any]:
    """The flow of an entrypoint, `package.module.flow` or `path/to/module.py:flow` beneath the project's root.

    Always imported as part of its package: Prefect itself loads a path as a bare module and leaves its folder at the
    head of `sys.path`, where `flows/x.py` would hide any other `x`. Raises `ImportError`, `AttributeError` or
    `TypeError`, when there is no such module, no such name, or the thing is no flow.
    """
    module, name = _module_and_name(entrypoint)
    found = getattr(importlib.import_module(module), name)
    if not isinstance(found, Flow):
        raise TypeError(f"{entrypoint} is no flow")
    return found


def _module_and_name(entrypoint: str) -> tuple[str, str]:
    if ":" not in entrypoint:
        module, _, name = entrypoint.rpartition(".")
        return module, name
    place, _, name = entrypoint.rpartition(":")
    if not place.endswith(".py"):
        return place, name
    path = (PROJECT_ROOT / Path(place)).resolve()
    if not path.is_relative_to(PROJECT_ROOT):
        raise ImportError(f"{entrypoint} is outside of the project")
    return ".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts), name
