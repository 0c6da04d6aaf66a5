"""What is done to accounts, keys, rules, screens and the geography, and who may do it (平台管理)."""

from __future__ import annotations

from enum import StrEnum

from domain.actions import Actor, Role

ADMINISTRATORS = frozenset({Role.OPERATOR})
"""Who opens accounts, gives out keys and puts rules in force."""
RECORD_READERS = frozenset({Role.OPERATOR, Role.INSPECTOR})
"""Who reads what was done: also somebody who does none of it."""
COMMAND_LINE = Actor(Role.OPERATOR, name="命令行")
"""Whoever works at the machine itself."""


class Act(StrEnum):
    """One thing that is done."""

    CREATE_ACCOUNT = "create_account"
    CHANGE_STANDING = "change_standing"
    LINK_ACCOUNT = "link_account"
    DISABLE_ACCOUNT = "disable_account"
    ENABLE_ACCOUNT = "enable_account"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of an act
    UNLOCK_ACCOUNT = "unlock_account"
    END_SESSIONS = "end_sessions"
    CREATE_KEY = "create_key"
    REVOKE_KEY = "revoke_key"
    UPLOAD_POLICY = "upload_policy"
    PLAN_POLICY = "plan_policy"
    ACTIVATE_POLICY = "activate_policy"
    WITHDRAW_POLICY = "withdraw_policy"
    OPEN_WALL = "open_wall"
    STOP_WALL = "stop_wall"
    ACTIVATE_GEOGRAPHY = "activate_geography"


ACT_LABELS = {
    Act.CREATE_ACCOUNT: "开通账号",
    Act.CHANGE_STANDING: "改角色和单位",
    Act.LINK_ACCOUNT: "关联统一身份",
    Act.DISABLE_ACCOUNT: "停用账号",
    Act.ENABLE_ACCOUNT: "启用账号",
    Act.RESET_PASSWORD: "重置密码",
    Act.UNLOCK_ACCOUNT: "解除锁定",
    Act.END_SESSIONS: "退出全部登录",
    Act.CREATE_KEY: "发放密钥",
    Act.REVOKE_KEY: "吊销密钥",
    Act.UPLOAD_POLICY: "上传规则",
    Act.PLAN_POLICY: "定于日后启用规则",
    Act.ACTIVATE_POLICY: "启用规则",
    Act.WITHDRAW_POLICY: "撤下规则",
    Act.OPEN_WALL: "开通大屏",
    Act.STOP_WALL: "停用大屏",
    Act.ACTIVATE_GEOGRAPHY: "启用地理数据",
}
