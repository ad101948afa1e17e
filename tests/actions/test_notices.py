"""What people are told: each fact once, to whom it concerns, in their language; and what becomes of emails."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connections

from api_client import ROLES, TEAM_10, ApiClient, email, seats, signed_in
from bursar.history.models import Entry
from bursar.identity.models import Person
from bursar.invoices.models import BillingSchedule
from bursar.jobs.steps import run_once
from bursar.notices.models import Email, Told
from bursar.notices.sending import TRIES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(vendor: None) -> ApiClient:
    return ApiClient()


def asked(api: ApiClient, **fields: Any) -> tuple[str, str]:
    """An account on which the admin has asked for two seats more, and the request's path."""
    path = api.account("online_assisted", **fields)
    api.take(path, TEAM_10)
    told_before()
    body = {"edits": [seats(12)], "reason": "Two join <us>"}
    return path, f"{path}/requests/{api.ok('POST', f'{path}/requests', body, by=email('admin'))['id']}"


def told_before() -> None:
    """Everybody has read what happened until now."""
    run_once(datetime.now(UTC))
    Email.objects.all().delete()
    mail.outbox.clear()


def emails() -> list[tuple[str, str]]:
    """Who was told what since, without the account's name; afterwards everybody has read it."""
    run_once(datetime.now(UTC))
    found = Email.objects.order_by("id").values_list("address", "subject")
    said = [(address.partition("@")[0], re.sub("^Acme\\s?: ", "", subject)) for address, subject in found]
    Email.objects.all().delete()
    return said


def test_a_request_and_its_answer_are_told_once_to_whom_they_concern_in_their_language(api: ApiClient) -> None:
    _, request = asked(api)
    Person.objects.filter(email=email("billing_admin")).update(locale="fr")
    run_once(datetime.now(UTC))
    run_once(datetime.now(UTC))
    emails = {one.address: one for one in Email.objects.all()}
    assert set(emails) == {email("owner"), email("billing_admin")}
    english, french = emails[email("owner")], emails[email("billing_admin")]
    assert english.subject == "Acme: A change was asked for."
    for said in ("By Admin, January 1, 2026.", "Admin asked for:", "Support: 10 → 12 seats, 2 more", "€38.00"):
        assert said in english.text, english.text
    assert "Reason: Two join <us>" in english.text and "Two join &lt;us&gt;" in english.html
    assert (
        f"http://localhost:8000{request}" in english.text and f'href="http://localhost:8000{request}"' in english.html
    )
    assert french.subject == "Acme : Un changement a été demandé." and "38,00 €" in french.text.replace("\xa0", " ")
    api.ok("POST", f"{request}/reject", {"reason": "Not this month."}, by=email("owner"))
    run_once(datetime.now(UTC))
    [answer] = Email.objects.filter(address=email("admin"))
    assert answer.subject == "Acme: The request was rejected." and "Answer: Not this month." in answer.text
    assert Email.objects.count() == 3


def test_many_workers_tell_a_fact_once(api: ApiClient) -> None:
    asked(api)

    def work(_: int) -> str:
        try:
            run_once(datetime.now(UTC))
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(6) as pool:
        assert Counter(pool.map(work, range(6))) == {"done": 6}
    assert Email.objects.count() == 2
    assert Told.objects.count() == Told.objects.values("entry_id").distinct().count()


def test_a_sandbox_keeps_its_emails_and_its_pages_show_them(api: ApiClient, settings: Any) -> None:
    settings.SENDS_MAIL = True
    path, _ = asked(api)
    run_once(datetime.now(UTC))
    assert not mail.outbox
    assert set(Email.objects.values_list("state", flat=True)) == {"outbox"}
    answer: Any = signed_in(email("agent")).get(f"{path}/outbox")
    shown = answer.content.decode()
    assert "Acme: A change was asked for." in shown and "to Owner, owner@acme.example" in shown
    assert "Two join &lt;us&gt;" in shown


def test_emails_of_a_live_account_are_sent_once_as_text_and_html(api: ApiClient, settings: Any) -> None:
    settings.SENDS_MAIL = True
    path, _ = asked(api, sandbox=False, today=None, name="Two\nlines")
    for _ in range(2):
        run_once(datetime.now(UTC))
        run_once(datetime.now(UTC))
    assert sorted(one.to[0] for one in mail.outbox) == [email("billing_admin"), email("owner")]
    sent: Any = mail.outbox[0]
    assert sent.subject == "Two lines: A change was asked for."
    assert [kind for _, kind in sent.alternatives] == ["text/html"]
    assert set(Email.objects.values_list("state", "tries")) == {("sent", 1)}
    assert signed_in(email("agent")).get(f"{path}/outbox").status_code == 404


def test_without_a_mail_server_emails_of_live_accounts_stay_where_they_are(api: ApiClient) -> None:
    asked(api, sandbox=False, today=None)
    run_once(datetime.now(UTC))
    assert not mail.outbox and set(Email.objects.values_list("state", flat=True)) == {"outbox"}


def test_a_mail_server_that_is_away_is_asked_again_later_and_at_last_no_more(api: ApiClient, settings: Any) -> None:
    settings.SENDS_MAIL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    asked(api, sandbox=False, today=None)
    now = datetime.now(UTC)
    for tries in range(1, TRIES + 1):
        run_once(now)
        run_once(now)
        assert set(Email.objects.values_list("tries", flat=True)) == {tries}
        now += timedelta(days=2)
    assert set(Email.objects.values_list("state", flat=True)) == {"failed"}


def test_new_owners_and_billing_admins_are_told(api: ApiClient) -> None:
    path = api.account()
    rows = {one["role"]: one["id"] for one in api.ok("GET", f"{path}/members")["items"]}
    api.ok("PATCH", f"{path}/members/{rows['admin']}", {"role": "billing_admin"}, by=email("owner"))
    api.ok("PATCH", f"{path}/members/{rows['agent']}", {"role": "light_agent"}, by=email("owner"))
    api.ok("POST", f"{path}/owner", {"member": rows["billing_admin"]}, by=email("owner"))
    run_once(datetime.now(UTC))
    told = Counter(Email.objects.values_list("address", "subject"))
    assert told == {
        (email("admin"), "Acme: Your role is now billing admin."): 1,
        (email("agent"), "Acme: Your role is now light agent."): 1,
        **{
            (email(role), "Acme: Ownership passed from Owner to Billing_Admin."): 1
            for role in ("owner", "billing_admin", "admin")
        },
    }


def test_a_change_and_its_invoice_are_told_together_to_who_sees_invoices(api: ApiClient) -> None:
    path = api.account()
    Person.objects.filter(email=email("billing_admin")).update(locale="fr")
    api.take(path, TEAM_10, {"edit": "change_cycle", "cycle": "annual"}, by=email("owner"))
    run_once(datetime.now(UTC))
    english, french = (Email.objects.get(address=email(role)) for role in ("owner", "billing_admin"))
    assert english.subject == "Acme: The subscription was changed." and "By Owner, January 1, 2026." in english.text
    for said in ("Support", "Billing cycle: annual", "-000001 for", "To be paid by January 31"):
        assert said in english.text, english.text
    [invoice] = api.ok("GET", f"{path}/invoices")["items"]
    assert f"http://localhost:8000{path}/invoices/{invoice['id']}" in english.text
    assert (
        "À payer au plus tard le 31 janvier 2026" in french.text
        and french.subject == "Acme : L’abonnement a été modifié."
    )
    assert Email.objects.count() == 2
    Email.objects.all().delete()
    # What costs nothing now is told to the others, not to whoever did it.
    [change] = api.take(path, seats(8), by=email("owner"))["changes"]
    assert emails() == [("billing_admin", "Support : 10 → 8 licences, 2 de moins (à partir du 1er janvier 2027)")]
    api.ok("DELETE", f"{path}/changes/{change['id']}", by=email("owner"))
    undone = "Support : 10 → 8 licences, 2 de moins (à partir du 1er janvier 2027)"
    assert emails() == [("billing_admin", f"Un changement prévu a été annulé : {undone}")]


def test_a_renewal_and_its_payment_are_one_email_told_when_it_is_known_what_became_of_it(api: ApiClient) -> None:
    path = api.account()
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    api.take(path, TEAM_10, by=email("owner"))
    assert [who for who, _ in emails()] == ["owner", "billing_admin"]
    api.ok("POST", f"{path}/clock", {"to": "2026-02-01"})
    number = api.ok("GET", f"{path}/invoices")["items"][0]["number"]
    assert emails() == [(role, f"€190.00 was paid for invoice {number}.") for role in ("owner", "billing_admin")]
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "declined_funds"})
    emails()
    api.ok("POST", f"{path}/clock", {"to": "2026-03-01"})
    run_once(datetime.now(UTC))
    failed = Email.objects.get(address=email("owner"))
    assert failed.subject.startswith("Acme: A payment of €190.00 for invoice ")
    assert failed.subject.endswith("-000003 did not come through: not enough funds.")
    assert "Pay the invoice in another way" in failed.text and "-000003" in failed.text


def test_a_renewal_that_a_credit_settles_is_told_though_nothing_is_collected(api: ApiClient) -> None:
    path = api.account()
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    api.take(path, seats_of(40), {"edit": "change_cycle", "cycle": "annual"}, by=email("owner"))
    sold = api.ok("GET", "/policy")
    now = {"effect": "now", "credit": True}
    api.ok("PUT", "/policy", {**sold, "timing": {**sold["timing"], "remove_seats": now, "change_billing_cycle": now}})
    api.take(path, seats(1), {"edit": "change_cycle", "cycle": "monthly"}, by=email("owner"))
    emails()
    api.ok("POST", f"{path}/clock", {"to": "2026-02-01"})
    assert emails() == [("owner", "The subscription was renewed."), ("billing_admin", "The subscription was renewed.")]


def seats_of(number: int) -> dict[str, Any]:
    return {**TEAM_10, "seats": number}


def test_a_renewal_on_invoice_is_told_with_the_day_by_which_it_is_to_be_paid(api: ApiClient) -> None:
    path = api.account()
    api.take(path, TEAM_10)
    emails()
    api.ok("POST", f"{path}/clock", {"to": "2026-02-01"})
    run_once(datetime.now(UTC))
    told = Email.objects.get(address=email("owner"))
    assert told.subject == "Acme: The subscription was renewed." and "To be paid by March 3, 2026: €190.00" in told.text


def test_a_renewal_after_a_long_term_is_told_ahead_once_with_what_it_costs_and_what_is_scheduled(
    api: ApiClient,
) -> None:
    path = api.account(today="2026-01-01")
    api.take(path, TEAM_10, {"edit": "change_cycle", "cycle": "annual"})
    api.take(path, seats(8))
    told_before()
    api.ok("POST", f"{path}/clock", {"to": "2026-12-17"})
    assert emails() == []
    api.ok("POST", f"{path}/clock", {"to": "2026-12-18"})
    run_once(datetime.now(UTC))
    [message] = Email.objects.filter(address=email("owner"))
    assert message.subject == "Acme: The subscription renews on January 1, 2027."
    for said in (
        "Next invoice: €1,520.00",
        "Support: 10 → 8 seats, 2 fewer (from January 1, 2027)",
        "before January 1",
    ):
        assert said in message.text, message.text
    told_before()
    api.ok("POST", f"{path}/clock", {"to": "2026-12-25"})
    assert emails() == []
    kinds = [one["kind"] for one in api.ok("GET", f"{path}/history")["items"]]
    assert kinds.count("renewal_ahead") == 1
    api.ok("POST", f"{path}/clock", {"to": "2027-12-20"})
    kinds = [one["kind"] for one in api.ok("GET", f"{path}/history")["items"]]
    assert kinds.count("renewal_ahead") == 2


def test_what_took_effect_by_itself_is_named_also_after_later_renewals(api: ApiClient) -> None:
    path = api.account("online_assisted", today="2026-01-01")
    api.take(path, TEAM_10)
    span = {"start": "2026-01-10", "end": "2026-01-20"}
    api.take(path, {"edit": "add_temporary_seats", "product": "support", "seats": 2, "span": span})
    api.take(path, {**seats(8), "on": "renewal"})
    told_before()
    api.ok("POST", f"{path}/clock", {"to": "2026-03-05"})
    run_once(datetime.now(UTC))
    said = [one.text for one in Email.objects.filter(address=email("owner")).order_by("id")]
    begun, over, renewed, again = said
    assert "Support: 2 temporary seats, January 10, 2026 to January 19, 2026" in begun
    assert "Support: 2 temporary seats ended." in over
    assert "Support: 10 → 8 seats, 2 fewer" in renewed and "€152.00" in renewed
    assert "→" not in again and "€152.00" in again


def test_what_renews_each_month_or_ends_is_not_told_ahead(api: ApiClient) -> None:
    monthly, ending = api.account(today="2026-01-01"), api.account(today="2026-01-01", name="Other")
    api.take(monthly, TEAM_10)
    api.take(ending, TEAM_10, {"edit": "change_cycle", "cycle": "annual"})
    api.take(ending, {"edit": "cancel", "reason": "done"})
    for path, day in ((monthly, "2026-01-25"), (ending, "2026-12-25")):
        api.ok("POST", f"{path}/clock", {"to": day})
        assert "renewal_ahead" not in [one["kind"] for one in api.ok("GET", f"{path}/history")["items"]]


def test_on_the_real_clock_the_worker_announces_by_the_day_of_each_account(api: ApiClient) -> None:
    today = datetime.now(UTC)
    path = api.account("managed", sandbox=False, today=None, time_zone="UTC")
    api.take(path, TEAM_10, {"edit": "change_cycle", "cycle": "annual"})
    ends = BillingSchedule.objects.get(account_id=path.rpartition("/")[2]).billed_until
    assert ends is not None
    told_before()
    counted = []
    for days in (15, 14, 13, 1, 0):
        run_once(datetime.combine(ends - timedelta(days=days), today.time(), UTC))
        counted.append(Entry.objects.filter(kind="renewal_ahead").count())
    assert counted == [0, 1, 1, 1, 1]


def test_who_only_receives_invoices_reads_of_each_invoice_once_and_of_nothing_else(
    api: ApiClient, settings: Any
) -> None:
    settings.SENDS_MAIL = True
    path = api.account("managed", sandbox=False, today=None, locale="fr")
    people = [("Books", "books@acme.example"), ("Owner", "OWNER@acme.example"), ("Agent", email("agent"))]
    details = {"recipients": [{"name": name, "email": address} for name, address in people]}
    api.ok("PUT", f"{path}/billing_details", {"sold_to": {"name": "Acme"}, **details})
    told_before()
    api.take(path, TEAM_10)
    api.take(path, {"edit": "cancel", "reason": "done"})
    for _ in range(2):
        run_once(datetime.now(UTC))
    found = [one for one in mail.outbox if one.to[0] in ("books@acme.example", email("agent"))]
    assert sorted(one.to[0] for one in found) == [email("agent"), "books@acme.example"]
    [message] = [one for one in found if one.to[0].startswith("books")]
    assert message.subject.startswith("Acme : Facture ") and "190,00 €" in str(message.body).replace("\xa0", " ")
    assert "vous fait envoyer ses factures" in str(message.body) and "http" not in str(message.body)
    owner = [one for one in mail.outbox if one.to[0].lower() == email("owner")]
    assert len(owner) == 2, "a member who sees invoices reads it once"


def test_a_failed_payment_is_told_with_what_is_open_and_advice_goes_to_members_alone(api: ApiClient) -> None:
    path = api.account("managed")
    books = {"name": "Books", "email": "books@acme.example"}
    api.ok("PUT", f"{path}/billing_details", {"sold_to": {"name": "Acme"}, "recipients": [books]})
    api.take(path, TEAM_10)
    told_before()
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "declined_funds"})
    run_once(datetime.now(UTC))
    texts = {one.address: one.text for one in Email.objects.filter(subject__contains="did not come through")}
    [received] = Email.objects.filter(address="books@acme.example")
    assert "Still to be paid: €190.00" in texts[email("owner")] and "Still to be paid: €190.00" in received.text
    assert "replace the payment type" in texts[email("owner")] and "replace" not in received.text


def test_an_invoice_that_is_paid_says_so(api: ApiClient) -> None:
    path = api.account("managed")
    api.take(path, TEAM_10)
    told_before()
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    run_once(datetime.now(UTC))
    [paid] = Email.objects.filter(address=email("owner"), subject__contains="was paid")
    assert "This invoice is paid." in paid.text


def test_people_do_without_what_they_need_not_know_and_are_told_all_else(api: ApiClient) -> None:
    path = api.account("self_service", today="2026-01-01")
    api.ok("PUT", f"{path}/payment_method", {"type": "card", "token": "ok"})
    api.take(path, TEAM_10, {"edit": "change_cycle", "cycle": "annual"})
    told_before()
    owner = signed_in(email("owner"))
    shown = owner.get("/me/emails").content.decode()
    assert shown.count("checked") == 4
    unknown = owner.post("/me/emails", {"wanted": ["payments", "nonsense"]})
    assert unknown.status_code == 422 and "nonsense" in unknown.content.decode()
    assert owner.post("/me/emails", {"wanted": ["payments"]}).status_code == 302
    shown = owner.get("/me/emails").content.decode()
    assert shown.count("checked") == 1
    api.take(path, seats(8))
    assert [who for who, _ in emails()] == ["billing_admin"]
    api.ok("POST", f"{path}/clock", {"to": "2026-12-20"})
    assert [who for who, _ in emails()] == ["billing_admin"]
    api.ok("PUT", f"{path}/payment_method", {"type": "invoice"})
    api.ok("POST", f"{path}/clock", {"to": "2027-01-01"})
    assert sorted(who for who, said in emails() if "renewed" in said) == ["billing_admin", "owner"], "it is to be paid"
    assert owner.post("/me/emails", {"wanted": ["payments", "changes", "renewals", "reminders"]}).status_code == 302
    api.take(path, seats(7))
    assert sorted(who for who, _ in emails()) == ["billing_admin", "owner"]


def test_that_an_account_ends_goes_on_after_all_or_has_ended_is_told_in_emails_of_its_own(api: ApiClient) -> None:
    path = api.account("self_service", today="2026-01-01")
    Person.objects.filter(email=email("billing_admin")).update(locale="fr")
    api.take(path, TEAM_10, {"edit": "add_product", "product": "voice", "plan": "standard", "seats": 2})
    told_before()
    [cancelled] = api.take(path, {"edit": "cancel", "reason": "done"}, by=email("owner"))["changes"]
    run_once(datetime.now(UTC))
    emails = {one.address: one for one in Email.objects.all()}
    assert set(emails) == {email("owner"), email("billing_admin")}, "also whoever did it"
    english, french = emails[email("owner")], emails[email("billing_admin")]
    assert english.subject == "Acme: The account ends on February 1, 2026." and "By Owner, January 1" in english.text
    assert french.subject == "Acme : Le compte prend fin le 1er février 2026."
    for said in (
        "Products that end with it: Support and Voice",
        "It can be undone before February 1, 2026. Owner (owner) can do this.",
        "Open invoices still have to be paid.",
        f"http://localhost:8000{path}\n",
    ):
        assert said in f"{english.text}\n" and said.strip() in english.html, english.text
    assert "Cela peut être annulé avant le 1er février 2026." in french.text
    told_before()
    api.ok("DELETE", f"{path}/changes/{cancelled['id']}", by=email("owner"))
    run_once(datetime.now(UTC))
    undone = Email.objects.get(address=email("owner"))
    assert undone.subject == "Acme: The account goes on: its end was undone."
    assert "It would have ended on February 1, 2026." in undone.text
    assert (
        Email.objects.get(address=email("billing_admin")).subject == "Acme : Le compte continue : sa fin a été annulée."
    )
    api.take(path, {"edit": "cancel", "reason": "done"}, by=email("owner"))
    told_before()
    api.ok("POST", f"{path}/clock", {"to": "2026-02-03"})
    run_once(datetime.now(UTC))
    over = {one.address: one for one in Email.objects.all()}
    assert set(over) == {email(role) for role in ROLES}, "nobody works in it any more"
    for role in ("owner", "agent"):
        assert over[email(role)].subject == "Acme: The account has ended."
        assert "\nOn February 1, 2026.\n" in over[email(role)].text, "nobody did it"
        assert "Products that ended with it: Support and Voice" in over[email(role)].text
        assert ("you can see and pay them in the Admin Center" in over[email(role)].text) is (role == "owner")
    assert "If you have questions, ask Owner (owner)." in over[email("agent")].text
    assert "Le 1er février 2026." in over[email("billing_admin")].text
    assert "restent dues" in over[email("billing_admin")].text


def test_an_account_that_ends_without_its_last_base_product_is_told_like_one_that_is_cancelled(api: ApiClient) -> None:
    path = api.account("self_service", today="2026-01-01")
    voice = {"edit": "add_product", "product": "voice", "plan": "standard", "seats": 2}
    api.take(path, TEAM_10, voice)
    told_before()
    api.take(path, {"edit": "remove_product", "product": "voice"})
    assert [said for _, said in emails()] == ["Remove Voice (from February 1, 2026)"] * 2
    api.take(path, {"edit": "remove_product", "product": "support"}, by=email("owner"))
    run_once(datetime.now(UTC))
    told = Email.objects.get(address=email("owner"))
    assert told.subject == "Acme: The account ends on February 1, 2026."
    assert "Remove Support (from February 1, 2026)" in told.text and "Products that end with it: Support\n" in told.text
    told_before()
    api.ok("POST", f"{path}/clock", {"to": "2026-02-01"})
    assert {said for _, said in emails()} == {"The account has ended."}


def test_nobody_does_without_the_email_that_an_account_ends_and_the_vendor_ends_one_at_once(api: ApiClient) -> None:
    path = api.account("managed", today="2026-01-01", representative={"name": "Rita", "email": "rita@vendor.example"})
    api.take(path, TEAM_10)
    assert signed_in(email("owner")).post("/me/emails", {}).status_code == 302
    told_before()
    [cancelled] = api.take(path, {"edit": "cancel", "reason": "done"})["changes"]
    run_once(datetime.now(UTC))
    told = Email.objects.get(address=email("owner"))
    assert "Your contact at the vendor can help: Rita" in told.text, "who of them could undo it"
    api.ok("DELETE", f"{path}/changes/{cancelled['id']}")
    assert ("owner", "The account goes on: its end was undone.") in emails()
    api.take(path, {"edit": "cancel", "reason": "done", "on": "now"})
    assert emails() == [(role, "The account has ended.") for role in ROLES]
