"""An OpenFeature provider: may this account, or this person in it, use a product, and in which plan?

    from openfeature import api
    from openfeature.evaluation_context import EvaluationContext
    from bursar.openfeature.provider import Entitlements

    api.set_provider(Entitlements("https://billing.example", key="bursar_…"))
    who = EvaluationContext("ada@customer.example", {"account": "01900000-0000-7000-8000-000000000001"})
    api.get_client().get_boolean_value("support", False, who)

docs/openfeature.md says which flags there are.
"""

import json
import threading
import time
import urllib.error
import urllib.request
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlsplit

from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import FlagNotFoundError, GeneralError, InvalidContextError, TypeMismatchError
from openfeature.flag_evaluation import FlagResolutionDetails, FlagValueType, Reason
from openfeature.provider import AbstractProvider, Metadata

T = TypeVar("T")
Simple = TypeVar("Simple", str, int)

MOST_KEPT: Final = 10_000
"""The number of people and accounts whose last answer is kept. The answer that was not used for longest goes first."""
_SAFE: Final = "@!#$&'*+/=?^`{|}"
"""The characters of an address that a header carries as they are; others are percent-encoded."""
_NO_PRODUCTS: Final[Mapping[str, Any]] = {"products": []}
"""The entitlements of a member who is suspended, or has not accepted the invitation."""


@dataclass(frozen=True, slots=True)
class _KeptAnswer:
    """An answer with its ETag and the time of the last call; `stale` if that call failed."""

    entitlements: Mapping[str, Any]
    tag: str
    called_at: float
    stale: bool = False


class Entitlements(AbstractProvider):
    """Answers flags from `GET /accounts/{id}/entitlements`.

    An answer holds for `fresh_seconds`; then Bursar is asked whether it has changed. If Bursar cannot be reached, the
    last answer holds, marked as stale; without one, the flag has its default. Unit: seconds.
    """

    def __init__(
        self, url: str, key: str, *, account: str = "", fresh_seconds: float = 10.0, timeout_seconds: float = 2.0
    ) -> None:
        super().__init__()
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"Give the address of Bursar, such as https://billing.example, not {url!r}.")
        self._url, self._key, self._account = url.rstrip("/"), key, account
        self._fresh, self._timeout = fresh_seconds, timeout_seconds
        self._answers: OrderedDict[tuple[str, str], _KeptAnswer] = OrderedDict()
        self._lock = threading.Lock()

    def get_metadata(self) -> Metadata:
        """Return the provider's name."""
        return Metadata("Bursar")

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        """Return a yes or no: `support` for a product, `support.feature.NAME` for a feature, or `account.active`."""
        answer = self._answer(evaluation_context)
        name, _, detail = flag_key.partition(".")
        # A member who may do nothing learns nothing of the account: then the flag has its default.
        if flag_key == "account.active" and "state" in answer.entitlements:
            return _details(answer.entitlements["state"] == "active", answer)
        product = _product(answer, name)
        # `mine` is null for an account as a whole, which may use all its products.
        usable = product is not None and product["mine"] is not False
        if not detail:
            return _details(usable, answer)
        kind, _, feature = detail.partition(".")
        if kind != "feature":
            raise FlagNotFoundError(f"There is no yes or no about {flag_key}.")
        features = product["features"] if product is not None else ()
        # A flag may name a feature in any language of the catalog.
        return _details(usable and any(feature in names.values() for names in features), answer)

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        """Return a text, such as `support.plan` or `account.state`."""
        return self._of_type(str, flag_key, evaluation_context)

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        """Return a number: `support.quantity`, `support.seats.bought` or `support.seats.used`."""
        return self._of_type(int, flag_key, evaluation_context)

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        """Return the same numbers; nothing that Bursar counts has fractions."""
        details = self._of_type(int, flag_key, evaluation_context)
        return FlagResolutionDetails(value=float(details.value), reason=details.reason)

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Sequence[FlagValueType] | Mapping[str, FlagValueType],
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Sequence[FlagValueType] | Mapping[str, FlagValueType]]:
        """Return the entitlement to a product (`support`), or all of them (`account`)."""
        answer = self._answer(evaluation_context)
        value = answer.entitlements if flag_key == "account" else _product(answer, flag_key)
        if value is None:
            raise FlagNotFoundError(f"The account does not have {flag_key}.")
        return _details(value, answer)

    def _of_type(
        self, kind: type[Simple], flag_key: str, context: EvaluationContext | None
    ) -> FlagResolutionDetails[Simple]:
        answer = self._answer(context)
        name, *path = flag_key.split(".")
        value: Any = answer.entitlements if name == "account" else _product(answer, name)
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is None:
            raise FlagNotFoundError(f"The account does not have {flag_key}.")
        # In Python true is an int as well.
        if not isinstance(value, kind) or isinstance(value, bool):
            raise TypeMismatchError(f"{flag_key} is no {kind.__name__}.")
        return _details(value, answer)

    def _answer(self, context: EvaluationContext | None) -> _KeptAnswer:
        """Return the entitlements of the account, or of the person in it. Errors: InvalidContextError, GeneralError."""
        account = str((context.attributes if context else {}).get("account") or self._account)
        if not account:
            raise InvalidContextError('Say which account: EvaluationContext(…, {"account": ID}).')
        person = ((context.targeting_key if context else None) or "").strip().lower()
        with self._lock:
            kept = self._answers.get((account, person))
            if kept is not None:
                self._answers.move_to_end((account, person))
        # Not the time of day, which may be set back, and then an answer would hold for hours.
        now = time.monotonic()
        if kept is not None and now - kept.called_at < self._fresh:
            return kept
        # Outside the lock: other people's flags do not wait for this call.
        answer = self._fetch(account, person, kept, now)
        with self._lock:
            self._answers[account, person] = answer
            while len(self._answers) > MOST_KEPT:
                self._answers.popitem(last=False)
        return answer

    def _fetch(self, account: str, person: str, kept: _KeptAnswer | None, now: float) -> _KeptAnswer:
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "application/json"}
        headers |= {"Bursar-Actor": quote(person, safe=_SAFE)} if person else {}
        headers |= {"If-None-Match": kept.tag} if kept else {}
        address = f"{self._url}/api/v1/accounts/{quote(account, safe='')}/entitlements"
        try:
            request = urllib.request.Request(address, headers=headers)
            with urllib.request.urlopen(request, timeout=self._timeout) as response:
                return _KeptAnswer(json.load(response), response.headers.get("ETag", ""), now)
        except urllib.error.HTTPError as error:
            not_active = error.code == 403 and _code(error) == "not_active"
            error.close()
            # Bursar has answered, and the answer is no: a last answer of before must not hold on.
            if not_active:
                return _KeptAnswer(_NO_PRODUCTS, "", now)
            # urllib raises 304 as an error like any other.
            if error.code == 304 and kept is not None:
                return replace(kept, called_at=now, stale=False)
            if error.code in (400, 404, 422):
                raise InvalidContextError(f"Bursar knows no account {account}, or nobody {person} in it.") from None
            if error.code in (401, 403):
                raise GeneralError("Bursar does not take this key.") from None
            return _as_stale(kept, now, f"Bursar answers {error.code}.")
        except (OSError, ValueError) as problem:
            return _as_stale(kept, now, f"Bursar cannot be reached: {problem}")


def _code(error: urllib.error.HTTPError) -> str:
    """Return the code of a problem; an empty text for any other answer, such as that of a proxy."""
    try:
        return str(json.load(error)["code"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def _as_stale(kept: _KeptAnswer | None, now: float, reason: str) -> _KeptAnswer:
    """Return the last answer as stale. Errors: GeneralError if there is none."""
    if kept is None:
        raise GeneralError(reason)
    # The time is that of the failed call, so that each flag does not wait for the timeout anew.
    return replace(kept, called_at=now, stale=True)


def _product(answer: _KeptAnswer, code: str) -> Mapping[str, Any] | None:
    products: list[Mapping[str, Any]] = answer.entitlements["products"]
    return next((product for product in products if product["product"] == code), None)


def _details(value: T, answer: _KeptAnswer) -> FlagResolutionDetails[T]:
    return FlagResolutionDetails(value=value, reason=Reason.STALE if answer.stale else Reason.TARGETING_MATCH)
