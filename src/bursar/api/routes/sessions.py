"""Routes that sign people of the vendor's product in to the Admin Center."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from bursar.accounts import sessions
from bursar.api.call import KeyOfOneAccount, answer_once, open_call, real_now, require_vendor
from bursar.api.present.replies import Reply, reply
from bursar.api.schema import answers, bodies
from bursar.api.schema.documented import documented_as
from bursar.history.queries import Answer, IdempotencyKey

router = Router(tags=["accounts"])


@router.post("/accounts/{uuid:account_id}/sessions", response={201: documented_as(answers.Session)})
def open_session(request: HttpRequest, account_id: UUID, body: bodies.NewSession) -> Reply:
    """Make a link that signs a member in and opens a page of the Admin Center; send their browser there at once."""
    actor, now = require_vendor(request), real_now()
    if getattr(request, "of_one_account", False):
        # The session would reach all accounts of its person, and a passkey added in it those to come.
        raise KeyOfOneAccount()

    def act(key: IdempotencyKey | None) -> Answer:
        session_id = sessions.open_session(
            account_id,
            email=body.actor,
            page=body.page,
            return_to=body.return_to,
            actor=actor,
            now=now,
            idempotency_key=key,
        )
        return Answer("session", str(session_id), 201)

    answer = answer_once(request, act)
    return reply(open_call(request, account_id), answer)
