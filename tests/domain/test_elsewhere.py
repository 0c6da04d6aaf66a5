"""What looks as if it belonged elsewhere is told to the desk with the advice and where it is written."""

from __future__ import annotations

from domain.dispatch import needs_person
from domain.elsewhere import ElsewhereRule, ElsewhereRules
from domain.phrases import Around
from tests.support.facts import a_policy

COURT = ElsewhereRule("court", "诉讼事项", ("起诉", "判决"), "告知向法院反映", "某条例第十九条")
POLICE = ElsewhereRule("police", "警情", ("报警",), "告知拨打110", "自定", holds=False)
AWAY = ElsewhereRule("away", "外区事项", ("某区",), "转该区", "自定", in_place=True)
RULES = ElsewhereRules((COURT, POLICE, AWAY), Around(denials=("没有",), calming=("否则",)))


def test_each_rule_that_is_met_is_told_by_its_first_word() -> None:
    found = RULES.suspicions("报警之后判决了，又起诉")
    assert [(item.rule, item.word) for item in found] == [(COURT, "判决"), (POLICE, "报警")]
    assert found[0].told == "出现“判决”，像是诉讼事项：告知向法院反映(依据：某条例第十九条)"


def test_what_has_not_happened_is_not_told() -> None:
    assert RULES.suspicions("没有起诉，否则起诉") == ()


def test_another_district_is_looked_for_where_the_matter_is_and_not_in_what_is_told() -> None:
    assert RULES.suspicions("我从某区来") == ()
    assert [item.rule for item in RULES.suspicions("我从别处来", place="某区人民路")] == [AWAY]
    assert RULES.suspicions("", place="报警路") == ()


def test_policies_kept_from_before_know_the_words_alone() -> None:
    found = needs_person("法院已受理", a_policy().dispatch)
    assert found is not None
    assert (found.word, found.rule.holds) == ("法院", True)
