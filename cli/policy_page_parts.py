"""Parts of `docs/policy.md`: what applies the rules of learning and of supervision, and what holds them."""

from __future__ import annotations

_BACKTEST = "tests/domain/test_backtest.py"
_LEARNING = "tests/services/test_learning.py"
_RECUSAL = "tests/domain/test_recusal.py"

_PUBLICATIONS = "tests/services/test_publications.py"
MEDIA_APPLIED: dict[str, tuple[str, str]] = {
    "media.outlets": (
        "services.keys.require_known_unit",
        f"{_PUBLICATIONS}::test_a_key_of_the_media_is_of_an_outlet_that_there_is",
    ),
    "media.untracked": ("domain.media.require_trackable", f"{_PUBLICATIONS}::test_not_every_case_is_for_the_media"),
    "media.reply": (
        "services.publication_upkeep.lapse_due",
        f"{_PUBLICATIONS}::test_silence_lapses_by_itself_and_is_told",
    ),
}
_SCRUB = "tests/domain/test_scrub.py"
_SCRUB_FILE = "tests/gateways/test_scrub_file.py"
SCRUB_APPLIED: dict[str, tuple[str, str]] = {
    "scrub.patterns": ("domain.scrub.scrub", f"{_SCRUB}::test_what_is_taken_out"),
    "scrub.numbers": ("domain.scrub.scrub", f"{_SCRUB}::test_no_long_number_survives"),
    "scrub.places": ("domain.scrub.scrub", f"{_SCRUB}::test_what_is_taken_out"),
    "scrub.names": ("domain.scrub.scrub", f"{_SCRUB}::test_what_is_left_in"),
    "scrub.examples": (
        "gateways.scrub_rules.check_scrub",
        f"{_SCRUB_FILE}::test_rules_that_miss_their_examples_are_refused",
    ),
}
_FILE_TERMS = "tests/services/test_file_terms.py"
SUPERVISION_APPLIED: dict[str, tuple[str, str]] = {
    "supervision.superiors": ("domain.recusal.handler_for", f"{_RECUSAL}::test_who_handles_it_then"),
    "supervision.platform": (
        "domain.platform_delay.due_without_platform",
        "tests/services/test_platform_delays.py::test_what_the_platform_lost_is_not_the_units",
    ),
    "supervision.rectification": (
        "services.supervision.dispose",
        "tests/services/test_dispositions.py::test_an_order_to_put_right_has_a_term_and_is_looked_after",
    ),
    "supervision.explanation": (
        "services.supervision.demand_explanation",
        f"{_FILE_TERMS}::test_without_a_term_the_policy_sets_it",
    ),
    "supervision.answer": ("services.inspections.ask_unit", f"{_FILE_TERMS}::test_without_a_term_the_policy_sets_it"),
    "supervision.warning": ("services.file_terms.tell_due", "tests/domain/test_file_terms.py::test_what_is_told_when"),
    "supervision.tolerance": (
        "services.supervision.dispose",
        "tests/services/test_dispositions.py::test_a_fault_is_tolerated_on_a_ground_of_the_policy",
    ),
    "supervision.accused": ("domain.recusal.accused_units", f"{_RECUSAL}::test_whom_a_text_accuses"),
}
LEARNING_APPLIED: dict[str, tuple[str, str]] = {
    "learning.least_cases": ("domain.backtest.Comparison.faults", f"{_BACKTEST}::test_too_few_cases_judge_nothing"),
    "learning.tolerance": ("domain.backtest.Comparison.faults", f"{_BACKTEST}::test_what_counts_as_worse"),
    "learning.least_training_cases": ("services.learning.learn", f"{_LEARNING}::test_too_few_cases_teach_nothing"),
    "learning.held_out": ("services.learning.learn", f"{_LEARNING}::test_the_latest_cases_are_held_out"),
    "learning.precision": (
        "services.learning.teach",
        f"{_LEARNING}::test_the_share_that_must_be_right_decides_how_sure_to_be",
    ),
    "learning.return_cost": ("domain.backtest.Figures.worth", f"{_BACKTEST}::test_what_counts_as_worse"),
    "learning.keyword_confidence": (
        "domain.learning_rules.LearningRules.confidence_of",
        "tests/domain/test_learning_rules.py::test_how_sure_the_keywords_are",
    ),
    "learning.most_cases": (
        "services.evidence.past_cases",
        "tests/services/test_backtests.py::test_only_the_latest_cases_count",
    ),
}
"""By place in the files: the rule's name, the function that applies it, and the test that holds it."""

_REOPENING = "tests/services/test_reopening.py"
_EXCLUSIONS = "tests/services/test_exclusions.py"
VERDICT_APPLIED: dict[str, tuple[str, str]] = {
    "verdict.exclusion": (
        "services.exclusions.ask",
        f"{_EXCLUSIONS}::test_a_unit_asks_with_a_reason_of_the_rules_and_evidence",
    ),
    "verdict.exclusion.deciders": ("domain.actions.check", f"{_EXCLUSIONS}::test_the_rules_say_which_office_decides"),
    "verdict.exclusion.term": (
        "services.exclusions.refuse_due",
        f"{_EXCLUSIONS}::test_what_nobody_decides_in_time_is_refused",
    ),
    "verdict.reopen": ("services.verdict.reopen", f"{_REOPENING}::test_a_reason_of_the_rules_is_asked_for"),
    "verdict.reopen.within": (
        "domain.actions.check",
        "tests/domain/test_actions.py::test_a_case_is_reopened_within_its_days_and_once",
    ),
    "verdict.reopen.limit": (
        "domain.actions.check",
        "tests/domain/test_actions.py::test_a_case_is_reopened_within_its_days_and_once",
    ),
    "verdict.dissatisfied": (
        "services.verdict.rate",
        "tests/services/test_verdicts.py::test_a_dissatisfied_petitioner_chooses_a_reason",
    ),
}

_VISITS = "tests/domain/test_visits.py"

FOLLOW_UP_APPLIED: dict[str, tuple[str, str]] = {
    "follow_up.seats": (
        "domain.visits.officer_for",
        f"{_VISITS}::test_visits_are_spread_evenly_and_never_to_whoever_handled_it",
    ),
    "follow_up.rates": ("domain.visits.draw", f"{_VISITS}::test_of_many_the_rate_is_drawn"),
    "follow_up.attempts": ("domain.visits.status_after", f"{_VISITS}::test_how_far_a_visit_is_after_an_attempt"),
    "follow_up.apart": (
        "services.visits.attempt",
        "tests/services/test_visits.py::test_three_failed_attempts_apart_and_nobody_was_reached",
    ),
    "follow_up.term": (
        "services.visit_draws.draw_visit",
        "tests/services/test_visits.py::test_an_extended_case_is_visited_by_somebody_apart_and_in_time",
    ),
}
