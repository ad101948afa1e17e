"""A walk through every page as the people of the demo, for whoever wants to look at each: tests and pictures."""

from collections.abc import Iterable, Iterator
from typing import Final

from playwright.sync_api import Page

PEOPLE = {
    "Maya Fernandez": "owner of a self-service account",
    "Jonas Weber": "owner of an account with changes scheduled",
    "Rosa Bianchi": "owner of an account that has just signed up",
    "Sofia Marin": "owner of an account on trial",
    "Claire Fontaine": "owner of an online-assisted account",
    "Nadia Benali": "admin of an online-assisted account",
    "Ingrid Solberg": "owner of a managed account",
    "Camille Roche": "in sales at the vendor",
    "Greta Lind": "in finance at the vendor",
    "Paul Amsel": "who manages the vendor's staff",
}

PARTS: Final = (
    ("entrance", "self_service"),
    ("scheduled", "signed_up", "assisted", "managed"),
    ("others", "desk"),
)
"""All walks, in parts that take about as long as each other."""


class PageWalk:
    """Somebody who signs in as one person after another; each method walks and says where they stand."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def all(self) -> Iterator[str]:
        """Every page, in a state worth looking at. Walking it again finds the demo as good as new."""
        for part in PARTS:
            yield from self.part(part)

    def part(self, walks: Iterable[str]) -> Iterator[str]:
        """Some of the walks; each finds the demo as it was loaded."""
        for walk in walks:
            yield from getattr(self, walk)()

    def entrance(self) -> Iterator[str]:
        """What nobody needs to sign in for."""
        self.page.goto("/look")
        yield "gallery"
        self.page.goto("/")
        yield "welcome"
        self.page.goto("/invitation/any")
        yield "invitation"
        for where in ("sign-in", "sign-in/link", "sign-in/password"):
            self.page.goto(f"/{where}")
            yield where.replace("/", "_").replace("-", "_")

    def self_service(self) -> Iterator[str]:
        """What somebody sees who may do everything."""
        page = self.sign_in("Maya Fernandez")
        yield "subscription"
        for where in ("payment", "invoices", "details", "team", "seats", "admins", "history", "capabilities", "cancel"):
            self.go(where)
            yield where
        yield from self._people()
        self.go("seats")
        page.locator("form[action$='voice/assign'] button").click()
        page.locator("form[action*='/voice/'][action$=free]").wait_for()
        yield "seats_given"
        page.locator("form[action*='/voice/'][action$=free] button").click()
        page.wait_for_load_state()
        self.go("admins")
        page.locator("button[popovertarget^=remove-]").first.click()
        yield "admins_dialog"
        self.go("invoices")
        page.locator("main tbody a").first.click()
        yield "invoice"
        self.go("details")
        page.locator("[name=sold_to_name]").fill("")
        page.locator("[name=vat_id]").fill("FR 12 345")
        page.locator("[name=recipients]").fill("nobody")
        self.send("main form")
        yield "details_wrong"
        yield from self._changing()
        yield from self._paying()
        self.go("cancel")
        self.send("main form")
        yield "cancel_confirm"
        page.goto("/me")
        yield "me"
        page.goto("/me/address/any")
        yield "me_address_new"
        for where in (
            "security",
            "password/first",
            "sessions",
            "emails",
        ):
            page.goto(f"/me/{where}")
            yield f"me_{where.replace('/', '_')}"
        page.goto("/nowhere")
        yield "not_found"
        self.sign_out()

    def _people(self) -> Iterator[str]:
        """Inviting somebody, and what may be done with them and with others."""
        page = self.page
        self.go("team")
        self.send("form[action$=invite]")
        yield "team_wrong"
        page.locator("[name=name]").fill("Zoe Lindgren")
        page.locator("[name=email]").fill("zoe@brightside.example")
        self.send("form[action$=invite]")
        yield "team_invited"
        page.get_by_role("link", name="Zoe Lindgren").click()
        yield "person_invited"
        self.send("form[action$=remove]")
        page.get_by_role("link", name="Lena Brandt").click()
        yield "person"
        self.send("form[action$=suspend]")
        page.get_by_role("link", name="Lena Brandt").click()
        yield "person_suspended"
        self.send("form[action$=resume]")

    def _changing(self) -> Iterator[str]:
        """From the form to what was done; and what is shown when the world has moved meanwhile."""
        page = self.page
        self.go("manage")
        yield "manage"
        self.one_seat_more()
        page.locator("[name=plan_support]").last.check()
        page.locator("#following .grand").wait_for()
        yield "manage_filled"
        self.send("form.split")
        yield "confirm"
        self.one_more_and_review()
        quote = page.url
        page.locator(".sandbox button").click()
        page.locator(".toast").wait_for()
        page.goto(quote)
        self.send("form[action$=take]")
        yield "confirm_moved"
        self.send("form[action$=take]")
        yield "done"
        self.go("manage")
        page.locator("[name=quantity_support]").fill("0")
        self.send("form.split")
        yield "manage_wrong"

    def _paying(self) -> Iterator[str]:
        """A payment that is declined, one that asks for confirmation, and an invoice that is paid by hand."""
        page = self.page
        self.pay_by("declined_funds")
        self.one_more_and_review()
        self.send("form[action$=take]")
        yield "declined"
        self.pay_by("needs_authentication")
        yield "payment_changed"
        self.one_more_and_review()
        self.send("form[action$=take]")
        yield "sandbox"
        gateway = page.url
        self.go("subscription", to=self.account)
        yield "subscription_waiting"
        page.goto(gateway)
        page.locator("button[value=failed]").click()
        page.wait_for_load_state()
        yield "not_confirmed"
        self.pay_by("ok")

    def scheduled(self) -> Iterator[str]:
        """What is scheduled, and the question what becomes of it."""
        page = self.sign_in("Jonas Weber")
        yield "subscription_scheduled"
        self.go("manage")
        page.locator("[name=quantity_support]").fill("26")
        page.locator("#following input[type=radio]").first.wait_for()
        yield "manage_collision"
        self.sign_out()

    def signed_up(self) -> Iterator[str]:
        """An account that has nothing yet."""
        self.sign_in("Rosa Bianchi")
        yield "subscription_empty"
        self.go("invoices")
        yield "invoices_empty"
        self.go("manage")
        yield "manage_first"
        self.sign_out()
        self.sign_in("Sofia Marin")
        yield "subscription_trial"
        self.go("manage")
        yield "manage_trial"
        self.sign_out()

    def assisted(self) -> Iterator[str]:
        """An account that was sold to: its owner, and an admin who may only ask."""
        self.sign_in("Claire Fontaine")
        yield "assisted_subscription"
        for where in ("manage", "payment", "details"):
            self.go(where)
            yield f"assisted_{where}"
        yield from self._temporary()
        self.sign_out()
        self.sign_in("Nadia Benali")
        yield "asking_subscription"
        self.one_more_and_review()
        yield "asking_confirm"
        self.page.locator("[name=reason]").fill("Two colleagues join us in January.")
        self.send("form.stack")
        yield "request_asked"
        asked = self.page.url
        self.go("subscription")
        yield "asking_waiting"
        self.go("capabilities")
        yield "asking_capabilities"
        self.sign_out()
        self.sign_in("Claire Fontaine")
        self.page.goto(asked)
        yield "request_review"
        self.send("form[action$=reject]")
        yield "request_no_reason"
        self.page.locator("[name=reason]").fill("We wait for the new budget.")
        self.send("form[action$=reject]")
        yield "request_rejected"
        self.go("requests")
        yield "requests"
        self.go("outbox")
        yield "outbox"
        self.sign_out()

    def _temporary(self) -> Iterator[str]:
        """Seats for some days: what is asked, and what is wrong."""
        page = self.page
        self.go("manage")
        page.locator("details summary").first.click()
        page.locator("[name=temporary_support]").fill("5")
        page.locator("[name=last_support]").fill(page.locator("[name=first_support]").input_value())
        page.locator("#following .grand").wait_for()
        yield "temporary_filled"
        page.locator("[name=last_support]").fill("2020-01-01")
        self.send("form.split")
        yield "temporary_wrong"

    def managed(self) -> Iterator[str]:
        """An account that the vendor's sales team runs, as its owner."""
        self.sign_in("Ingrid Solberg")
        yield "managed_subscription"
        self.go("manage")
        yield "closed"
        self.go("invoices")
        self.page.locator("main tbody a").first.click()
        if self.page.locator("main a[href$=pay]").count():
            self.page.locator("main a[href$=pay]").first.click()
            yield "pay"
        self.sign_out()

    def desk(self) -> Iterator[str]:
        """What the vendor's staff sees, and does on an account."""
        page = self.page
        self.sign_in("Camille Roche")
        yield "desk"
        page.goto("/desk/open")
        yield "desk_open"
        self.send("main form")
        yield "desk_open_wrong"
        page.goto("/desk/staff")
        yield "desk_staff"
        self.find("Northwind Bank")
        yield "staff_subscription"
        for where in ("manage", "admins", "desk", "team", "capabilities", "requests"):
            self.go(where)
            yield f"staff_{where}"
        self.go("desk/emails")
        yield "staff_emails"
        self.go("desk/emails?q=nobody")
        yield "staff_emails_none"
        self.go("desk")
        self.send("form[action$=overrides]")
        yield "staff_desk_wrong"
        page.locator("[name=reason]").fill("They asked by telephone.")
        self.send("form[action$=overrides]")
        yield "staff_desk_exception"
        self.send("form[action$=end]")
        self.sign_out()
        self.sign_in("Greta Lind")
        self.find("Northwind Bank")
        self.go("manage")
        yield "staff_closed"
        self.go("desk")
        yield "staff_desk_finance"
        self.send("form[action$=standing]")
        yield "staff_suspending"
        self.sign_out()
        self.sign_in("Paul Amsel")
        page.goto("/desk/staff")
        page.locator("button[popovertarget^=dismiss-]").first.click()
        yield "desk_staff_dialog"
        self.sign_out()

    def others(self) -> Iterator[str]:
        """Whoever is not the owner, on each type of account, on the pages that differ for them."""
        for name in ("Owen Clarke", "Jess Whitman", "Hugo Marchand", "Tomas Lindqvist", "Priya Raman"):
            self.sign_in(name)
            for where in ("subscription", "manage"):
                self.go(where)
                yield f"{where}_{name.split()[0].lower()}"
            self.sign_out()
        for account, kind in (
            ("Northwind Bank", "managed"),
            ("Atelier Lumière", "assisted"),
            ("Brightside Travel", "self_service"),
        ):
            for name, role in (("Robin Vidal", "agent"), ("Noor Haddad", "light_agent")):
                self.sign_in(name, account)
                yield f"{kind}_{role}"
                self.go("subscription")
                yield f"{kind}_{role}_closed"
                self.go("team")
                yield f"{kind}_{role}_team"
                self.sign_out()

    def sign_in(self, name: str, account: str = "") -> Page:
        """Be one of the people of the demo; of an account by name, where several have somebody of that name."""
        self.page.goto("/")
        people = self.page.locator("main section", has_text=account).locator("li", has_text=name)
        people.get_by_role("button").first.click()
        self.page.locator(".side").wait_for(state="attached")
        self.account = self.page.url.rpartition("/")[0]
        return self.page

    def find(self, account: str) -> None:
        """To an account, from the desk."""
        self.page.goto(f"/desk?q={account.split()[0]}")
        self.page.get_by_role("link", name=account).click()
        self.page.wait_for_url("**/subscription")
        self.account = self.page.url.rpartition("/")[0]

    def sign_out(self) -> None:
        """Be nobody again."""
        self.page.goto(self.account)
        self.page.locator("form[action='/sign-out']").first.evaluate("one => one.submit()")
        self.page.wait_for_url("**/")

    def go(self, where: str, to: str = "") -> None:
        """To a page of the account."""
        self.page.goto(f"{to or self.account}/{where}")

    def send(self, form: str) -> None:
        """Press the button of a form."""
        self.page.locator(form).locator("button[type=submit]").last.click()
        self.page.wait_for_load_state()

    def one_seat_more(self) -> None:
        """One seat of Support more, by its button where there are scripts."""
        field = self.page.locator("[name=quantity_support]")
        field.fill(str(int(field.input_value()) + 1))

    def one_more_and_review(self) -> None:
        """To the summary of one seat more."""
        self.go("manage")
        self.one_seat_more()
        self.send("form.split")

    def pay_by(self, token: str) -> None:
        """Replace the card."""
        self.go("payment")
        self.page.locator("[name=token]").select_option(token)
        self.send("main form.stack")
