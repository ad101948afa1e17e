"""The API itself: its routes, its authentication and its error answers."""

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
from bursar.api.expectation import expectation
from bursar.api.openapi import complete
from bursar.api.parameters import refuse_unknown_parameters
from bursar.api.problems import BadBody, no_such_address, response
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
    """The Ninja API with a completed OpenAPI document."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._documents: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the OpenAPI document."""
        # Building it costs a second of processor time, and anybody may ask for it: build it once per set of options.
        document = self._documents.get(str(options))
        if document is None:
            document = super().get_openapi_schema(**options)
            complete(document)
            self._documents[str(options)] = document
        return document

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the name of the view function, which is the name of the operation."""
        return str(operation.view_func.__name__)


# No `docs_url`: the page that it would serve loads its scripts from other sites.
api = Api(title="Bursar", version="1", auth=Key(), parser=JsonParser(), docs_url=None, urls_namespace="api")
for module in (accounts, overrides, limits, sessions, subscriptions, requests, seats, billing, payments, documents):
    refuse_unknown_parameters(module.router)
    api.add_router("", module.router)


@csrf_exempt  # It changes nothing, and a POST must get the 404 problem too, not a page about CSRF.
def unknown_address(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer that the API has no such address."""
    return response(request, no_such_address(request))


@api.exception_handler(Problem)
def problem(request: HttpRequest, error: Problem) -> HttpResponse:
    """Answer a refused call with its problem."""
    return response(request, error)


@api.exception_handler(ValidationError)
def bad_body(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer the first place where a body or query departs from the schema."""
    first = error.errors[0]
    # `loc` begins with "body" and the name of the view's parameter, which programs do not know.
    at = ".".join(str(part) for part in first["loc"][2:]) or str(first["loc"][-1])
    return response(request, BadBody(at=at, expected=expectation(first)))


@api.exception_handler(HttpError)
def not_json(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer a body that is no JSON, or a call without a valid key."""
    # Ninja raises this error in two cases only: the authentication returned nothing, or the parser failed.
    return response(request, NoKey() if error.status_code == 401 else NotJson())


@api.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """Answer a body that exceeds the limit."""
    return response(request, TooLarge(most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
