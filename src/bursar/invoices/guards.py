"""Rules that the database checks of invoices, their numbers and their lines."""

import pgtrigger

from bursar.columns.guard import KEPT, AtCommit, Refuse, refusal

_COMPLETE = f"""
SELECT * INTO STRICT document FROM invoices_invoice WHERE account_id = NEW.account_id AND id = NEW.id;
IF document.number IS NULL THEN {refusal("numbered", "an invoice has a number when it is committed")} END IF;
SELECT count(*) AS lines, sum(amount) AS net, sum(tax) AS tax INTO sums
    FROM invoices_line WHERE account_id = NEW.account_id AND invoice_id = NEW.id;
IF sums.lines = 0 THEN {refusal("has_lines", "an invoice has at least one line")} END IF;
IF (sums.net, sums.tax) IS DISTINCT FROM (document.net::numeric, document.tax::numeric) THEN
    {refusal("adds_up", "an invoice's net and tax are the sums of its lines")}
END IF;
RETURN NULL;
"""
_IN_SERIES = f"""
SELECT * INTO STRICT document FROM invoices_invoice WHERE account_id = NEW.account_id AND id = NEW.id;
SELECT s.next, (s.seller_id, s.mode, s.kind)
        = (a.seller_id, CASE WHEN a.sandbox THEN 'sandbox' ELSE 'live' END, document.kind) AS fits
    INTO STRICT register
    FROM invoices_series s, accounts_account a WHERE s.id = document.series_id AND a.id = document.account_id;
IF NOT register.fits THEN
    {refusal("own_series", "an invoice stands in the series of its seller, mode and kind")}
END IF;
IF document.number >= register.next OR document.number > 1 AND NOT EXISTS (
    SELECT FROM invoices_invoice WHERE series_id = document.series_id AND number = document.number - 1
) THEN {refusal("gapless", "the numbers of a series have no gap")} END IF;
RETURN NULL;
"""
_ALL_USED = f"""
IF NEW.next > 1 AND NOT EXISTS (
    SELECT FROM invoices_invoice WHERE series_id = NEW.id AND number = NEW.next - 1
) THEN {refusal("gapless", "the numbers of a series have no gap")} END IF;
RETURN NULL;
"""
_STILL_OPEN = f"""
IF EXISTS (
    SELECT FROM invoices_invoice WHERE account_id = NEW.account_id AND id = NEW.invoice_id AND number IS NOT NULL
) THEN {refusal("still_open", "an invoice that has its number takes no more lines")} END IF;
RETURN NEW;
"""
_RECURRING = f"""
IF EXISTS (
    SELECT FROM invoices_line WHERE account_id = NEW.account_id AND id = NEW.line_id AND charge_type <> 'recurring'
) THEN {refusal("recurring_only", "only a recurring line pays for the days of an item")} END IF;
RETURN NEW;
"""

INVOICE_COMPLETE = AtCommit(
    name="complete",
    operation=pgtrigger.Insert,
    declare=[("document", "invoices_invoice%ROWTYPE"), ("sums", "record")],
    func=_COMPLETE,
)
INVOICE_IN_SERIES = AtCommit(
    name="in_series",
    operation=pgtrigger.Insert,
    declare=[("document", "invoices_invoice%ROWTYPE"), ("register", "record")],
    func=_IN_SERIES,
)
INVOICE_FROZEN = (
    Refuse(
        name="frozen",
        operation=pgtrigger.Update,
        condition=pgtrigger.AnyChange(exclude=["number"]),
        message="an invoice never changes; it is corrected by a credit note",
    ),
    Refuse(
        name="number_stays",
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__number__isnull=False),
        message="an invoice keeps its number",
    ),
    KEPT,
)
SERIES_USED = AtCommit(name="all_used", operation=pgtrigger.Insert | pgtrigger.Update, func=_ALL_USED)
SERIES_FORWARD = Refuse(
    name="forward",
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(new__next__lt=pgtrigger.F("old__next")),
    message="the next number of a series only moves forward",
)
LINE_IN_TIME = pgtrigger.Trigger(name="still_open", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_STILL_OPEN)
COVERAGE_RECURRING = pgtrigger.Trigger(
    name="recurring_only", when=pgtrigger.Before, operation=pgtrigger.Insert | pgtrigger.Update, func=_RECURRING
)
