"""Rules about what was billed: coverage, lines, documents, credits and the numbers of documents."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from bursar.jobs.invariants.rule import Finding, select

SLOW: Final = timedelta(minutes=10)
"""Longer than any transaction takes between reading the clock and allotting its number."""


def coverage_follows_lines(now: datetime) -> Iterator[Finding]:
    """Each day of a recurring charge is covered by it until a credit gives it back: no day is paid or credited twice.

    What is charged once, or for what was used, covers none.

    Cure: find out which line is wrong before anything is billed again. Coverage is rebuilt from lines: the days of a
    charge less the days of its credits.
    """
    return select(_COVERAGE)


_COVERAGE: Final = """
WITH given AS (
    SELECT account_id, credits_id AS line_id, range_agg(span) AS days
    FROM invoices_line WHERE credits_id IS NOT NULL GROUP BY 1, 2
), owed AS (
    SELECT l.account_id, l.id AS line_id, l.product AS item,
        datemultirange(l.span) - coalesce(g.days, '{}') AS days
    FROM invoices_line l LEFT JOIN given g ON g.account_id = l.account_id AND g.line_id = l.id
    WHERE l.kind = 'charge' AND l.charge_type = 'recurring'
), stands AS (
    SELECT account_id, line_id, item, range_agg(span) AS days FROM invoices_coverage GROUP BY 1, 2, 3
)
SELECT account_id, item || ', line ' || line_id,
    'pays for ' || coalesce(owed.days, '{}')::text, 'pays for ' || coalesce(stands.days, '{}')::text
FROM owed FULL JOIN stands USING (account_id, line_id, item)
WHERE coalesce(owed.days, '{}') <> coalesce(stands.days, '{}')
"""


def line_tax_adds_up(now: datetime) -> Iterator[Finding]:
    """A line's amount is its gross less its discount, and the tax of a charge is its rate of the amount, rounded once.

    Cure: a line never changes. Correct what was billed by a credit, and find out what wrote the line.
    """
    return select(_LINE_TAX)


_LINE_TAX: Final = """
SELECT account_id, 'line ' || id,
    'amount ' || (gross - discount) || ', tax ' ||
        CASE kind WHEN 'charge' THEN round(tax_rate * amount)::bigint ELSE tax END,
    'amount ' || amount || ', tax ' || tax
FROM invoices_line
WHERE amount <> gross - discount OR kind = 'charge' AND tax <> round(tax_rate * amount)
"""


def documents_add_up(now: datetime) -> Iterator[Finding]:
    """Net, tax and total of a document are the sums of its lines, of which it has at least one.

    Cure: an issued document never changes. Cancel it by a credit note, and find out what wrote it.
    """
    return select(_DOCUMENTS)


_DOCUMENTS: Final = """
SELECT i.account_id, i.kind || ' ' || i.id,
    coalesce('net ' || s.net || ', tax ' || s.tax || ', total ' || (s.net + s.tax), 'at least one line'),
    'net ' || i.net || ', tax ' || i.tax || ', total ' || i.total
FROM invoices_invoice i LEFT JOIN (
    SELECT account_id, invoice_id, sum(amount) AS net, sum(tax) AS tax FROM invoices_line GROUP BY 1, 2
) s ON s.account_id = i.account_id AND s.invoice_id = i.id
WHERE (s.net, s.tax, s.net + s.tax) IS DISTINCT FROM (i.net::numeric, i.tax::numeric, i.total::numeric)
"""


def credits_within_charges(now: datetime) -> Iterator[Finding]:
    """All credits of a charge together give back no more than it, and all of it once they have given back every day.

    Cure: see which credit is one too many, invoice what it gave back, and find out what wrote it.
    """
    return select(_CREDITS)


_CREDITS: Final = """
SELECT c.account_id, 'credits of line ' || c.credits_id,
    coalesce('at most ' || l.gross || ' gross, ' || l.amount || ' net, ' || l.tax || ' tax for ' || l.span::text,
        'a charge of this account'),
    c.gross || ' gross, ' || c.net || ' net, ' || c.tax || ' tax for ' || c.days::text
FROM (
    SELECT account_id, credits_id, -sum(gross) AS gross, -sum(amount) AS net, -sum(tax) AS tax, range_agg(span) AS days
    FROM invoices_line WHERE credits_id IS NOT NULL GROUP BY 1, 2
) c LEFT JOIN invoices_line l ON l.account_id = c.account_id AND l.id = c.credits_id
WHERE l.kind IS DISTINCT FROM 'charge' OR NOT c.days <@ l.span
    OR c.gross > l.gross OR c.net > l.amount OR c.tax > l.tax
    OR c.days = datemultirange(l.span) AND (c.gross, c.net, c.tax) <> (l.gross, l.amount, l.tax)
"""


def numbers_without_gaps(now: datetime) -> Iterator[Finding]:
    """The numbers of a series are 1, 2, 3 and so on up to the last one allotted, each once.

    Cure: restore the missing document from a backup. Where that cannot be, record why a number is missing: the law
    asks for it.
    """
    return select(_GAPS)


_GAPS: Final = """
SELECT NULL::uuid, 'series ' || s.prefix, 'each number from 1 to ' || (s.next - 1),
    coalesce(n.many, 0) || ' numbers up to ' || coalesce(n.last, 0) || coalesce(', the first missing one is ' || (
        SELECT min(m.number) FROM generate_series(1, greatest(s.next - 1, n.last)) AS m(number)
        WHERE NOT EXISTS (SELECT FROM invoices_invoice i WHERE i.series_id = s.id AND i.number = m.number)
    ), '')
FROM invoices_series s LEFT JOIN (
    SELECT series_id, count(*) AS many, max(number) AS last FROM invoices_invoice GROUP BY 1
) n ON n.series_id = s.id
WHERE (coalesce(n.many, 0), coalesce(n.last, 0)) <> (s.next - 1, s.next - 1)
"""


def numbers_in_order(now: datetime) -> Iterator[Finding]:
    """A document with a higher number of its series was issued no earlier.

    Cure: see that the clocks of all machines agree. Numbers and days of issued documents stay as they are; record why.
    """
    return select(_ORDER, slow=SLOW)


# Transactions that run at once may be numbered in another order than they read the clock, also around midnight.
# Accounts of the sandbox share a series and have a clock each, so that only the real moment has an order there.
_ORDER: Final = """
SELECT n.account_id, s.prefix || lpad(n.number::text, 6, '0'),
    'issued on ' || n.day_before || ' or later, recorded at ' || n.moment_before || ' or later',
    'issued on ' || n.issued_on || ', recorded at ' || n.recorded_at
FROM (
    SELECT account_id, series_id, number, issued_on, recorded_at,
        lag(issued_on) OVER series AS day_before, lag(recorded_at) OVER series AS moment_before
    FROM invoices_invoice WINDOW series AS (PARTITION BY series_id ORDER BY number)
) n JOIN invoices_series s ON s.id = n.series_id
WHERE n.recorded_at < n.moment_before - %(slow)s
    OR s.mode = 'live' AND n.issued_on < n.day_before AND n.recorded_at >= n.moment_before
"""

RULES: Final = (
    coverage_follows_lines,
    line_tax_adds_up,
    documents_add_up,
    credits_within_charges,
    numbers_without_gaps,
    numbers_in_order,
)
