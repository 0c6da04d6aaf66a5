"""`docs/policy.md`: every rule with its value, its source, what applies it and what holds it."""

from __future__ import annotations

from cli.policy_page_parts import (
    FOLLOW_UP_APPLIED,
    LEARNING_APPLIED,
    MEDIA_APPLIED,
    SCRUB_APPLIED,
    SUPERVISION_APPLIED,
    VERDICT_APPLIED,
)
from cli.policy_page_patterns import PATTERNS_APPLIED
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
from domain.rule_names import place_of, rule_name

_TESTS = "tests/policy/test_shipped_policy.py"
_TAXONOMY = "tests/policy/test_shipped_taxonomy.py"
_DISPATCH = "tests/policy/test_shipped_dispatch.py"
_ALARMS = "tests/policy/test_shipped_alarms.py"
_ELSEWHERE = "tests/policy/test_shipped_elsewhere.py"

_SAME = "tests/domain/test_same_matter.py"
_SAME_FOUND = "tests/services/test_same_matter.py"
_IDENTITY = "tests/services/test_identity.py"
_FILES = "tests/domain/test_files.py"
_PHOTOS = "tests/gateways/test_photos.py"
_STORED = "tests/services/test_attachments.py"
_SHARES = "tests/domain/test_shares.py"

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

FIGURES_APPLIED: dict[str, tuple[str, str]] = {
    "ladder.return_limit": ("domain.petition.decide", f"{_TESTS}::test_too_often_climbs"),
    "ladder.transfer_limit": ("domain.petition.decide", f"{_TESTS}::test_too_often_climbs"),
    "ladder.redo_limit": ("domain.petition.decide", f"{_TESTS}::test_dissatisfied_is_redone_once"),
    "ladder.extension_limit": _BY_ACTION,
    "ladder.designated_may_not_return": _BY_ACTION,
    "places": ("domain.gazetteer.Gazetteer", f"{_DISPATCH}::test_towns"),
    "places.near": ("domain.gazetteer.Gazetteer", "tests/domain/test_gazetteer.py::test_towns"),
    "places.outside": ("domain.gazetteer.Gazetteer", "tests/domain/test_gazetteer.py::test_places_outside"),
    "taxonomy.sizes": (
        "gateways.taxonomy_checks.check_taxonomy",
        f"{_TAXONOMY}::test_the_numbers_are_those_the_district_decided_on",
    ),
    "units": ("domain.policy.Policy.office_of", f"{_TESTS}::test_eleven_towns_with_their_names"),
    "taxonomy": ("domain.policy.Policy.category_name", f"{_TESTS}::test_twenty_categories_are_all_used"),
    "dispatch.threshold": ("domain.dispatch.KeywordDispatcher", f"{_DISPATCH}::test_dispatch"),
    "dispatch.margin": ("domain.dispatch.KeywordDispatcher", f"{_DISPATCH}::test_dispatch"),
    "dispatch.margin_share": (
        "domain.dispatch.KeywordDispatcher",
        "tests/domain/test_dispatch.py::test_among_many_words_a_lead_must_be_a_share_of_the_score",
    ),
    "dispatch.proposal_weight": (
        "domain.dispatch.KeywordDispatcher",
        f"{_DISPATCH}::test_a_proposal_comes_first_and_is_left_to_the_desk",
    ),
    "dispatch.weighing": (
        "domain.evidence.Weighing",
        "tests/domain/test_evidence.py::test_a_word_weighs_by_where_and_how_often_it_stands",
    ),
    "dispatch.weights": ("domain.dispatch.KeywordDispatcher", f"{_DISPATCH}::test_dispatch"),
    "dispatch.reading": (
        "domain.plain_text.Reading",
        "tests/domain/test_plain_text.py::test_what_cannot_be_read_says_why",
    ),
    "alarms.dangers": ("domain.alarms.AlarmRules.alarm", f"{_ALARMS}::test_danger_is_recognised"),
    "alarms.urgent_words": ("domain.alarms.AlarmRules.is_urgent", f"{_ALARMS}::test_what_cannot_wait"),
    "alarms.around": ("domain.phrases.Listener", f"{_ALARMS}::test_what_is_no_danger"),
    "elsewhere": ("domain.elsewhere.ElsewhereRules.suspicions", f"{_ELSEWHERE}::test_matters_of_others_are_recognised"),
    "elsewhere.around": ("domain.phrases.Listener", f"{_ELSEWHERE}::test_what_only_sounds_like_it"),
    **LEARNING_APPLIED,
    "figures.least_cases": ("domain.shares.ranking", f"{_SHARES}::test_whoever_has_too_few_is_beside_the_ranking"),
    "figures.confidence": ("domain.shares.wilson", f"{_SHARES}::test_the_interval_is_wilsons"),
    "figures.decimals": ("domain.shares.percent", f"{_SHARES}::test_a_percentage_as_it_is_shown"),
    "figures.catch_up": (
        "services.reports.make_due",
        "tests/services/test_reports.py::test_what_was_missed_is_made_later",
    ),
    "figures.ranked": (
        "services.figure_views.ranks_of",
        "tests/services/test_figures.py::test_units_are_ranked_only_with_enough_cases",
    ),
    "figures.least_on_map": (
        "domain.map_classes.classes",
        "tests/domain/test_map_classes.py::test_a_single_case_is_never_told_from_a_few",
    ),
    "reviews.members": (
        "domain.reviews.on_duty",
        "tests/domain/test_reviews.py::test_everybody_has_a_turn_before_anybody_has_another",
    ),
    "reviews.quorum": ("domain.reviews.check_quorum", "tests/domain/test_reviews.py::test_how_many_must_come"),
    "identity.roles": ("services.identity.disclose", f"{_IDENTITY}::test_whoever_may_not_learns_nothing"),
    "identity.purposes": (
        "services.identity.disclose",
        f"{_IDENTITY}::test_the_whole_is_given_for_a_purpose_and_written_down",
    ),
    "identity.unusual_reads": (
        "services.identity_log.unusual",
        f"{_IDENTITY}::test_an_account_that_reads_many_is_shown_to_the_inspectors",
    ),
    "retention.identity": (
        "services.retention.erase_due",
        "tests/services/test_retention.py::test_an_identity_is_erased_when_its_time_is_over",
    ),
    "keys.lifetime": (
        "services.keys.create_key",
        "tests/services/test_keys.py::test_a_key_ends_when_the_policy_says_unless_somebody_says_otherwise",
    ),
    "keys.warning": (
        "services.keys.list_keys",
        "tests/services/test_keys.py::test_the_end_of_a_key_is_told_before_it_comes",
    ),
    **MEDIA_APPLIED,
    **SCRUB_APPLIED,
    **SUPERVISION_APPLIED,
    **FOLLOW_UP_APPLIED,
    **VERDICT_APPLIED,
    "lists.silence": ("domain.lists.standing_of", "tests/domain/test_lists.py::test_how_an_item_stands"),
    **PATTERNS_APPLIED,
    "notices.quiet_hours": ("domain.notices.earliest_sending", f"{_TESTS}::test_nights_are_quiet"),
    "notices.back_off": ("domain.notices.next_attempt", f"{_TESTS}::test_a_dead_channel_is_tried_on"),
    "attachments.kinds": ("domain.files.kind_of", f"{_FILES}::test_a_kind_the_policy_leaves_out_is_not_taken"),
    "attachments.photo_size": _BY_SIZE,
    "attachments.document_size": _BY_SIZE,
    "attachments.pixels": (
        "gateways.photos.cleaned",
        f"{_PHOTOS}::test_a_little_more_than_the_policy_allows_is_too_much",
    ),
    "attachments.photo": ("gateways.photos.cleaned", f"{_PHOTOS}::test_a_large_photo_is_kept_smaller_with_a_thumbnail"),
    "attachments.number": ("services.attachments.keep", f"{_STORED}::test_there_is_a_number_for_each_party"),
    "attachments.used_before": (
        "domain.files.look_alike",
        f"{_FILES}::test_photos_are_alike_up_to_the_bits_of_the_policy",
    ),
    "attachments.orphans": (
        "services.stored_files.remove_orphans",
        f"{_STORED}::test_files_without_a_row_go_after_a_day_and_no_others",
    ),
    "handling.required": ("domain.completion.missing", "tests/domain/test_completion.py::test_what_is_asked_for_when"),
    "handling.beyond_duty_kinds": (
        "services.completions.checked",
        "tests/services/test_completions.py::test_a_kind_that_is_not_in_the_list_is_refused_with_the_list",
    ),
    "handling.extension_reasons": (
        "services.handling.request_extension",
        "tests/services/test_requests.py::test_an_extension_has_a_reason_of_the_list",
    ),
    "handling.dispatch_correction": (
        "domain.dispatch_correction.correctable_until",
        "tests/domain/test_actions.py::test_a_dispatch_by_hand_is_corrected_in_its_window",
    ),
    "same_matter.threshold": _BY_COMPARING,
    "same_matter.weights": ("domain.same_matter.compare", f"{_SAME}::test_the_figures_are_those_of_the_policy"),
    "same_matter.texts": _BY_COMPARING,
    "same_matter.distances": _BY_COMPARING,
    "same_matter.windows": _BY_COMPARING,
    "same_matter.exact_repeats": (
        "services.same_matter.take_in",
        f"{_SAME_FOUND}::test_the_policy_may_leave_every_merge_to_the_desk",
    ),
    "same_matter.petitioner": (
        "services.same_matter.similar_matters",
        f"{_SAME_FOUND}::test_the_policy_says_what_may_be_told",
    ),
    "same_matter.proposals": (
        "services.same_matter.take_in",
        f"{_SAME_FOUND}::test_no_more_is_proposed_than_the_desk_looks_at",
    ),
    "same_matter.hot_topics": ("domain.hot_topics.hot_topics", "tests/domain/test_hot_topics.py::test_what_is_hot"),
    "same_matter.courtesies": ("domain.same_matter.traits_of", f"{_SAME}::test_another_matter"),
    "same_matter.place_suffixes": _BY_NAME,
    "same_matter.not_places": _BY_NAME,
}
"""By place in the files (`domain.rule_names`): the function that applies the rule, and the test that holds it."""

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
    function, test = FIGURES_APPLIED[place_of(figure.id)]
    cells = (f"{rule_name(figure.id)} `{figure.id}`", figure.value, "全部", figure.source)
    return _row(*cells, ORIGIN_LABELS[figure.origin], f"`{function}`", f"`{test}`")


def _exception_row(rule: LimitException, policy: Policy) -> str:
    place = f"ladder.{rule.limit}"
    function, test = FIGURES_APPLIED[place]
    cells = (
        f"{rule_name(place)} `ladder.exceptions.{rule.id}`",
        f"{rule.value}次",
        _conditions(rule, policy),
        rule.source,
    )
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
