"""What applies and what holds each value of `patterns.yaml`, for `docs/policy.md`."""

from __future__ import annotations

_PATTERN_TESTS = "tests/domain/test_patterns.py"
_JUDGE, _REPLIES, _COURSES = "domain.patterns.judge", "domain.replies.Replies", "domain.conduct_patterns.counted_of"
_NOT_RAISED = f"{_PATTERN_TESTS}::test_what_is_not_raised"
_SAME_REPLY = "tests/domain/test_replies.py::test_short_replies_and_few_of_them_are_not_compared"
_BESIDE = (
    "domain.replies.beside_the_point",
    "tests/domain/test_replies.py::test_a_reply_that_does_not_speak_to_the_request_says_what_it_misses",
)
PATTERNS_APPLIED: dict[str, tuple[str, str]] = {
    "patterns.window": (
        "services.patterns.look",
        "tests/services/test_patterns.py::test_a_finding_is_renewed_lapses_and_is_found_anew",
    ),
    "patterns.least_base": (_JUDGE, _NOT_RAISED),
    "patterns.least_pairs": (_JUDGE, f"{_PATTERN_TESTS}::test_pairs_of_units_need_fewer_cases"),
    "patterns.least_peers": (_JUDGE, _NOT_RAISED),
    "patterns.least_cases": (_JUDGE, _NOT_RAISED),
    "patterns.times": (_JUDGE, _NOT_RAISED),
    "patterns.confidence": (_JUDGE, f"{_PATTERN_TESTS}::test_what_was_planted_is_found_with_all_that_tells_how_much"),
    "patterns.false_share": (_JUDGE, f"{_PATTERN_TESTS}::test_without_the_correction_chance_alone_would_flag_many"),
    "patterns.last_minutes": (_COURSES, "tests/domain/test_conduct_patterns.py::test_the_last_minutes"),
    "patterns.always": (
        _JUDGE,
        f"{_PATTERN_TESTS}::test_always_satisfied_is_held_against_what_petitioners_say_themselves",
    ),
    "patterns.reply_likeness": (
        _REPLIES,
        "tests/domain/test_replies.py::test_the_same_reply_is_known_whatever_day_and_name_is_in_it",
    ),
    "patterns.reply_grams": (_REPLIES, _SAME_REPLY),
    "patterns.reply_group": (_REPLIES, _SAME_REPLY),
    "patterns.request_likeness": (
        _REPLIES,
        "tests/domain/test_replies.py::test_many_who_report_one_matter_may_get_one_answer",
    ),
    "patterns.request_words": (_REPLIES, "tests/domain/test_replies.py::test_a_request_of_few_words_is_not_judged"),
    "patterns.shared_words": _BESIDE,
    "patterns.silent": (
        "services.pattern_sources.telling_words",
        "tests/services/test_patterns.py::test_replies_beside_the_point_say_what_was_asked",
    ),
}
"""By place in the file: the rule's name, the function that applies it, and the test that holds it."""
