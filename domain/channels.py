"""By which way a report came (来源渠道), as people call it."""

from __future__ import annotations

CHANNEL_LABELS = {
    "web": "网页",
    "wechat": "微信",
    "hotline": "热线电话",
    "grid": "网格员",
    "road-chief": "路长",
    "police": "警务热线",
    "media": "媒体",
    "business": "企业",
}
"""The channels named in what is known of the platform; a key may be made for any other."""


def channel_named(code: str) -> str:
    """The channel's name; its code where a district has one of its own."""
    return CHANNEL_LABELS.get(code, code)
