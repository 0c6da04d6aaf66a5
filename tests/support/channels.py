"""One message and the addresses of every channel, each leading to a recorder on loopback."""

from __future__ import annotations

from gateways.notifier import AppriseNotifier, Delivery, Message
from tests.support.receivers import HttpRecorder

MESSAGE = Message("n-1", "黄牌：RE-2022-0001 明日到期", "广济路路灯不亮，\n请于 5 月 6 日前办结。")
NOW = "2022-05-01T02:00:00Z"
SECRETS = ("secretkey123", "secretuser", "test-a", "13800000001", "广济路", "黄牌")
BOTS = {
    "wecombot": "wecombot://secretkey123",
    "dingtalk": "dingtalk://secretkey123/13800000001",
    "feishu": "feishu://secretkey123",
}
HTTP = (*BOTS, "json", "form")


def address_of(channel: str, recorder: HttpRecorder) -> str:
    return BOTS.get(channel, f"{channel}://secretuser:secretkey123@127.0.0.1:{recorder.port}/hook")


def notifier_to(recorder: HttpRecorder, timeout: float = 60.0) -> AppriseNotifier:
    return AppriseNotifier(timeout, dict.fromkeys(BOTS, f"{recorder.url}/gateway"))


def send_over(channel: str, recorder: HttpRecorder, timeout: float = 60.0) -> Delivery:
    return notifier_to(recorder, timeout).send(address_of(channel, recorder), MESSAGE)
