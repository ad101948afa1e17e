"""The catalog and the policy, as documents."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from bursar.accounts.publishing import publish_policy
from bursar.api.body import read_json
from bursar.api.call import moment, vendor
from bursar.api.schema import published
from bursar.api.schema.documented import shape
from bursar.catalog import actions as catalog_actions
from bursar.catalog import document as catalog_document
from bursar.catalog import queries as catalog
from bursar.core.messages.problem import Invalid
from bursar.policy import document as policy_document
from bursar.policy import queries as policy
from bursar.subscriptions.retired import keeping

router = Router(tags=["documents"])


class NotObject(Invalid):
    """Expected a JSON object as the body."""

    code = "bad_body"


@router.get("/catalog", response=shape(published.Catalog))
def get_catalog(request: HttpRequest) -> Any:
    """What is sold now."""
    return catalog_document.write(catalog.current())


@router.put("/catalog", response=shape(published.CatalogVersion))
def put_catalog(request: HttpRequest) -> Any:
    """Publish what is sold from now on, as a new version; whoever has what it no longer names keeps it."""
    actor, now = vendor(request), moment()
    version = catalog_actions.publish(_body(request), by=f"key {actor.id}", now=now)
    kept = keeping(catalog.current(), now)
    items = [{"product": product, "plan": plan, "accounts": count} for (product, plan), count in kept.items.items()]
    return {"version": version, "retired": {"accounts": kept.accounts, "items": items}}


@router.get("/policy", response=shape(published.Policy))
def get_policy(request: HttpRequest) -> Any:
    """Who may change what."""
    return policy_document.write(policy.current())


@router.put("/policy", response=shape(published.Version))
def put_policy(request: HttpRequest) -> Any:
    """Publish who may change what from now on, as a new version; what it `replaces` is replaced in the same step."""
    actor = vendor(request)
    return {"version": publish_policy(_body(request), by=f"key {actor.id}", actor=actor, now=moment())}


def _body(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that was sent. Errors: NotJson, NotObject."""
    found = read_json(request.body)
    if not isinstance(found, dict):
        raise NotObject()
    return found
