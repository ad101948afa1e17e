"""The door itself: its routes, its key, and how what goes wrong is answered."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from bursar.api.body import JsonParser, NotJson
from bursar.api.call import Key, NoKey, TooLarge
from bursar.api.expected import expected
from bursar.api.openapi import complete
from bursar.api.problems import BadBody, nothing_at, response
from bursar.api.routes import (
    accounts,
    billing,
    documents,
    limits,
    overrides,
    payments,
    requests,
    seats,
    sessions,
    subscriptions,
)
from bursar.core.messages.problem import Problem


class Api(NinjaAPI):
    """The API, whose document says of every operation how it fails."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._documents: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """The OpenAPI document, made once: it takes a second of the processor, and anybody may ask for it."""
        made = self._documents.get(str(options))
        if made is None:
            made = super().get_openapi_schema(**options)
            complete(made)
            self._documents[str(options)] = made
        return made

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """An operation's name: that of its function."""
        return str(operation.view_func.__name__)


api = Api(title="Bursar", version="1", auth=Key(), parser=JsonParser(), docs_url=None, urls_namespace="api")
for room in (accounts, overrides, limits, sessions, subscriptions, requests, seats, billing, payments, documents):
    api.add_router("", room.router)


@csrf_exempt  # It does nothing, and says so as a problem whatever the method is.
def nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    """Nothing is at this address of the API."""
    return response(request, nothing_at(request))


@api.exception_handler(Problem)
def problem(request: HttpRequest, found: Problem) -> HttpResponse:
    """What does not hold about what was asked."""
    return response(request, found)


@api.exception_handler(ValidationError)
def bad_body(request: HttpRequest, found: ValidationError) -> HttpResponse:
    """A body or query that is not what the schema says, at its first place."""
    first = found.errors[0]
    at = ".".join(str(part) for part in first["loc"][2:]) or str(first["loc"][-1])
    return response(request, BadBody(at=at, expected=expected(first)))


@api.exception_handler(HttpError)
def not_json(request: HttpRequest, found: HttpError) -> HttpResponse:
    """A body that cannot be read, or no key."""
    return response(request, NoKey() if found.status_code == 401 else NotJson())


@api.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, found: RequestDataTooBig) -> HttpResponse:
    """A body that is too large to be read."""
    return response(request, TooLarge(most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
