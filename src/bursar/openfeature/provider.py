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
"""Of how many people and accounts the last answer is kept; the one longest unasked goes first."""
_PLAIN: Final = "@!#$&'*+/=?^`{|}"
"""What stands in a header as it is; all else of an address is percent-encoded."""
_NOTHING: Final[Mapping[str, Any]] = {"products": []}
"""What a member may use who may do nothing."""


@dataclass(frozen=True, slots=True)
class _Known:
    """An answer with its tag, the time of the last call, and if calls have failed since."""

    said: Mapping[str, Any]
    tag: str
    at: float
    stale: bool = False


class Entitlements(AbstractProvider):
    """Answers flags from `GET /accounts/{id}/entitlements`.

    An answer counts for `fresh_seconds` without being asked for again, and then by its ETag. While Bursar cannot be
    reached the last answer counts on, marked as stale; where there is none, the flag has its default. Unit: seconds.
    """

    def __init__(
        self, url: str, key: str, *, account: str = "", fresh_seconds: float = 10.0, timeout_seconds: float = 2.0
    ) -> None:
        super().__init__()
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError(f"Give the address of Bursar, such as https://billing.example, not {url!r}.")
        self._url, self._key, self._account = url.rstrip("/"), key, account
        self._fresh, self._timeout = fresh_seconds, timeout_seconds
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()
        self._lock = threading.Lock()

    def get_metadata(self) -> Metadata:
        """The provider's name."""
        return Metadata("Bursar")

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[bool]:
        """`support`: may it be used; `support.feature.NAME`: has the plan that; `account.active`."""
        known = self._asked(evaluation_context)
        name, _, more = flag_key.partition(".")
        if flag_key == "account.active" and "state" in known.said:
            return _details(known.said["state"] == "active", known)
        product = _product(known, name)
        if not more:
            return _details(product is not None and product["mine"] is not False, known)
        what, _, feature = more.partition(".")
        if what != "feature":
            raise FlagNotFoundError(f"There is no yes or no about {flag_key}.")
        has = product is not None and product["mine"] is not False
        features = product["features"] if product is not None else ()
        return _details(has and any(feature in one.values() for one in features), known)

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[str]:
        """`support.plan`, `account.state`."""
        return self._of_type(str, flag_key, evaluation_context)

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[int]:
        """`support.quantity`, `support.seats.bought`, `support.seats.used`."""
        return self._of_type(int, flag_key, evaluation_context)

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: EvaluationContext | None = None
    ) -> FlagResolutionDetails[float]:
        """The same numbers."""
        found = self._of_type(int, flag_key, evaluation_context)
        return FlagResolutionDetails(value=float(found.value), reason=found.reason)

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Sequence[FlagValueType] | Mapping[str, FlagValueType],
        evaluation_context: EvaluationContext | None = None,
    ) -> FlagResolutionDetails[Sequence[FlagValueType] | Mapping[str, FlagValueType]]:
        """`support`: all that is known of it; `account`: everything."""
        known = self._asked(evaluation_context)
        found = known.said if flag_key == "account" else _product(known, flag_key)
        if found is None:
            raise FlagNotFoundError(f"The account does not have {flag_key}.")
        return _details(found, known)

    def _of_type(
        self, kind: type[Simple], flag_key: str, context: EvaluationContext | None
    ) -> FlagResolutionDetails[Simple]:
        known = self._asked(context)
        name, *path = flag_key.split(".")
        found: Any = known.said if name == "account" else _product(known, name)
        for step in path:
            found = found.get(step) if isinstance(found, Mapping) else None
        if found is None:
            raise FlagNotFoundError(f"The account does not have {flag_key}.")
        if not isinstance(found, kind) or isinstance(found, bool):
            raise TypeMismatchError(f"{flag_key} is no {kind.__name__}.")
        return _details(found, known)

    def _asked(self, context: EvaluationContext | None) -> _Known:
        """Return the entitlements of the account, or of the person in it. Errors: InvalidContextError, GeneralError."""
        account = str((context.attributes if context else {}).get("account") or self._account)
        if not account:
            raise InvalidContextError('Say which account: EvaluationContext(…, {"account": ID}).')
        who = ((context.targeting_key if context else None) or "").strip().lower()
        with self._lock:
            known = self._known.get((account, who))
            if known is not None:
                self._known.move_to_end((account, who))
        now = time.monotonic()
        if known is not None and now - known.at < self._fresh:
            return known
        found = self._ask(account, who, known, now)
        with self._lock:
            self._known[account, who] = found
            while len(self._known) > MOST_KEPT:
                self._known.popitem(last=False)
        return found

    def _ask(self, account: str, who: str, known: _Known | None, now: float) -> _Known:
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "application/json"}
        headers |= {"Bursar-Actor": quote(who, safe=_PLAIN)} if who else {}
        headers |= {"If-None-Match": known.tag} if known else {}
        address = f"{self._url}/api/v1/accounts/{quote(account, safe='')}/entitlements"
        try:
            asked = urllib.request.Request(address, headers=headers)
            with urllib.request.urlopen(asked, timeout=self._timeout) as found:
                return _Known(json.load(found), found.headers.get("ETag", ""), now)
        except urllib.error.HTTPError as refused:
            turned_away = refused.code == 403 and _code(refused) == "not_active"
            refused.close()
            if turned_away:
                return _Known(_NOTHING, "", now)
            if refused.code == 304 and known is not None:
                return replace(known, at=now, stale=False)
            if refused.code in (400, 404, 422):
                raise InvalidContextError(f"Bursar knows no account {account}, or nobody {who} in it.") from None
            if refused.code in (401, 403):
                raise GeneralError("Bursar does not take this key.") from None
            return _as_before(known, now, f"Bursar answers {refused.code}.")
        except (OSError, ValueError) as trouble:
            return _as_before(known, now, f"Bursar cannot be reached: {trouble}")


def _code(refused: urllib.error.HTTPError) -> str:
    """The code of the problem that was answered; nothing if it is none."""
    try:
        return str(json.load(refused)["code"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def _as_before(known: _Known | None, now: float, trouble: str) -> _Known:
    """The last answer, which is not asked for again at once. Errors: GeneralError where there is none."""
    if known is None:
        raise GeneralError(trouble)
    return replace(known, at=now, stale=True)


def _product(known: _Known, code: str) -> Mapping[str, Any] | None:
    products: list[Mapping[str, Any]] = known.said["products"]
    return next((product for product in products if product["product"] == code), None)


def _details(value: T, known: _Known) -> FlagResolutionDetails[T]:
    return FlagResolutionDetails(value=value, reason=Reason.STALE if known.stale else Reason.TARGETING_MATCH)
