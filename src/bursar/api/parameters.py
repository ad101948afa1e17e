"""Parameters in the query of an address: those that an operation does not have are refused."""

from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI, Router
from ninja.params.models import QueryModel

from bursar.api.expectation import expectation
from bursar.api.problems import BadBody


def refuse_unknown_parameters(router: Router) -> None:
    """Let the operations of a router that take parameters refuse all others, as bodies do.

    Ninja ignores them: whoever misspells `after` would read the first page again and again.
    """
    for path in router.path_operations.values():
        for operation in path.operations:
            for model in operation.models:
                if issubclass(model, QueryModel):
                    _make_strict(model)


def _make_strict(model: Any) -> None:
    read, names = model.get_request_data, frozenset(model.__ninja_flatten_map__)

    def get_request_data(request: HttpRequest, api: NinjaAPI, path_parameters: dict[str, Any]) -> Any:
        unknown = next((name for name in request.GET if name not in names), None)
        if unknown is not None:
            raise BadBody(at=unknown, expected=expectation({"type": "extra_forbidden"}))
        return read(request, api, path_parameters)

    model.get_request_data = get_request_data
