"""What a petition is about: its category and sub-category, as somebody chose them or as the engine found them."""

from __future__ import annotations

from typing import Any

from domain.dispatch import Dispatch
from domain.errors import Incomplete, Missing
from models.tables import Petition
from services.transactions import Transaction


def require_category(tx: Transaction, code: str) -> None:
    """Raises `Incomplete` unless `code` is a category of the taxonomy in force, by which units have their duties."""
    if code not in {category.code for category in tx.policy_in_force().categories}:
        raise Incomplete([Missing("category", f"没有代码为“{code}”的分类")])


def chosen(tx: Transaction, petition: Petition, category: str | None, sub_category: str | None) -> dict[str, Any]:
    """The changes that follow from a person's choice. Nothing chosen changes nothing.

    A sub-category brings its category; a category alone drops a sub-category of another one.

    Raises `Incomplete` for a category or sub-category that is not in force, or two that do not belong together.
    """
    if sub_category is not None:
        known = tx.policy_in_force().sub_categories_by_code.get(sub_category)
        if known is None:
            raise Incomplete([Missing("sub_category", f"没有代码为“{sub_category}”的小类")])
        if category not in (None, known.category):
            name = tx.policy_in_force().category_name(known.category)
            raise Incomplete([Missing("sub_category", f"“{known.name}”属于{name}，与所选分类不符")])
        return {"category": known.category, "sub_category": sub_category}
    if category is None:
        return {}
    require_category(tx, category)
    kept = petition.sub_category if category == petition.category else None
    return {"category": category, "sub_category": kept}


def found(petition: Petition, answer: Dispatch) -> dict[str, Any]:
    """The changes that follow from the engine's answer: a category that somebody chose stands."""
    if petition.category is None or petition.category == answer.category:
        return {"category": answer.category, "sub_category": answer.sub_category}
    return {}
