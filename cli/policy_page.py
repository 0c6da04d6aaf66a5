"""`docs/policy.md`: every rule with its value, its source, what applies it and what holds it."""

from __future__ import annotations

from domain.conduct import (
    DEADLINE_LABELS,
    DECIDED_KINDS,
    ORIGIN_LABELS,
    REQUEST_TYPE_LABELS,
    URGENCY_LABELS,
    DeadlineKind,
    DeadlineRule,
    Figure,
    LimitException,
    Origin,
)
from domain.policy import Policy

_TESTS = "tests/policy/test_shipped_policy.py"
_TAXONOMY = "tests/policy/test_shipped_taxonomy.py"
_DISPATCH = "tests/policy/test_shipped_dispatch.py"
_ALARMS = "tests/policy/test_shipped_alarms.py"
_ELSEWHERE = "tests/policy/test_shipped_elsewhere.py"

_SAME = "tests/domain/test_same_matter.py"
_SAME_FOUND = "tests/services/test_same_matter.py"
_LEARNING = "tests/services/test_learning.py"
_BACKTEST = "tests/domain/test_backtest.py"
_IDENTITY = "tests/services/test_identity.py"
_PUBLICATIONS = "tests/services/test_publications.py"
_RECUSAL = "tests/domain/test_recusal.py"
_FILES = "tests/domain/test_files.py"
_PHOTOS = "tests/gateways/test_photos.py"
_STORED = "tests/services/test_attachments.py"
_SHARES = "tests/domain/test_shares.py"
_PATTERN_TESTS = "tests/domain/test_patterns.py"

_BY_CLOCK = ("domain.petition.deadlines", f"{_TESTS}::test_each_clock_runs_by_its_rule")
_BY_CARD = ("domain.petition.deadlines", f"{_TESTS}::test_the_cards_stand_around_the_deadline")
_BY_COMPARING = ("domain.same_matter.compare", f"{_SAME}::test_another_matter")
_BY_SIZE = ("domain.files.kind_of", f"{_FILES}::test_nothing_and_too_much_are_refused")
_BY_NAME = ("domain.same_matter.traits_of", f"{_SAME}::test_names_of_places")
_BY_ACTION = ("domain.actions.check", f"{_TESTS}::test_what_is_allowed_once_is_refused_the_second_time")

DEADLINE_APPLIED: dict[DeadlineKind, tuple[str, str]] = dict.fromkeys(
    (kind for kind in DeadlineKind if kind not in DECIDED_KINDS), _BY_CLOCK
) | {
    DeadlineKind.RETURN_WINDOW: ("domain.actions.check", f"{_TESTS}::test_a_return_comes_within_its_window"),
    DeadlineKind.EXTENSION_LIMIT: ("services.handling.request_extension", f"{_TESTS}::test_the_deadlines_in_force"),
    DeadlineKind.HANDLING: ("domain.petition.handling_due", f"{_TESTS}::test_handling_runs_from_the_first_dispatch"),
    DeadlineKind.REDO: ("domain.petition.handling_due", f"{_TESTS}::test_handling_runs_from_the_first_dispatch"),
    DeadlineKind.YELLOW_CARD: _BY_CARD,
    DeadlineKind.RED_CARD: _BY_CARD,
}
"""By kind: the function that applies the rule, and the test that holds it."""

_JUDGE, _REPLIES, _COURSES = "domain.patterns.judge", "domain.replies.Replies", "domain.conduct_patterns.counted_of"
_NOT_RAISED = f"{_PATTERN_TESTS}::test_what_is_not_raised"
_SAME_REPLY = "tests/domain/test_replies.py::test_short_replies_and_few_of_them_are_not_compared"
_BESIDE = (
    "domain.replies.beside_the_point",
    "tests/domain/test_replies.py::test_a_reply_that_does_not_speak_to_the_request_says_what_it_misses",
)
_PATTERNS: dict[str, tuple[str, str, str]] = {
    "patterns.window": (
        "看多少天",
        "services.patterns.look",
        "tests/services/test_patterns.py::test_a_finding_is_renewed_lapses_and_is_found_anew",
    ),
    "patterns.least_base": ("单位几件才评", _JUDGE, _NOT_RAISED),
    "patterns.least_pairs": ("两单位之间几件才评", _JUDGE, f"{_PATTERN_TESTS}::test_pairs_of_units_need_fewer_cases"),
    "patterns.least_peers": ("可比的至少几件", _JUDGE, _NOT_RAISED),
    "patterns.least_cases": ("至少几件才提示", _JUDGE, _NOT_RAISED),
    "patterns.times": ("高出几倍才提示", _JUDGE, _NOT_RAISED),
    "patterns.confidence": (
        "苗头区间的置信水平",
        _JUDGE,
        f"{_PATTERN_TESTS}::test_what_was_planted_is_found_with_all_that_tells_how_much",
    ),
    "patterns.false_share": (
        "容许的误报",
        _JUDGE,
        f"{_PATTERN_TESTS}::test_without_the_correction_chance_alone_would_flag_many",
    ),
    "patterns.last_minutes": (
        "最后几分钟算压线",
        _COURSES,
        "tests/domain/test_conduct_patterns.py::test_the_last_minutes",
    ),
    "patterns.always": (
        "多满意算件件满意",
        _JUDGE,
        f"{_PATTERN_TESTS}::test_always_satisfied_is_held_against_what_petitioners_say_themselves",
    ),
    "patterns.reply_likeness": (
        "多像算同一份答复",
        _REPLIES,
        "tests/domain/test_replies.py::test_the_same_reply_is_known_whatever_day_and_name_is_in_it",
    ),
    "patterns.reply_grams": ("多长的答复才比", _REPLIES, _SAME_REPLY),
    "patterns.reply_group": ("几件同文才算", _REPLIES, _SAME_REPLY),
    "patterns.request_likeness": (
        "多像算同一诉求",
        _REPLIES,
        "tests/domain/test_replies.py::test_many_who_report_one_matter_may_get_one_answer",
    ),
    "patterns.request_words": (
        "诉求几个实词才评",
        _REPLIES,
        "tests/domain/test_replies.py::test_a_request_of_few_words_is_not_judged",
    ),
    "patterns.shared_words": ("答复须有几个诉求的实词", *_BESIDE),
    "patterns.silent": (
        "不说明事情的词",
        "services.pattern_sources.telling_words",
        "tests/services/test_patterns.py::test_replies_beside_the_point_say_what_was_asked",
    ),
}

FIGURES_APPLIED: dict[str, tuple[str, str, str]] = {
    "ladder.return_limit": ("退单几次提级", "domain.petition.decide", f"{_TESTS}::test_too_often_climbs"),
    "ladder.transfer_limit": ("转派几次提级", "domain.petition.decide", f"{_TESTS}::test_too_often_climbs"),
    "ladder.redo_limit": ("重办次数", "domain.petition.decide", f"{_TESTS}::test_dissatisfied_is_redone_once"),
    "ladder.extension_limit": ("延期次数", *_BY_ACTION),
    "ladder.designated_may_not_return": ("指定承办不得退单", *_BY_ACTION),
    "places": ("村居", "domain.gazetteer.Gazetteer", f"{_DISPATCH}::test_towns"),
    "places.near": (
        "村居名离镇街名多近仍算地点",
        "domain.gazetteer.Gazetteer",
        "tests/domain/test_gazetteer.py::test_towns",
    ),
    "places.outside": (
        "区外地名",
        "domain.gazetteer.Gazetteer",
        "tests/domain/test_gazetteer.py::test_places_outside",
    ),
    "taxonomy.sizes": (
        "大类小类数目",
        "gateways.taxonomy_checks.check_taxonomy",
        f"{_TAXONOMY}::test_the_numbers_are_those_the_district_decided_on",
    ),
    "units": ("单位和职责", "domain.policy.Policy.office_of", f"{_TESTS}::test_eleven_towns_with_their_names"),
    "taxonomy": ("诉求大类", "domain.policy.Policy.category_name", f"{_TESTS}::test_twenty_categories_are_all_used"),
    "dispatch.threshold": ("自动派遣的最低得分", "domain.dispatch.KeywordDispatcher", f"{_DISPATCH}::test_dispatch"),
    "dispatch.margin": ("自动派遣的最小领先", "domain.dispatch.KeywordDispatcher", f"{_DISPATCH}::test_dispatch"),
    "dispatch.margin_share": (
        "领先须占最高分几成",
        "domain.dispatch.KeywordDispatcher",
        "tests/domain/test_dispatch.py::test_among_many_words_a_lead_must_be_a_share_of_the_score",
    ),
    "dispatch.proposal_weight": (
        "退单单位建议的分量",
        "domain.dispatch.KeywordDispatcher",
        f"{_DISPATCH}::test_a_proposal_comes_first_and_is_left_to_the_desk",
    ),
    "dispatch.weighing": (
        "词语在文中的分量",
        "domain.evidence.Weighing",
        "tests/domain/test_evidence.py::test_a_word_weighs_by_where_and_how_often_it_stands",
    ),
    "dispatch.weights": ("词语四档的权重", "domain.dispatch.KeywordDispatcher", f"{_DISPATCH}::test_dispatch"),
    "dispatch.reading": (
        "怎样读诉求的文字",
        "domain.plain_text.Reading",
        "tests/domain/test_plain_text.py::test_what_cannot_be_read_says_why",
    ),
    "alarms.dangers": ("险情及其去向", "domain.alarms.AlarmRules.alarm", f"{_ALARMS}::test_danger_is_recognised"),
    "alarms.urgent_words": ("紧急词", "domain.alarms.AlarmRules.is_urgent", f"{_ALARMS}::test_what_cannot_wait"),
    "alarms.around": ("不是险情的说法", "domain.phrases.Listener", f"{_ALARMS}::test_what_is_no_danger"),
    "elsewhere": (
        "不属平台的事项",
        "domain.elsewhere.ElsewhereRules.suspicions",
        f"{_ELSEWHERE}::test_matters_of_others_are_recognised",
    ),
    "elsewhere.around": (
        "不是此类事项的说法",
        "domain.phrases.Listener",
        f"{_ELSEWHERE}::test_what_only_sounds_like_it",
    ),
    "learning.least_cases": (
        "办结几件才判断",
        "domain.backtest.Comparison.faults",
        f"{_BACKTEST}::test_too_few_cases_judge_nothing",
    ),
    "learning.tolerance": (
        "回测容许的变差",
        "domain.backtest.Comparison.faults",
        f"{_BACKTEST}::test_what_counts_as_worse",
    ),
    "learning.least_training_cases": (
        "办结几件才学习",
        "services.learning.learn",
        f"{_LEARNING}::test_too_few_cases_teach_nothing",
    ),
    "learning.held_out": (
        "留出检验的比例",
        "services.learning.learn",
        f"{_LEARNING}::test_the_latest_cases_are_held_out",
    ),
    "learning.precision": (
        "自动派遣应有的正确率",
        "services.learning.teach",
        f"{_LEARNING}::test_the_share_that_must_be_right_decides_how_sure_to_be",
    ),
    "learning.return_cost": (
        "派错一件抵几件",
        "domain.backtest.Figures.worth",
        f"{_BACKTEST}::test_what_counts_as_worse",
    ),
    "learning.keyword_confidence": (
        "学习之前关键词的把握",
        "domain.learning_rules.LearningRules.confidence_of",
        "tests/domain/test_learning_rules.py::test_how_sure_the_keywords_are",
    ),
    "learning.most_cases": (
        "最多看多少件",
        "services.evidence.past_cases",
        "tests/services/test_backtests.py::test_only_the_latest_cases_count",
    ),
    "figures.least_cases": (
        "几件才排名",
        "domain.shares.ranking",
        f"{_SHARES}::test_whoever_has_too_few_is_beside_the_ranking",
    ),
    "figures.confidence": ("区间的置信水平", "domain.shares.wilson", f"{_SHARES}::test_the_interval_is_wilsons"),
    "figures.decimals": ("百分数的小数位", "domain.shares.percent", f"{_SHARES}::test_a_percentage_as_it_is_shown"),
    "figures.catch_up": (
        "补报几期",
        "services.reports.make_due",
        "tests/services/test_reports.py::test_what_was_missed_is_made_later",
    ),
    "figures.ranked": (
        "按哪些率排名",
        "services.figure_views.ranks_of",
        "tests/services/test_figures.py::test_units_are_ranked_only_with_enough_cases",
    ),
    "reviews.members": (
        "两级研判的成员",
        "domain.reviews.on_duty",
        "tests/domain/test_reviews.py::test_everybody_has_a_turn_before_anybody_has_another",
    ),
    "reviews.quorum": (
        "几人到会才能决定",
        "domain.reviews.check_quorum",
        "tests/domain/test_reviews.py::test_how_many_must_come",
    ),
    "identity.roles": (
        "谁能看到诉求人身份",
        "services.identity.disclose",
        f"{_IDENTITY}::test_whoever_may_not_learns_nothing",
    ),
    "identity.purposes": (
        "查阅身份的用途",
        "services.identity.disclose",
        f"{_IDENTITY}::test_the_whole_is_given_for_a_purpose_and_written_down",
    ),
    "identity.unusual_reads": (
        "一日查阅多少人算异常",
        "services.identity_log.unusual",
        f"{_IDENTITY}::test_an_account_that_reads_many_is_shown_to_the_inspectors",
    ),
    "retention.identity": (
        "诉求人身份留多久",
        "services.retention.erase_due",
        "tests/services/test_retention.py::test_an_identity_is_erased_when_its_time_is_over",
    ),
    "supervision.superiors": (
        "被反映单位回避后由谁承办",
        "domain.recusal.handler_for",
        f"{_RECUSAL}::test_who_handles_it_then",
    ),
    "supervision.platform": (
        "平台停运、迟延和临近到期",
        "domain.platform_delay.due_without_platform",
        "tests/services/test_platform_delays.py::test_what_the_platform_lost_is_not_the_units",
    ),
    "supervision.rectification": (
        "责令整改的期限",
        "services.supervision.dispose",
        "tests/services/test_dispositions.py::test_an_order_to_put_right_has_a_term_and_is_looked_after",
    ),
    "supervision.tolerance": (
        "容错的情形",
        "services.supervision.dispose",
        "tests/services/test_dispositions.py::test_a_fault_is_tolerated_on_a_ground_of_the_policy",
    ),
    "supervision.accused": (
        "怎样认出被反映单位",
        "domain.recusal.accused_units",
        f"{_RECUSAL}::test_whom_a_text_accuses",
    ),
    "media.outlets": (
        "可以跟踪的媒体",
        "services.keys.require_known_unit",
        f"{_PUBLICATIONS}::test_a_key_of_the_media_is_of_an_outlet_that_there_is",
    ),
    "media.untracked": (
        "哪些诉求不由媒体跟踪、不公开",
        "domain.media.require_trackable",
        f"{_PUBLICATIONS}::test_not_every_case_is_for_the_media",
    ),
    "media.reply": (
        "曝光前单位答复的期限",
        "services.publications.lapse_due",
        f"{_PUBLICATIONS}::test_silence_lapses_by_itself_and_is_told",
    ),
    "lists.silence": (
        "未评价的是否销号",
        "domain.lists.standing_of",
        "tests/domain/test_lists.py::test_how_an_item_stands",
    ),
    **_PATTERNS,
    "notices.quiet_hours": ("静默时段", "domain.notices.earliest_sending", f"{_TESTS}::test_nights_are_quiet"),
    "notices.back_off": ("通知重发的等待", "domain.notices.next_attempt", f"{_TESTS}::test_a_dead_channel_is_tried_on"),
    "attachments.kinds": (
        "收哪些文件",
        "domain.files.kind_of",
        f"{_FILES}::test_a_kind_the_policy_leaves_out_is_not_taken",
    ),
    "attachments.photo_size": ("照片大小", *_BY_SIZE),
    "attachments.document_size": ("文档大小", *_BY_SIZE),
    "attachments.pixels": (
        "照片像素",
        "gateways.photos.cleaned",
        f"{_PHOTOS}::test_a_little_more_than_the_policy_allows_is_too_much",
    ),
    "attachments.photo": (
        "照片留存的大小",
        "gateways.photos.cleaned",
        f"{_PHOTOS}::test_a_large_photo_is_kept_smaller_with_a_thumbnail",
    ),
    "attachments.number": (
        "附件个数",
        "services.attachments.keep",
        f"{_STORED}::test_there_is_a_number_for_each_party",
    ),
    "attachments.used_before": (
        "用过的照片",
        "domain.files.look_alike",
        f"{_FILES}::test_photos_are_alike_up_to_the_bits_of_the_policy",
    ),
    "attachments.orphans": (
        "无主文件的清除",
        "services.stored_files.remove_orphans",
        f"{_STORED}::test_files_without_a_row_go_after_a_day_and_no_others",
    ),
    "same_matter.threshold": ("疑似重复的最低得分", *_BY_COMPARING),
    "same_matter.weights": (
        "同一事项各项的分量",
        "domain.same_matter.compare",
        f"{_SAME}::test_the_figures_are_those_of_the_policy",
    ),
    "same_matter.texts": ("多长的文字才算数", *_BY_COMPARING),
    "same_matter.distances": ("多近算同一处", *_BY_COMPARING),
    "same_matter.windows": ("相隔多久还算同一事项", *_BY_COMPARING),
    "same_matter.exact_repeats": (
        "原文重复自动并单",
        "services.same_matter.take_in",
        f"{_SAME_FOUND}::test_the_policy_may_leave_every_merge_to_the_desk",
    ),
    "same_matter.petitioner": (
        "告知诉求人的内容",
        "services.same_matter.similar_matters",
        f"{_SAME_FOUND}::test_the_policy_says_what_may_be_told",
    ),
    "same_matter.proposals": (
        "最多提示几件",
        "services.same_matter.take_in",
        f"{_SAME_FOUND}::test_no_more_is_proposed_than_the_desk_looks_at",
    ),
    "same_matter.hot_topics": (
        "热点",
        "domain.hot_topics.hot_topics",
        "tests/domain/test_hot_topics.py::test_what_is_hot",
    ),
    "same_matter.courtesies": ("客套话", "domain.same_matter.traits_of", f"{_SAME}::test_another_matter"),
    "same_matter.place_suffixes": ("地名后缀", *_BY_NAME),
    "same_matter.not_places": ("不是地名的词", *_BY_NAME),
}
"""By place in the files: the rule's name, the function that applies it, and the test that holds it."""

_HEAD = "| 规则 | 数值 | 适用 | 出处 | 来历 | 由谁执行 | 由何测试 |\n|---|---|---|---|---|---|---|"


def docs_policy(policy: Policy) -> str:
    """The page: deadlines first, then everything else that has a source, then how many are our own."""
    rules = sorted(policy.deadlines, key=lambda rule: (list(DeadlineKind).index(rule.kind), rule.priority))
    origins = [rule.origin for rule in rules] + [figure.origin for figure in policy.figures]
    origins += [rule.origin for rule in policy.ladder.exceptions]
    own = origins.count(Origin.OWN)
    return "\n".join(
        [
            "# 规则一览 Policy",
            "",
            "由 `policy/` 生成，请勿手改；改规则后运行 `make docs`。",
            "怎样改规则见 [policy/README.md](../policy/README.md)。",
            "",
            f"{policy.district}，版本 `{policy.version}`。共 {len(origins)} 项，其中自定 {own} 项。",
            "“自定”是本平台的决定，不是任何一地的规定；单位职责、大类、小类和词语均为示例。",
            "",
            "## 时限 Deadlines",
            "",
            "同一种时限，条件相符者中“优先”数大的适用。工作日按法定节假日和调休计算，当日不计。",
            f"不由规则而逐件确定的：{_decided()}。",
            "",
            _HEAD,
            *(_deadline_row(rule, policy) for rule in rules),
            "",
            "## 阶梯、单位、派遣、通知 Everything else",
            "",
            "阶梯的次数可按紧急程度、诉求类型、大类另定，写法和先后与时限的例外相同。",
            "",
            _HEAD,
            *(_figure_row(figure) for figure in policy.figures),
            *(_exception_row(rule, policy) for rule in policy.ladder.exceptions),
            "",
        ]
    )


def _decided() -> str:
    return "、".join(f"{DEADLINE_LABELS[kind]}({source})" for kind, source in DECIDED_KINDS.items())


def _deadline_row(rule: DeadlineRule, policy: Policy) -> str:
    function, test = DEADLINE_APPLIED[rule.kind]
    cells = (f"{DEADLINE_LABELS[rule.kind]} `{rule.id}`", str(rule.duration), _conditions(rule, policy), rule.source)
    return _row(*cells, ORIGIN_LABELS[rule.origin], f"`{function}`", f"`{test}`")


def _figure_row(figure: Figure) -> str:
    known = FIGURES_APPLIED.get(figure.id) or FIGURES_APPLIED[figure.id.partition(".")[0]]
    name, function, test = known
    cells = (f"{name} `{figure.id}`", figure.value, "全部", figure.source)
    return _row(*cells, ORIGIN_LABELS[figure.origin], f"`{function}`", f"`{test}`")


def _exception_row(rule: LimitException, policy: Policy) -> str:
    name, function, test = FIGURES_APPLIED[f"ladder.{rule.limit}"]
    cells = (f"{name} `ladder.exceptions.{rule.id}`", f"{rule.value}次", _conditions(rule, policy), rule.source)
    return _row(*cells, ORIGIN_LABELS[rule.origin], f"`{function}`", f"`{test}`")


def _conditions(rule: DeadlineRule | LimitException, policy: Policy) -> str:
    parts = [
        *(label for urgency, label in URGENCY_LABELS.items() if urgency in rule.urgencies),
        *(label for kind, label in REQUEST_TYPE_LABELS.items() if kind in rule.request_types),
        *(item.name for item in policy.categories if item.code in rule.categories),
    ]
    return f"{'、'.join(parts)}(优先 {rule.priority})" if parts else "全部"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
