"""Rows of accounts that the statements of other rooms join, so that these rooms name no table of this one."""

from typing import Final

ACCOUNTS: Final = """(
    SELECT a.id, a.name, a.sandbox, a.time_zone, a.clock_at, a.currency, s.state
    FROM accounts_account a LEFT JOIN accounts_accountstate s ON s.account_id = a.id
)"""
MEMBERS: Final = """(
    SELECT m.account_id, m.id, m.person_id, m.name, m.role, m.state, p.email, p.name AS person_name,
        m.removed_at IS NULL AS present, m.state = 'active' AND m.removed_at IS NULL AS active
    FROM accounts_member m JOIN accounts_person p ON p.id = m.person_id
)"""
"""Everybody who is or was a member."""
REMARKS: Final = "(SELECT account_id, id, text FROM accounts_remark)"
PARTIES: Final = """(
    SELECT a.id AS account_id, l.id AS seller_id, CASE WHEN a.sandbox THEN 'sandbox' ELSE 'live' END AS mode,
        l.time_zone, json_build_object('name', l.name, 'country', l.country) AS seller,
        d.sold_to::json, d.bill_to::json, d.vat_id, d.purchase_order, d.recipients::json
    FROM accounts_account a
    JOIN accounts_seller l ON l.id = a.seller_id
    JOIN accounts_billingdetails d ON d.account_id = a.id
)"""
"""The seller of each account, and the invoice details of its next document."""
