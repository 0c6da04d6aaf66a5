"""`docs/glossary.md`: the labels of the domain, and the words that have no label there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from domain.actions import ROLE_LABELS
from domain.attachments import PURPOSE_LABELS
from domain.bulletins import BULLETIN_LABELS
from domain.completion import CONTACT_WAY_LABELS
from domain.conduct import DEADLINE_LABELS, ORIGIN_LABELS, REQUEST_TYPE_LABELS, URGENCY_LABELS
from domain.coordinates import SYSTEM_LABELS
from domain.figures import GROUPING_LABELS
from domain.findings import DECISION_LABELS, FINDING_LABELS
from domain.gazetteer import PLACE_LABELS
from domain.lists import LACK_LABELS, LIST_LABELS, LISTED_LABELS
from domain.media import ACT_LABELS as MEDIA_ACT_LABELS
from domain.media import PUBLICATION_LABELS, STANDING_LABELS, TRACKED_LABELS
from domain.patterns import PATTERN_LABELS
from domain.periods import PERIOD_LABELS
from domain.petition import CARD_LABELS, RUNG_LABELS, SATISFACTION_LABELS
from domain.platform_delay import DELAY_LABELS
from domain.recusal import STATED_BY_LABELS
from domain.stages import STAGE_LABELS, TRIGGER_LABELS
from domain.supervision import DISPOSITION_LABELS

_WORDS: tuple[tuple[str, str, str], ...] = (
    ("petition", "诉求", "群众或企业反映的一件事；一件诉求对应一次 Prefect 流程运行"),
    ("petitioner", "诉求人", "反映诉求的人；身份只存于数据库，不进入流程、日志、标签和通知"),
    ("case number", "诉求编号", "前缀、日期和序号组成，如 SZ-20260302-00017；可公开"),
    ("query code", "查询码", "诉求人凭以查询进度和评价；只告知诉求人"),
    ("account", "账号", "工作人员登录页面用的名字，一人一个身份；办理历史记的就是它"),
    ("session", "登录", "一次登录到退出、过期或改密码为止；凭据只在本人浏览器里，台账只存其摘要"),
    ("ledger", "台账", "诉求、历史和通知所在的数据库，是唯一的事实；`services.ledger` 是唯一的写入者"),
    ("stage", "阶段", "诉求停在哪里(Prefect 的 state 另有所指)"),
    ("trigger", "操作", "使诉求移动或在历史上记一笔的事"),
    ("history", "历史", "只增不改的记录：谁、何时、做了什么、为何、依据哪版规则"),
    ("assignment", "交办", "某单位须做的事：主办或协办，有自己的时限"),
    ("lead / assisting unit", "主办 / 协办单位", "主办对诉求负总责，协办向主办反馈"),
    ("category / sub-category", "大类 / 小类", "诉求说的是什么事；每个小类只有一个牵头单位"),
    ("duty", "职责", "职责清单的一条，覆盖若干小类；部门的职责不推给镇街"),
    ("unit", "单位", "能持有诉求的镇街、部门或平台岗位"),
    ("desk", "派遣专席", "把关受理、人工派遣、审定退单和延期、审核办结的岗位"),
    ("dispatch", "派遣", "按词语和地点找出承办单位；拿不准的交派遣专席"),
    ("return", "退单", "承办单位认为不是自己的职责，说明理由和应由谁办"),
    ("transfer", "转派", "诉求由一个单位换到另一个单位"),
    ("designated unit", "指定承办", "经研判确定的承办单位，不得再退单"),
    ("ruling", "裁定", "规则对一件诉求此刻的结论：现在该做什么，或者等到什么时候"),
    ("wake", "唤醒", "叫停着的运行再看一眼数据库；本身不带任何事实，早到、重复、丢失都无妨"),
    ("parked", "停靠", "运行处于 Scheduled 状态等待下一个时限，不占进程"),
    ("deadline", "时限", "从规则推出的到期时间，能逐步说明来由"),
    ("pause", "暂停计时", "时限不走的一段时间(挂起、待补充)，各有理由"),
    ("extension", "延期", "经审定增加的时限"),
    ("ladder", "提级阶梯", "逾期或屡次退转后，诉求依次上升的台阶"),
    ("rung", "层级", "诉求在阶梯上到达的最高一级，只升不降"),
    ("first-level review", "一级研判", "专家小组召集各单位会商"),
    ("second-level review", "二级研判", "区级领导小组决定"),
    ("agenda", "议程", "等某一级研判决定的诉求，到期早的在前"),
    ("meeting", "专题研判会议", "一次议几件：谁到会、每件议定什么、交给谁办；有会议纪要"),
    ("put off", "缓议", "本次会议不作决定，时限照走"),
    ("quorum", "法定到会人数", "到会成员不足此数，会议不能决定"),
    ("on duty", "值班", "研判成员每人轮值一周，提级的诉求通知值班的人"),
    ("leader in charge", "分管领导", "领导小组交由其决定某件诉求的成员"),
    ("supervision", "督办", "纪委监委与办理并行的监督，不把诉求从承办单位手中拿走"),
    ("card", "亮牌", "到期前一个工作日黄牌，到期后第一个工作日红牌"),
    ("recusal", "回避", "被反映的单位、应当回避的账号看不到、不经办、也不被告知该诉求；已派出的立即收回"),
    ("superior", "上级承办单位", "被反映单位回避后，依规则承办其诉求的单位"),
    ("party inspection", "督查件", "党委督查对典型事项自立的件，与纪检监察的督办件并列，各自立、各自办结"),
    ("site visit", "现场督查", "党委督查到现场查看的记录：时间、地点、在场、所见、照片的 SHA-256"),
    ("platform's share", "平台延误", "平台停运、迟派、到期未及时处理的时间，不算承办单位的"),
    ("excused until", "扣除平台延误后的到期", "在此前交办结即为按时；对诉求人承诺的到期不变"),
    ("heartbeat", "心跳", "对账每次运行留下的时刻，两次相隔过久即记为停运"),
    ("outage", "停运", "平台没有运行的一段时间，由心跳发现或由运维登记，只可撤销不可改"),
    ("clock forensics", "计时核查", "改动到期时间的每一步：经办、当时距到期多久、是否临近"),
    ("ground of tolerance", "容错情形", "容错所依据的情形，列于规则"),
    ("rectification", "责令整改", "督办结论之一，有整改期限，到期由纪检监察核查"),
    ("explanation", "督办说明", "纪检监察要求某单位书面说明；诉求转走后仍由被要求的单位作出"),
    ("redo", "重办", "不满意后重新办理，仅一次，另行计时"),
    ("follow-up", "回访", "信息员向诉求人反馈并代录评价"),
    ("return visit", "办结回访", "办结后按规则抽取、由不属经办单位的信息员席位联系诉求人；每次联系都有记录"),
    ("lot", "抽签数", "由诉求 id、规则版本和办结记录校验值算出的数，小于该类比例的即抽中，可复算"),
    ("seat", "席位", "信息员的职务，不是人名"),
    ("spot check", "抽查", "诉求人已评价后的回访；说法不一的，两者都保留并标出"),
    ("merge", "并单", "同一事项的诉求合并办理，各诉求人仍各得通知、各自评价"),
    (
        "same matter / duplicate",
        "同一事项 / 疑似重复",
        "说的是一回事、又有地点或诉求人等可凭的诉求；只提示，由专席定夺，本人原文重复的才自动并单",
    ),
    ("imprint", "比对索引", "每件诉求供查重用的一组数字，看不出是谁、说了什么"),
    ("identity", "诉求人身份", "姓名和联系方式；加密存放，平时脱敏，凭用途逐次查阅"),
    ("purpose", "用途", "查阅身份为了什么，须从规则所列中选一项并写明事由"),
    ("read log", "查阅日志", "谁、何时、为何查阅了哪位诉求人的身份；只增不改，逐条相连，平台送达通知也在内"),
    ("hold", "保全", "纪检监察决定某位诉求人的身份到期也不清除，如在诉讼中"),
    ("anchor", "锚点", "每小时写下的各条校验链所到之处；另存一份在外，删改即可对出"),
    ("separation", "拆单", "并错的诉求另立一件单独办理，诉求人的查询码随之转到新件"),
    ("hot topic", "热点", "近来越来越多人反映的同一事项，以地点和小类命名"),
    ("notice", "通知", "欠某一收件人的一条消息；与引起它的变化在同一事务中写下"),
    ("outbox", "发件箱", "待发通知的队列，由任务发送并重试"),
    ("dead letter", "死信", "多次发送仍失败、等人处理的通知"),
    ("quiet hours", "静默时段", "夜间只发紧急通知的时段"),
    ("reconcile", "对账", "找出数据库与流程运行不一致的诉求并修复"),
    ("drift", "偏差", "对账时发现的不一致的件数"),
    ("invariant", "恒定条件", "任何时候都须成立的事，如每件未结诉求恰有一个有效的时限"),
    ("policy", "规则", "`policy/` 中的数据：时限、阶梯、单位、分类、派遣、通知，按版本整份保存"),
    ("figure", "指标", "一个数，有唯一的定义、截至时刻和基数，能逐件列出；定义见 docs/figures.md"),
    ("base", "基数", "率的分母：按定义计入的件数或次数"),
    ("as of", "截至时刻", "只看此刻以前写入台账的事；以后按同一时刻再算，数不变"),
    ("expected share", "应有", "单位的各大类若都像全区同类一样办理会有的率，排名时与实际比较"),
    ("report", "日报、周报、月报", "时段结束后自动做一次的指标表，截至时刻为时段末，存于台账"),
    (
        "the four lists",
        "四张清单",
        "问题、责任、进度、成效：同一批诉求的四种看法，随诉求而变，不另行填写",
    ),
    ("struck off", "销号", "诉求的闭环已合上：归档、有凭据、评价不是不满意、督办已了结；由规则定，专席可退回"),
    ("pattern / finding", "苗头", "某单位的率明显高于其他单位，值得核查；只提示，由纪检监察核实、放过或立案核查"),
    ("peers", "其他合计", "本单位(账号)以外的全部，率与之相比"),
    ("bulletin", "督导通报", "周、月结束后由平台拟稿、由纪检监察或领导签发的通报；只列已核实的苗头，不写任何人"),
    ("media tracking", "媒体跟踪", "媒体经同意后跟踪一件诉求，只见其公开的办理步骤，不见任何人和任何人写的话"),
    ("publication", "公开件", "脱敏后由人审定公开的办理过程、宣传或曝光；撤回、更正也公开"),
    ("scrub", "脱敏", "公开前去掉姓名、电话、证号、车牌、门牌等"),
    ("right of reply", "答复权", "曝光前单位在规定工作日内的答复，随曝光一并公开；逾期未答复的如实写明"),
    ("provisional", "暂定", "涉及尚未公布放假安排的年份，先按周一至周五推算，公布后重算"),
    ("make-up workday", "调休上班", "与放假调换而上班的周末"),
    ("evidence", "办结凭据", "办结时须填的联系、答复和附件"),
    ("attachment", "附件", "随诉求存放的照片或 PDF，按内容的 SHA-256 存取；照片留存前重新绘制，不带拍摄信息"),
    ("likeness", "差值指纹", "照片的 64 位指纹，缩小、重压后不变；只用来提示看上去相同的照片"),
    ("flag", "提示", "请审核人核对的事，如照片用过；机器不作认定，也不告知承办单位"),
    ("orphan", "无主文件", "上传中断留下、没有诉求引用的文件，满一日清除"),
    ("beyond duty", "超职责", "诉求要求的事不在任何承办单位职权之内，须选种类、写依据、附材料"),
    ("by default", "逾期默认", "无人在时限内审定时按规则发生的事：退单视为同意，延期视为不同意"),
    ("disposition", "督办结论", "督办了结时的处理：责令整改、约谈、通报、移交、容错、不成立"),
    ("dossier", "督办卷宗", "一件诉求的持有、退转、延期、催办和规则依据的汇总"),
    ("town / street", "镇街", "区下的镇和街道，本区 11 个"),
    ("geography", "地理数据", "镇街范围、网格和点位，单独成版本，与规则分开启用和回退"),
    ("wall", "大屏", "凭大屏码显示全区合计数的屏幕，看不到任何一件诉求"),
    ("dashboard", "总览", "现状、时段各率、走势、三级跳和热点并列，每个数可点到逐件"),
    ("grid", "网格", "镇街之内有专人负责的最小范围，附警务块和路段"),
    ("surveyed point", "点位", "实测过坐标的设施，如路灯、井盖；定位时说明最近的一个和距离"),
    ("coordinate system", "坐标系", "一对经纬度属于哪个体系：WGS-84、GCJ-02 或 BD-09；不写明的不收"),
    ("gazetteer", "地名表", "文字里的地名：镇街、村居、小区、道路和区外地名"),
    ("grid worker", "网格员", "在网格内巡查、上报的人员"),
)

_LABELS: tuple[tuple[str, Mapping[Any, str]], ...] = (
    ("阶段 Stages", STAGE_LABELS),
    ("操作 Triggers", TRIGGER_LABELS),
    ("附件用途 Purposes of files", PURPOSE_LABELS),
    ("联系方式 Ways of contact", CONTACT_WAY_LABELS),
    ("时限 Deadlines", DEADLINE_LABELS),
    ("角色 Roles", ROLE_LABELS),
    ("紧急程度 Urgencies", URGENCY_LABELS),
    ("诉求类型 Request types", REQUEST_TYPE_LABELS),
    ("提级层次 Rungs", RUNG_LABELS),
    ("亮牌 Cards", CARD_LABELS),
    ("评价 Ratings", SATISFACTION_LABELS),
    ("回避由来 Recusals", STATED_BY_LABELS),
    ("平台延误 Delays of the platform", DELAY_LABELS),
    ("督办处置 Dispositions", DISPOSITION_LABELS),
    ("来历 Origins", ORIGIN_LABELS),
    ("坐标系 Coordinate systems", SYSTEM_LABELS),
    ("地名种类 Kinds of places", PLACE_LABELS),
    ("指标分组 Groupings", GROUPING_LABELS),
    ("时段 Periods", PERIOD_LABELS),
    ("苗头 Patterns", PATTERN_LABELS),
    ("苗头的状态 Standings of findings", FINDING_LABELS),
    ("对苗头的处理 Decisions on findings", DECISION_LABELS),
    ("督导通报的状态 Standings of bulletins", BULLETIN_LABELS),
    ("媒体跟踪的状态 Standings of trackings", TRACKED_LABELS),
    ("公开件的种类 Kinds of publications", PUBLICATION_LABELS),
    ("公开件的状态 Standings of publications", STANDING_LABELS),
    ("对公开件的处理 Acts on publications", MEDIA_ACT_LABELS),
    ("四张清单 Lists", LIST_LABELS),
    ("清单状态 Standings in the lists", LISTED_LABELS),
    ("销号所缺 What is lacking", LACK_LABELS),
)


def docs_glossary() -> str:
    """The page: hand-written words first, then every label of the domain beside its name in the code."""
    lines = [
        "# 词汇 Glossary",
        "",
        "由 `domain/` 的名称表和 `cli/glossary_page.py` 生成，请勿手改；改后运行 `make docs`。",
        "",
        "| English | 中文 | 含义 |",
        "|---|---|---|",
        *(f"| {english} | {chinese} | {meaning} |" for english, chinese, meaning in _WORDS),
    ]
    for title, labels in _LABELS:
        lines += ["", f"## {title}", "", "| 代码 | 中文 |", "|---|---|"]
        lines += [f"| `{_code(item)}` | {label} |" for item, label in labels.items()]
    return "\n".join([*lines, ""])


def _code(item: Enum) -> str:
    return item.value if isinstance(item.value, str) else item.name.lower()
