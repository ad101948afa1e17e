"""Routes about the catalog and the policy, as documents."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from bursar.accounts.publishing import publish_policy
from bursar.api.body import read_json
from bursar.api.call import real_now, require_vendor
from bursar.api.schema import published
from bursar.api.schema.documented import documented_as
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


@router.get("/catalog", response=documented_as(published.Catalog))
def get_catalog(request: HttpRequest) -> Any:
    """Return the catalog in force."""
    return catalog_document.write(catalog.current())


@router.put("/catalog", response=documented_as(published.CatalogVersion))
def put_catalog(request: HttpRequest) -> Any:
    """Publish a catalog as a new version; accounts keep the items that it no longer names."""
    actor, now = require_vendor(request), real_now()
    version = catalog_actions.publish(_read_object(request), by=f"key {actor.id}", now=now)
    # A product left out by mistake is no error, as accounts keep it. The answer shows it, so that it is noticed.
    retired = keeping(catalog.current(), now)
    items = [{"product": product, "plan": plan, "accounts": count} for (product, plan), count in retired.items.items()]
    return {"version": version, "retired": {"accounts": retired.accounts, "items": items}}


@router.get("/policy", response=documented_as(published.Policy))
def get_policy(request: HttpRequest) -> Any:
    """Return the policy in force."""
    return policy_document.write(policy.current())


@router.put("/policy", response=documented_as(published.Version))
def put_policy(request: HttpRequest) -> Any:
    """Publish a policy as a new version; `replaces` gives accounts of former types another type in the same step."""
    actor = require_vendor(request)
    return {"version": publish_policy(_read_object(request), by=f"key {actor.id}", actor=actor, now=real_now())}


def _read_object(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object of the body. Errors: NotJson, NotObject."""
    content = read_json(request.body)
    if not isinstance(content, dict):
        raise NotObject()
    return content
