"""Pydantic's findings in Chinese, for the problem documents. What was sent is never repeated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_REASONS = {
    "missing": "缺少此项",
    "extra_forbidden": "不认识的项，请删除或核对拼写",
    "json_invalid": "不是合法的 JSON",
    "model_attributes_type": "应为 JSON 对象",
    "model_type": "应为 JSON 对象",
    "dict_type": "应为 JSON 对象",
    "list_type": "应为列表",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "string_type": "应为文字",
    "string_sub_type": "应为文字",
    "string_unicode": "含有无法识别的字符",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "写法不符，应合 {pattern}",
    "enum": "只能是 {expected} 之一",
    "literal_error": "只能是 {expected} 之一",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "整数过大",
    "int_from_float": "应为整数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数",
    "bool_type": "只能是 true 或 false",
    "bool_parsing": "只能是 true 或 false",
    "greater_than": "须大于 {gt}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than": "须小于 {lt}",
    "less_than_equal": "不得大于 {le}",
    "timezone_aware": "时间须带时区，如 2026-03-02T09:00:00+08:00",
    "datetime_type": "应为时间，如 2026-03-02T09:00:00+08:00",
    "datetime_parsing": "应为时间，如 2026-03-02T09:00:00+08:00",
    "datetime_from_date_parsing": "应为时间，如 2026-03-02T09:00:00+08:00",
    "datetime_object_invalid": "应为时间，如 2026-03-02T09:00:00+08:00",
}
_FALLBACK = "内容不合要求，请对照接口说明"
_OURS = "value_error"
_LONGEST_NAME = 200
_PLACES = {"body", "query", "header", "path", "cookie"}


def reason_of(error: dict[str, Any]) -> str:
    """One of Pydantic's errors as a Chinese reason."""
    if error["type"] == _OURS:
        text = str(error["msg"]).removeprefix("Value error, ")
        return text if not text.isascii() else _FALLBACK  # a validator of ours speaks Chinese
    template = _REASONS.get(error["type"], _FALLBACK)
    context = {key: _listed(value) for key, value in error.get("ctx", {}).items()}
    return template.format_map(context)


def field_of(error: dict[str, Any]) -> str:
    """The name of the field as the client wrote it: `petitioner.contact`, `assists.0.unit`, or `body` for the whole."""
    parts: Sequence[Any] = error["loc"]
    if error["type"] == "json_invalid":
        return "body"
    if len(parts) > 1 and parts[0] in _PLACES:
        parts = parts[1:]
    name = ".".join(str(part) for part in parts)
    # An unknown field is named as the client wrote it, which need not even be text that can be sent back.
    return "".join(char if char.isprintable() else "\ufffd" for char in name[:_LONGEST_NAME]) or "body"


def _listed(value: object) -> object:
    return value.replace("'", "").replace(" or ", "、").replace(", ", "、") if isinstance(value, str) else value
