"""Sending somebody who is signed in to the vendor's product over to the Admin Center."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from bursar.accounts import sessions
from bursar.api.call import KeyOfOneAccount, enter, moment, once, vendor
from bursar.api.present.replies import Reply, reply
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import shape
from bursar.history.queries import Answer, IdempotencyKey

router = Router(tags=["accounts"])


@router.post("/accounts/{uuid:account_id}/sessions", response={201: shape(answers.Session)})
def open_session(request: HttpRequest, account_id: UUID, body: bodies.NewSession) -> Reply:
    """A link that signs a member in and opens a page of the Admin Center; send their browser there at once."""
    actor, now = vendor(request), moment()
    if getattr(request, "of_one_account", False):
        # Whoever is signed in is so in all of their accounts, and could keep a passkey for those to come.
        raise KeyOfOneAccount()

    def do(asked: IdempotencyKey | None) -> Answer:
        made = sessions.open_session(
            account_id,
            email=body.actor,
            page=body.page,
            return_to=body.return_to,
            actor=actor,
            now=now,
            idempotency_key=asked,
        )
        return Answer("session", str(made), 201)

    answer = once(request, do)
    return reply(enter(request, account_id), answer)
