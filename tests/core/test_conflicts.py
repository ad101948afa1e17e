"""Edits fit together, with what is scheduled and with what products need of each other."""

from dataclasses import replace
from uuid import UUID

import pytest

from account_in_memory import CATALOG, OWNER, AccountInMemory, add, plan, remove, seats
from bursar.core.ordering.conflicts import Contradiction, NeedsProduct, Superseded, UnknownChange, WouldBreak
from bursar.core.subscription.catalog import Catalog
from bursar.core.subscription.edit import RemoveProduct, SetSeats


def lived() -> AccountInMemory:
    """Two base products and two add-ons, one of which needs the first; monthly since 1 January 2026."""
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "professional", seats=10), add("suite", "growth", seats=1))
    life.do("2026-01-01", add("chat", "standard", seats=4), add("quality", "standard", seats=3))
    return life


def named(kind: str, change: UUID) -> dict[str, object]:
    return {"edit": kind, "change": str(change)}


def test_the_two_edits_of_a_contradiction_are_counted_from_one() -> None:
    with pytest.raises(Contradiction) as caught:
        lived().ask("2026-01-05", seats("chat", 5), seats("support", 11), plan("support", "team"), seats("chat", 6))
    assert caught.value.params == {"first": 1, "second": 4}


def test_a_scheduled_change_is_named_once() -> None:
    life = lived()
    life.do("2026-01-05", seats("chat", 2))
    change = life.change(SetSeats).id
    for kinds in (("undo", "undo"), ("keep", "keep"), ("undo", "keep")):
        with pytest.raises(UnknownChange) as caught:
            life.ask("2026-01-06", *(named(kind, change) for kind in kinds))
        assert caught.value.params["change"] == change


def test_a_change_of_what_will_be_gone_by_then_comes_too_late() -> None:
    life = lived()
    life.do("2026-01-05", remove("chat"))
    keep = named("keep", life.change(RemoveProduct).id)
    with pytest.raises(Superseded) as caught:
        life.ask("2026-01-06", keep, seats("chat", 5, on="2026-03-15"))
    assert (caught.value.params["product"], caught.value.params["edit"]) == ("chat", "set_seats")
    assert life.ask("2026-01-06", keep, seats("chat", 5)).changes


def test_what_is_scheduled_for_a_product_keeps_it_from_going_before() -> None:
    life = lived()
    life.do("2026-01-05", seats("chat", 2))
    scheduled = life.change(SetSeats).id
    with pytest.raises(WouldBreak) as caught:
        life.ask("2026-01-06", remove("chat", on="now"), named("keep", scheduled))
    assert caught.value.params == {"change": life.change(SetSeats)}
    assert life.ask("2026-01-06", remove("chat", on="now"), named("undo", scheduled)).changes


def test_what_is_no_longer_sold_stays_beside_what_is_changed() -> None:
    life = lived()
    products = tuple(product for product in CATALOG.products if product.code != "chat")
    life.context = replace(life.context, catalog=Catalog(2, products))
    assert life.ask("2026-01-05", seats("support", 12), by=OWNER).due_today.net > 0


def test_a_product_that_needs_two_others_needs_both() -> None:
    products = tuple(
        replace(product, requires=("support", "voice")) if product.code == "quality" else product
        for product in CATALOG.products
    )
    life = AccountInMemory()
    life.context = replace(life.context, catalog=Catalog(2, products))
    both = (add("support", "professional", seats=1), add("voice", "standard", seats=1))
    for missing, others in (("voice", both[:1]), ("support", (*both[1:], add("suite", "growth", seats=1)))):
        with pytest.raises(NeedsProduct) as caught:
            life.ask("2026-01-01", add("quality", "standard", seats=1), *others)
        assert (caught.value.params["product"], caught.value.params["needed"]) == ("quality", missing)
    assert life.ask("2026-01-01", add("quality", "standard", seats=1), *both).changes


def test_what_is_missing_is_named_whatever_else_is_in_the_list() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("suite", "growth", seats=1))
    with pytest.raises(NeedsProduct) as caught:
        life.ask("2026-01-05", {"edit": "suspend"}, add("quality", "standard", seats=1))
    assert caught.value.params["needed"] == "support"


def test_where_a_new_change_and_a_scheduled_one_miss_a_product_the_new_one_is_at_fault() -> None:
    life = lived()
    life.do("2026-01-05", remove("support"), remove("quality"))
    undone = named("undo", life.change(RemoveProduct).id)
    with pytest.raises(WouldBreak) as broken:
        life.ask("2026-01-06", undone)
    assert isinstance(broken.value.params["change"].edit, RemoveProduct)
    with pytest.raises(NeedsProduct) as caught:
        life.ask("2026-01-06", undone, seats("quality", 2))
    assert (caught.value.params["product"], caught.value.params["needed"]) == ("quality", "support")


def test_nothing_is_needed_once_the_account_has_ended() -> None:
    life = lived()
    assert life.ask("2026-01-05", {"edit": "cancel", "on": "now"}).changes
