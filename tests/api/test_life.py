"""Whole lives of petitions through the API, with the run's steps taken in between."""

from __future__ import annotations

import pendulum

import clock
from domain.actions import Actor, Role
from services import policies
from tests.api.conftest import EVIDENCE, LAMPS, OTHER, TOWN, UNIT, Api
from tests.support import steps
from tests.support.geographies import geography


def test_from_registration_to_the_archive(api: Api) -> None:
    petition, code = api.register()
    path = f"/petitions/{petition}"
    api.settle(petition)
    task = api.get("unit", "/queue").json()["items"][0]
    assert (task["id"], task["stage"]["code"], task["part"]) == (petition, "dispatched", "lead")
    assert "sign" in task["allowed_actions"]
    assert api.done("unit", f"{path}/signature")["stage"] == {"code": "in_hand", "name": "办理中"}
    api.done("unit", f"{path}/notes", {"text": "已到现场查看", "public": True})
    done = api.done("unit", f"{path}/completion", EVIDENCE)
    assert done["stage"]["code"] == "completion_submitted"
    assert done["receipt"] == done["completions"][0]["receipt"]
    waiting = api.get("desk", "/queue").json()["items"]
    assert [item["id"] for item in waiting] == [petition]
    api.done("desk", f"{path}/completion-decision", {"approved": True, "reason": "答复完整"})
    progress = api.get("anybody", f"/progress/{code}").json()
    assert progress["allowed_actions"] == ["attach", "rate"]
    assert progress["holder"]["name"] == "诉求人"
    assert "已到现场查看" in [entry["reason"] for entry in progress["timeline"]]
    rated = api.done("anybody", f"/progress/{code}/rating", {"satisfaction": "satisfied"})
    assert rated["stage"]["code"] == "rated"
    api.settle(petition)
    final = api.get("anybody", f"/progress/{code}").json()
    assert (final["stage"]["name"], final["holder"], final["allowed_actions"]) == ("已归档", None, ["reopen"])
    assert api.get("unit", "/queue").json()["items"] == []


def test_returned_designated_reviewed_and_finished(api: Api) -> None:
    petition, _ = api.dispatched()
    path = f"/petitions/{petition}"
    asked = {"reason": "该路段尚未移交", "proposed_unit": OTHER, "basis": "三定方案第三条", "not_listed": True}
    assert api.done("unit", f"{path}/return", asked)["asked"][0]["proposed_unit"]["code"] == OTHER
    assert api.get("desk", "/queue").json()["items"][0]["asked"]["basis"] == "三定方案第三条"
    api.done("desk", f"{path}/return-decision", {"granted": True, "reason": "依据充分"})
    moved = api.get("desk", path).json()
    assert (moved["stage"]["code"], moved["candidates"][0]["unit"]) == ("accepted", OTHER)
    api.done("desk", f"{path}/dispatch", {"unit": OTHER, "reason": "未移交道路归住建", "category": "municipal"})
    assert api.get("desk", path).json()["unit"]["code"] == OTHER
    api.done("desk", f"{path}/first-review", {"reason": "两家各执一词，需专题研判"})
    assert [item["id"] for item in api.get("reviewer", "/queue").json()["items"]] == [petition]
    api.done("reviewer", f"{path}/second-review", {"reason": "超出部门职能权限"})
    assert api.post("reviewer", f"{path}/assignment", _decision()).status_code == 403
    assert [item["id"] for item in api.get("leader", "/queue").json()["items"]] == [petition]
    decided = api.done("leader", f"{path}/assignment", _decision())
    assert [(item["unit"]["code"], item["part"]) for item in decided["assignments"] if not item["ended_at"]] == [
        (UNIT, "lead"),
        (TOWN, "assist"),
    ]
    assert "report" in api.get("town", path).json()["allowed_actions"]
    [mine] = [item for item in api.get("town", "/queue").json()["items"] if item["id"] == petition]
    [clock] = api.get("town", f"{path}/clock").json()["assists"]
    assert (clock["unit"]["code"], clock["due_at"], clock["then"]) == (TOWN, mine["task_due_at"], "remind_assist")
    api.done("town", f"{path}/report", {"text": "已组织居民配合施工"})
    refused = api.post("unit", f"{path}/return", asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "designated-may-not-return")
    api.done("unit", f"{path}/completion", EVIDENCE)
    assert api.stage(petition) == "completion_submitted"


def test_extended_suspended_and_overdue_under_supervision(api: Api, frozen_clock: clock.StoryClock) -> None:
    petition, _ = api.in_hand()
    path = f"/petitions/{petition}"
    api.done("unit", f"{path}/extension", {"amount": 3, "reason_code": "procurement", "reason": "需采购灯杆"})
    extended = api.done("desk", f"{path}/extension-decision", {"granted": True, "reason": "确需采购"})
    assert extended["due_at"] == "2026-03-12T17:30:00+08:00"
    api.done("desk", f"{path}/suspension", {"reason": "等待听证"})
    assert api.get("unit", f"{path}/clock").json()["handling"] is None
    frozen_clock.move_to(pendulum.datetime(2026, 3, 4, 9, tz=clock.SHANGHAI))
    resumed = api.done("unit", f"{path}/resumption")
    assert resumed["due_at"] == "2026-03-13T17:30:00+08:00"
    clocks = api.get("unit", f"{path}/clock").json()
    assert clocks["handling"]["due_at"] == resumed["due_at"]
    texts = [step["text"] for step in clocks["handling"]["steps"]]
    assert any("暂停计时（等待听证）" in text for text in texts)
    assert any("延期3个工作日" in text for text in texts)
    assert (len(clocks["pauses"]), clocks["extensions"][0]["duration"]) == (1, "3个工作日")

    assert api.get("inspector", "/inspection/overdue").json()["items"] == []
    steps.settle_until(api.context, petition, frozen_clock, pendulum.datetime(2026, 5, 30, tz=clock.SHANGHAI))
    [late] = api.get("inspector", "/inspection/overdue", unit=UNIT).json()["items"]
    assert (late["id"], late["rung"], late["card"], late["supervised"]) == (petition, 3, "red", True)
    assert late["minutes_left"] < 0
    assert api.get("inspector", "/inspection/overdue", supervised=False).json()["items"] == []

    question = {"question": "请说明逾期原因", "term": {"amount": 3}}
    demanded = api.post("inspector", f"{path}/supervision/demand", question)
    assert demanded.status_code == 200, demanded.text
    assert {"demand_explanation", "close_supervision"} < set(demanded.json()["allowed_actions"])
    assert "explain" not in demanded.json()["allowed_actions"]
    assert "explain" in api.get("unit", path).json()["allowed_actions"]
    [late] = api.get("inspector", "/inspection/overdue").json()["items"]
    assert (late["explanation"]["unit"]["code"], late["explanation"]["overdue"]) == (UNIT, False)
    explained = api.post("unit", f"{path}/supervision/answer", {"text": "备件到货延迟，已加急"})
    assert explained.status_code == 200, explained.text
    concluded = {"disposition": "rectify", "opinion": "责令三日内整改"}
    assert api.post("inspector", f"{path}/supervision/disposition", concluded).status_code == 200
    dossier = api.get("inspector", f"{path}/dossier").json()
    asked = [row for row in dossier["history"] if row["trigger"] in {"demand_explanation", "explain"}]
    dates = [row["details"]["due_at"] for row in asked]
    assert dates == ["2026-06-03T17:30:00+08:00"] * 2
    assert dossier["chain"]["intact"] is True
    assert dossier["supervision"]["disposition"] == {"code": "rectify", "name": "责令整改"}
    assert dossier["petition"]["petitioner"] is None
    assert api.done("unit", f"{path}/completion", EVIDENCE)["stage"]["code"] == "completion_submitted"


def test_asked_for_more_supplemented_and_withdrawn(api: Api) -> None:
    petition, code = api.register("法院判决后对方一直不执行")
    path = f"/petitions/{petition}"
    assert [item["id"] for item in api.get("desk", "/queue").json()["items"]] == [petition]
    api.done("desk", f"{path}/supplement-request", {"reason": "请说明判决文号"})
    progress = api.get("anybody", f"/progress/{code.lower()}").json()
    assert progress["timeline"][-1]["reason"] == "请说明判决文号"
    assert "supplement" in progress["allowed_actions"]
    api.done("anybody", f"/progress/{code}/supplement", {"text": "（2025）鲁0402民初1号"})
    api.settle(petition)
    assert api.get("desk", path).json()["text"].endswith("补充：（2025）鲁0402民初1号")
    api.done("anybody", f"/progress/{code}/withdrawal", {"reason": "已自行解决"})
    assert api.stage(petition) == "withdrawn"


def test_refused_and_accepted_by_the_desk(api: Api) -> None:
    first, code = api.register("法院判决后对方一直不执行")
    api.done("desk", f"/petitions/{first}/refusal", {"reason": "属于司法程序，请向法院申请执行"})
    progress = api.get("anybody", f"/progress/{code}").json()
    assert progress["timeline"][-1]["reason"] == "属于司法程序，请向法院申请执行"
    second, _ = api.register("小区路灯不亮，同时有仲裁事项")
    api.done("desk", f"/petitions/{second}/acceptance")
    assert api.stage(second) == "dispatched"


def test_merged_and_still_followed_by_their_own_code(api: Api) -> None:
    main, _ = api.dispatched()
    second, code = api.dispatched()
    api.done("desk", f"/petitions/{second}/merge", {"into": main, "reason": "反映同一路段"})
    progress = api.get("anybody", f"/progress/{code}").json()
    assert progress["stage"]["code"] == "merged"
    assert progress["merged_into"]["stage"]["code"] == "dispatched"
    assert progress["merged_into"]["unit"]["code"] == UNIT
    assert progress["allowed_actions"] == progress["merged_into"]["allowed_actions"]


def test_a_merged_petitioners_code_acts_on_the_case_it_became_part_of(api: Api) -> None:
    main, main_code = api.completed()
    other_main, _ = api.dispatched()
    second, code = api.dispatched()
    api.done("desk", f"/petitions/{second}/merge", {"into": other_main, "reason": "反映同一路段"})
    seen = api.get("anybody", f"/progress/{code}")
    assert seen.headers["etag"] == f'"{seen.json()["merged_into"]["version"]}"'
    left = api.post("anybody", f"/progress/{code}/withdrawal", {"reason": "已搬走"}, If_Match=seen.headers["etag"])
    assert (left.status_code, left.json()["allowed_actions"]) == (200, [])
    assert api.stage(other_main) == "dispatched"
    again = api.post("anybody", f"/progress/{code}/withdrawal")
    assert (again.status_code, again.json()["code"]) == (409, "already-withdrawn")
    assert api.post("anybody", f"/progress/{main_code}/rating", {"satisfaction": "satisfied"}).status_code == 200
    assert api.stage(main) == "rated"


def test_moved_reclassified_and_terminated(api: Api) -> None:
    petition, _ = api.in_hand()
    path = f"/petitions/{petition}"
    due = api.get("desk", path).json()["due_at"]
    api.done("desk", f"{path}/category", {"category": "energy", "reason": "实为供电问题"})
    moved = api.done("desk", f"{path}/redispatch", {"unit": TOWN, "reason": "权属已查明"})
    assert (moved["transfers"], moved["due_at"], moved["category"]["code"]) == (1, due, "energy")
    api.done("town", f"{path}/signature")
    ended = api.done("desk", f"{path}/termination", {"reason": "反映事项已另案处理"})
    assert (ended["stage"]["code"], ended["allowed_actions"]) == ("terminated", ["recuse"])


def test_dissatisfied_by_telephone_is_done_once_more(api: Api) -> None:
    petition, _ = api.completed()
    verdict = {"satisfaction": "dissatisfied", "reason": "还有三盏不亮"}
    api.done("follow_up", f"/petitions/{petition}/rating", verdict)
    assert api.stage(petition) == "redo"
    assert "sign" in api.get("unit", f"/petitions/{petition}").json()["allowed_actions"]


def _decision() -> dict[str, object]:
    return {
        "lead": {"unit": UNIT, "duty": "修复路灯", "term": {"amount": 3, "unit": "working_days"}},
        "assists": [{"unit": TOWN, "duty": "组织居民配合", "term": {"amount": 2}}],
        "reason": "现场会议决定",
    }


def test_a_coordinate_is_answered_with_its_place(api: Api) -> None:
    data = geography()
    policies.activate_geography(api.context, data, Actor(Role.OPERATOR, name="运维"))
    given = {"longitude": 117.58, "latitude": 34.85, "crs": "wgs84"}
    receipt = api.post("anybody", "/petitions", {"channel": "web", "text": LAMPS} | given).json()
    assert receipt["location"].startswith("坐标位于齐村一格(齐村镇)，最近点位“三号公厕”，相距 ")
    found = api.get("desk", "/petitions", case_number=receipt["case_number"]).json()
    assert (found["town"]["name"], found["location"]) == ("齐村镇", receipt["location"])
    assert (found["given_longitude"], found["given_latitude"], found["crs"]) == (117.58, 34.85, "wgs84")
    assert found["geography_version"] == data.version
    outside = {"longitude": 117.9, "latitude": 35.3, "crs": "wgs84"}
    told = api.post("anybody", "/petitions", {"channel": "web", "text": LAMPS} | outside).json()
    assert told["location"] == "坐标在本区范围以外"
    assert api.post("anybody", "/petitions", {"channel": "web", "text": LAMPS}).json()["location"] is None
