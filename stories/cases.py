"""The stories that can be told. What people did in the real cases comes from public reports; words are ours."""

from __future__ import annotations

from domain.conduct import RequestType
from domain.petition import Satisfaction
from domain.reviews import Level
from services import (
    ladder,
)
from stories import acts
from stories.acts import ENFORCEMENT, HOUSING, KUANGQU, LABOUR, PARKS
from stories.sittings import (
    Sitting,
    assigned,
    attended,
    called,
    handed_to_leader,
    handed_up,
    leader_decides,
    refused_return,
    reported,
)
from stories.telling import Scene, Story, Teller, on

GUANGJI_ROAD = Story(
    name="guangji-road",
    title="广济路路灯：三次退单，一级研判，现场会商，第51天亮灯",
    source="枣庄市市中区融e通平台公开报道的真实案例；具体退单日期未见报道，为演示所设",
    begins=on(4, 30, 9, 0),
    scenes=(
        Scene(on(4, 30, 9, 10), acts.registered("广济路路灯不亮，夜间通行不便", "广济路", RequestType.HELP)),
        Scene(on(5, 5, 9, 30), acts.returned(PARKS, "该路段照明未移交", KUANGQU, "未移交设施由属地先行协调")),
        Scene(on(5, 5, 11, 0), acts.return_granted),
        Scene(on(5, 5, 11, 20), acts.dispatched(KUANGQU, "按退单单位建议人工派遣")),
        Scene(on(5, 6, 10, 0), acts.returned(KUANGQU, "街道无路灯建设养护职责", HOUSING, "新建道路设施由建设单位负责")),
        Scene(on(5, 6, 15, 0), acts.return_granted),
        Scene(on(5, 6, 15, 20), acts.dispatched(HOUSING, "按退单单位建议人工派遣")),
        Scene(on(5, 9, 10, 0), acts.returned(HOUSING, "道路已竣工验收", PARKS, "竣工后由养护单位负责")),
        Scene(on(6, 17, 10, 0), acts.meeting_decides),
        Scene(on(6, 17, 11, 0), acts.signed(PARKS)),
        Scene(on(6, 20, 16, 0), acts.done(PARKS, "更换电缆并调试", "广济路路灯已于6月20日恢复照明", on(6, 20, 15, 0))),
        Scene(on(6, 20, 17, 0), acts.approved),
        Scene(on(6, 20, 20, 30), acts.rated(Satisfaction.SATISFIED)),
    ),
)

SILENT_UNIT = Story(
    name="silent-unit",
    title="无人签收的欠薪诉求：三级计时器逐级到期，进入纪委监委督办，责令整改后办结",
    source="虚构情节，用于演示提级阶梯走到顶端",
    begins=on(7, 4, 9, 0),
    scenes=(
        Scene(on(7, 4, 9, 10), acts.registered("工地拖欠工资三个月，要求支付", "", RequestType.COMPLAINT)),
        Scene(on(8, 16, 9, 0), acts.explanation_demanded),
        Scene(on(8, 17, 9, 0), acts.explained(LABOUR)),
        Scene(
            on(8, 18, 15, 0), acts.done(LABOUR, "约谈用工单位并监督支付", "拖欠的工资已足额支付到位", on(8, 18, 14, 0))
        ),
        Scene(on(8, 19, 9, 0), acts.approved),
        Scene(on(8, 19, 10, 0), acts.disposed),
        Scene(on(8, 19, 20, 0), acts.rated(Satisfaction.BASICALLY_SATISFIED)),
    ),
)

ACCUSED_UNIT = Story(
    name="accused-unit",
    title="被反映单位回避：已派出的立即收回，由上级承办，党委督查到现场、催交说明，纪检监察约谈了结",
    source="虚构情节，用于演示回避和两种督查并行",
    begins=on(7, 4, 9, 0),
    scenes=(
        Scene(on(7, 4, 9, 10), acts.registered("文化路路灯不亮，打电话报修没有人来", "文化路", RequestType.COMPLAINT)),
        Scene(on(7, 4, 15, 0), acts.recused),
        Scene(on(7, 5, 9, 0), acts.signed(HOUSING)),
        Scene(on(7, 6, 10, 0), acts.inspected),
        Scene(on(7, 6, 11, 0), acts.supervised),
        Scene(on(7, 7, 16, 0), acts.done(HOUSING, "更换镇流器七只", "文化路路灯已全部恢复照明", on(7, 7, 15, 0))),
        Scene(on(7, 7, 17, 0), acts.approved),
        Scene(on(7, 7, 18, 0), acts.dates_looked_at),
        Scene(on(7, 8, 8, 30), acts.inspectors_answered),
        Scene(on(7, 8, 9, 0), acts.inspection_closed),
        Scene(on(7, 8, 10, 0), acts.interviewed),
        Scene(on(7, 8, 20, 0), acts.rated(Satisfaction.SATISFIED)),
    ),
)


def _referred(teller: Teller) -> None:
    ladder.refer_to_first_review(
        teller.context, teller.petition_id, acts.DESK, reason="涉及多家单位，任何一家都不能单独解决"
    )


_ON_SITE = Sitting(
    level=Level.FIRST,
    title="君山路路灯现场会商",
    at=on(5, 18, 9, 30),
    place="君山路路口",
    chair="expert-municipal",
    members=("expert-municipal", "expert-housing", "expert-enforcement", "expert-resources", "expert-justice"),
    units=((PARKS, "照明管理科科长"), (HOUSING, "建设科科长"), (KUANGQU, "副主任")),
)
_CABLE = ladder.Decision(
    lead=ladder.Task(PARKS, "修复线缆和控制箱，恢复照明", acts.days(5)),
    reason="道路已通行，照明由市政园林管养；住建移交资料，街道协调用电",
    assists=(
        ladder.Task(HOUSING, "移交道路照明竣工资料", acts.days(2)),
        ladder.Task(KUANGQU, "协调沿线用电和施工秩序", acts.days(2)),
    ),
)

MEETING = Story(
    name="meeting-decides",
    title="三次退单，专家开会议定：列入议程、登记到会、主办协办各有期限，催协办，办结",
    source="虚构情节，用于演示一级研判会议从议程到办结",
    begins=on(5, 5, 9, 0),
    scenes=(
        Scene(on(5, 5, 9, 10), acts.registered("君山路路灯整夜不亮，下夜班看不清路", "君山路", RequestType.HELP)),
        Scene(on(5, 6, 9, 30), acts.returned(PARKS, "该路段照明未移交", KUANGQU, "未移交设施由属地先行协调")),
        Scene(on(5, 6, 11, 0), acts.return_granted),
        Scene(on(5, 6, 11, 20), acts.dispatched(KUANGQU, "按退单单位建议人工派遣")),
        Scene(on(5, 7, 10, 0), acts.returned(KUANGQU, "街道无路灯养护职责", HOUSING, "新建道路设施由建设单位负责")),
        Scene(on(5, 7, 15, 0), acts.return_granted),
        Scene(on(5, 7, 15, 20), acts.dispatched(HOUSING, "按退单单位建议人工派遣")),
        Scene(on(5, 9, 10, 0), acts.returned(HOUSING, "道路已竣工验收", PARKS, "竣工后由养护单位负责")),
        Scene(on(5, 11, 10, 0), called(_ON_SITE)),
        Scene(on(5, 18, 9, 30), attended(_ON_SITE)),
        Scene(on(5, 18, 11, 0), assigned(Level.FIRST, _CABLE, "现场查看，线缆被挖断，三家单位到场确认")),
        Scene(on(5, 18, 14, 0), acts.signed(PARKS)),
        Scene(on(5, 19, 10, 0), reported(acts.at_unit(HOUSING), "竣工资料已移交")),
        Scene(on(5, 23, 9, 0), reported(acts.at_unit(KUANGQU), "用电已协调，沿线商户已告知")),
        Scene(on(5, 24, 16, 0), acts.done(PARKS, "更换线缆并调试", "君山路路灯已恢复照明", on(5, 24, 15, 0))),
        Scene(on(5, 24, 17, 0), acts.approved),
        Scene(on(5, 24, 20, 30), acts.rated(Satisfaction.SATISFIED)),
    ),
)

_EXPERTS_MEET = Sitting(
    level=Level.FIRST,
    title="中心街夜市噪声专题研判",
    at=on(5, 12, 15, 0),
    place="区综治中心会议室",
    chair="expert-enforcement",
    members=("expert-enforcement", "expert-justice", "expert-civil", "expert-labour"),
    units=((ENFORCEMENT, "市容科科长"), (KUANGQU, "副主任")),
)
_FINAL = ladder.Decision(
    lead=ladder.Task(ENFORCEMENT, "划定夜市范围和时段，逐户落实降噪", acts.days(7)),
    reason="夜市存废由区里定：保留，限时限区，综合执法主办，街道协办",
    assists=(ladder.Task(KUANGQU, "与商户和居民签订公约", acts.days(5)),),
)

LEADERS_DECIDE = Story(
    name="leaders-decide",
    title="超出各部门职权：专家提请二级研判，领导小组交分管领导，一锤定音，不得再退",
    source="虚构情节，用于演示二级研判",
    begins=on(5, 5, 9, 0),
    scenes=(
        Scene(on(5, 5, 9, 10), acts.registered("中心街夜市占道经营，夜里吵到一点多", "中心街", RequestType.COMPLAINT)),
        Scene(on(5, 6, 9, 0), _referred),
        Scene(on(5, 10, 9, 0), called(_EXPERTS_MEET)),
        Scene(on(5, 12, 15, 0), attended(_EXPERTS_MEET)),
        Scene(on(5, 12, 16, 0), handed_up("夜市去留超出各部门职权", "取缔与保留各有理由，须由区里决定")),
        Scene(on(5, 16, 10, 0), handed_to_leader("leader-construction", "由分管领导召集有关单位商定")),
        Scene(on(5, 18, 16, 0), leader_decides(_FINAL)),
        Scene(on(5, 18, 17, 0), refused_return(acts.at_unit(ENFORCEMENT), KUANGQU)),
        Scene(on(5, 19, 9, 0), acts.signed(ENFORCEMENT)),
        Scene(
            on(5, 24, 16, 0), acts.done(ENFORCEMENT, "夜市限时限区，噪声达标", "夜市现在二十二时收摊", on(5, 24, 15, 0))
        ),
        Scene(on(5, 25, 9, 0), acts.approved),
        Scene(on(5, 25, 20, 0), acts.rated(Satisfaction.SATISFIED)),
    ),
)

DISSATISFIED = Story(
    name="dissatisfied",
    title="诉求人不满意：重办一次仍不满意，提级一级研判，会商后办好，半月内又坏、重启再办",
    source="虚构情节，用于演示评价、重办、提级和重启",
    begins=on(7, 4, 9, 0),
    scenes=(
        Scene(on(7, 4, 9, 10), acts.registered("建设路路灯不亮，夜里看不清路", "建设路", RequestType.COMPLAINT)),
        Scene(on(7, 4, 10, 0), acts.signed(PARKS)),
        Scene(on(7, 6, 16, 0), acts.done(PARKS, "更换灯泡两只", "建设路路灯已修复，请放心使用", on(7, 6, 15, 0))),
        Scene(on(7, 6, 17, 0), acts.approved),
        Scene(on(7, 7, 20, 0), acts.rated(Satisfaction.DISSATISFIED, "not-solved", "十二盏只亮了两盏")),
        Scene(on(7, 8, 9, 0), acts.signed(PARKS)),
        Scene(on(7, 11, 16, 0), acts.done(PARKS, "再换灯泡三只", "建设路路灯已再次维修，请放心使用", on(7, 11, 15, 0))),
        Scene(on(7, 11, 17, 0), acts.approved),
        Scene(on(7, 12, 20, 0), acts.rated(Satisfaction.DISSATISFIED, "came-back")),
        Scene(on(7, 14, 10, 0), acts.meeting_decides),
        Scene(on(7, 14, 11, 0), acts.signed(PARKS)),
        Scene(
            on(7, 18, 16, 0), acts.done(PARKS, "更换电缆二百米", "建设路电缆已更换，十二盏路灯全亮", on(7, 18, 15, 0))
        ),
        Scene(on(7, 18, 17, 0), acts.approved),
        Scene(on(7, 18, 20, 0), acts.rated(Satisfaction.SATISFIED)),
        Scene(on(7, 25, 20, 0), acts.reopened),
        Scene(on(7, 26, 9, 0), acts.dispatched(PARKS, "同一处路灯，仍由其办理")),
        Scene(on(7, 26, 10, 0), acts.signed(PARKS)),
        Scene(
            on(7, 27, 16, 0), acts.done(PARKS, "更换配电箱接触器", "建设路路灯已恢复，接触器已更换", on(7, 27, 15, 0))
        ),
        Scene(on(7, 27, 17, 0), acts.approved),
        Scene(on(7, 27, 20, 0), acts.rated(Satisfaction.SATISFIED)),
    ),
)

STORIES: dict[str, Story] = {
    story.name: story for story in (GUANGJI_ROAD, SILENT_UNIT, ACCUSED_UNIT, DISSATISFIED, MEETING, LEADERS_DECIDE)
}
