"""What a channel is called."""

from __future__ import annotations

from domain.channels import channel_named


def test_a_known_channel_has_its_name_and_another_its_code() -> None:
    assert channel_named("wechat") == "微信"
    assert channel_named("county-radio") == "county-radio"
