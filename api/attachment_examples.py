"""What the answers to units about files and signatures look like; a test holds them to the shapes they document."""

from __future__ import annotations

from typing import Any

_PHOTO: dict[str, Any] = {
    "id": "7c0f4d1e-52a5-4b41-9d0c-6e0a7a1b9f10",
    "purpose": {"code": "evidence", "name": "办理佐证"},
    "name": "修复后照片.jpg",
    "kind": "jpeg",
    "size": 412_380,
    "sha256": "4b1f3a9c2d7e5f60" * 4,
    "kept_sha256": "9e2c7d41b8a3f056" * 4,
    "width": 2560,
    "height": 1920,
    "added_at": "2026-03-04T10:05:00+08:00",
    "added_role": "unit",
    "added_unit": {"code": "municipal-parks", "name": "区市政园林服务中心"},
    "has_thumbnail": True,
}


def attachment_examples(detail: dict[str, Any], progress: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """By the name of the answer's shape; `detail` and `progress` are those of the petition."""
    added = {"attachment_id": _PHOTO["id"], "sha256": _PHOTO["sha256"]}
    return {
        "Attachments": {
            "case_number": detail["case_number"],
            "items": [_PHOTO],
            "allowed_actions": detail["allowed_actions"],
        },
        "Signatures": {
            "items": [
                {"id": detail["id"], "signed": True, "version": 4, "code": "", "reason": ""},
                {
                    "id": "8c1f0a6e-0a4b-4c0e-9a39-0d6b5d8f2a10",
                    "signed": False,
                    "version": None,
                    "code": "forbidden-transition",
                    "reason": "当前为“办理中”，不能签收，请刷新后查看可执行的操作",
                },
            ],
            "signed": 1,
        },
        "Attached": detail | added,
        "AttachedByCode": progress | added,
    }
