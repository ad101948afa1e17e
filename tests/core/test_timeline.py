"""A timeline is the same whichever way its changes are read, and folds on from a checkpoint."""

from itertools import permutations
from uuid import UUID

from account_in_memory import AccountInMemory, add, plan, seats
from bursar.core.policy.policy import Outcome
from bursar.core.subscription.subscription import NOTHING
from bursar.core.subscription.timeline import Timeline


def test_the_order_in_which_changes_are_read_does_not_matter() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "growth", seats=10))
    life.do("2026-01-05", seats("support", 8))
    life.do("2026-01-06", plan("support", "team"))
    life.do("2026-01-07", add("chat", "standard", seats=2))
    expected = life.context.timeline.phases
    for order in permutations(life.context.timeline.changes):
        assert Timeline.of(NOTHING, order).phases == expected


def test_folding_on_from_a_checkpoint_is_folding_from_the_beginning() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "growth", seats=10))
    life.do("2026-01-05", seats("support", 8))
    life.renew("2026-02-01")
    from_the_beginning = life.ask("2026-02-10", seats("support", 12))
    life.from_checkpoint("2026-02-01")
    assert life.ask("2026-02-10", seats("support", 12)) == from_the_beginning
    assert from_the_beginning.outcome is Outcome.ALLOWED


def test_an_undone_change_never_counts() -> None:
    life = AccountInMemory()
    life.do("2026-01-01", add("support", "growth", seats=10))
    life.do("2026-01-05", seats("support", 8))
    scheduled = life.context.timeline.changes[-1]
    life.do("2026-01-06", {"edit": "undo", "change": str(scheduled.id)})
    assert life.state("2026-03-01").items["support"].quantity == 10
    assert life.context.timeline.changes[-1].undoes == scheduled.id != UUID(int=0)
