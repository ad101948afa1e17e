"""Whatever people and vendors do in whatever order, the books hold and promises are kept."""

from hypothesis import given, settings

from random_moves import SAME_EVERY_TIME, lives
from soak import by_the_core


@given(life=lives())
@settings(SAME_EVERY_TIME, max_examples=150)
def test_the_books_of_any_life_hold(life: str) -> None:
    by_the_core(life)
