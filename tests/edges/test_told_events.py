"""Every kind of event is told in both languages, by a name for each id and code, to an audience that is somebody."""

from typing import Any

import pytest
from django.utils.translation import override

from account_in_memory import CATALOG, POLICY
from bursar.core.events import Audience, Event, read_event
from bursar.i18n.history import Story
from bursar.notices.readers import AUDIENCES
from stored import ID, OTHER, STORED

SAMPLES = [(kind, data) for kind, found in STORED.items() for data in found]


def story(*, prices: bool = True, invoices: bool = True) -> Story:
    return Story({ID: "Ada", OTHER: "Bo"}, POLICY, CATALOG, prices=prices, invoices=invoices)


@pytest.mark.parametrize("seen", [True, False])
@pytest.mark.parametrize(("kind", "data"), SAMPLES)
def test_every_kind_of_event_is_told_in_both_languages(kind: str, data: dict[str, Any], seen: bool) -> None:
    event, told = read_event(kind, data, 1), dict[str, list[str]]()
    for language in ("en", "fr"):
        with override(language):
            told[language] = story(prices=seen, invoices=seen).what(event)
            assert told[language], "it has a sentence"
            assert all(sentence and "{" not in sentence for sentence in told[language])
            # Of what lies beyond payments and prices, only limits say amounts.
            assert seen or kind == "limit_set" or "€" not in "".join(told[language])
    assert told["en"] != told["fr"], "the sentence has its French"


def test_an_event_without_a_sentence_fails_where_it_is_told() -> None:
    with pytest.raises(TypeError, match="neither a sentence nor a function"):
        story().what(Event())


def test_every_audience_is_made_of_members() -> None:
    assert set(AUDIENCES) == set(Audience)
