"""Each line says what was sold, in the words of the catalog version that sold it, by what it counts, and why it is charged.

Lines of issued documents get the words of the version that the account's price was agreed from. Lines of kept quotes, of
which some still wait for a payment, get those of the version that the quote was made by.
"""

from django.db import migrations, models

import bursar.columns.codes

FILL = """
CREATE TEMPORARY TABLE named ON COMMIT DROP AS
    SELECT v.number AS version, product->>'code' AS product, plan->>'code' AS plan,
        plan->'prices'->0->>'per' AS per,
        jsonb_build_object('en', concat_ws(', ', product->'name'->>'en', plan->'name'->>'en'))
        || CASE WHEN product->'name' ? 'fr' OR plan->'name' ? 'fr' THEN jsonb_build_object('fr', concat_ws(', ',
            coalesce(product->'name'->>'fr', product->'name'->>'en'),
            coalesce(plan->'name'->>'fr', plan->'name'->>'en')
        )) ELSE '{}' END AS description
    FROM catalog_version v, jsonb_array_elements(v.document->'products') AS product,
        jsonb_array_elements(product->'plans') AS plan;
CREATE INDEX ON named (product, plan, version);

CREATE TEMPORARY TABLE agreed ON COMMIT DROP AS
    SELECT c.account_id, price->>'product' AS product, price->>'plan' AS plan, (price->>'rate')::numeric AS rate,
        price->>'per' AS per, (price->>'catalog_version')::integer AS version, c.ordered_on, c.position
    FROM subscriptions_change c, jsonb_array_elements(c.terms->'prices') AS price;
CREATE INDEX ON agreed (account_id, product, plan);

ALTER TABLE invoices_line DISABLE TRIGGER USER;
UPDATE invoices_line AS line SET
    per = coalesce(sold.per, called.per, 'seat'),
    description = coalesce(called.description, jsonb_build_object('en', concat_ws(', ', charge.product, charge.plan)))
FROM invoices_line AS charge
JOIN invoices_invoice AS document ON document.account_id = charge.account_id AND document.id = charge.invoice_id
LEFT JOIN LATERAL (
    SELECT agreed.per, agreed.version FROM agreed
    WHERE agreed.account_id = charge.account_id AND agreed.product = charge.product AND agreed.plan = charge.plan
    ORDER BY agreed.rate = charge.unit_price DESC, agreed.ordered_on <= document."on" DESC, agreed.position DESC
    LIMIT 1
) AS sold ON true
LEFT JOIN LATERAL (
    SELECT coalesce(sold.version, max(v.number), 1) AS version FROM catalog_version v
    WHERE v.published_at <= document.recorded_at
) AS wanted ON true
LEFT JOIN LATERAL (
    SELECT named.per, named.description FROM named
    WHERE named.product = charge.product AND named.plan = charge.plan
    ORDER BY named.version <= wanted.version DESC, abs(named.version - wanted.version) LIMIT 1
) AS called ON true
WHERE charge.account_id = line.account_id AND charge.id = coalesce(line.credits_id, line.id);
ALTER TABLE invoices_line ENABLE TRIGGER USER;

CREATE FUNCTION pg_temp.described(lines jsonb, wanted integer) RETURNS jsonb LANGUAGE sql AS $$
    SELECT coalesce(jsonb_agg(line || jsonb_build_object(
        'charge_type', 'recurring',
        'per', coalesce(called.per, 'seat'),
        'description', coalesce(called.description, jsonb_build_object(
            'en', concat_ws(', ', line->>'product', line->>'plan')
        ))
    ) ORDER BY place), '[]')
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS listed(line, place)
    LEFT JOIN LATERAL (
        SELECT named.per, named.description FROM named
        WHERE named.product = line->>'product' AND named.plan = line->>'plan'
        ORDER BY named.version <= wanted DESC, abs(named.version - wanted) LIMIT 1
    ) AS called ON true
$$;
ALTER TABLE subscriptions_quote DISABLE TRIGGER USER;
UPDATE subscriptions_quote SET content = content || jsonb_build_object(
    'lines', pg_temp.described(content->'lines', catalog_version),
    'renewal_lines', pg_temp.described(content->'renewal_lines', catalog_version)
)
WHERE content ? 'lines' AND content ? 'renewal_lines' AND (content->'lines', content->'renewal_lines') <> ('[]', '[]');
ALTER TABLE subscriptions_quote ENABLE TRIGGER USER;
DROP FUNCTION pg_temp.described;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0001_initial"),
        ("invoices", "0004_trial"),
        ("subscriptions", "0004_requests_overtaken"),
    ]

    operations = [
        migrations.AddField(
            model_name="line",
            name="charge_type",
            field=bursar.columns.codes.CodeField(codes=("recurring", "one_off", "usage"), default="recurring"),
        ),
        migrations.AddField(model_name="line", name="description", field=models.JSONField(null=True)),
        migrations.AddField(
            model_name="line",
            name="per",
            field=bursar.columns.codes.CodeField(codes=("seat", "unit", "account"), null=True),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(model_name="line", name="description", field=models.JSONField()),
        migrations.AlterField(
            model_name="line", name="per", field=bursar.columns.codes.CodeField(codes=("seat", "unit", "account"))
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(("description__has_key", "en")), name="invoices_line_described"
            ),
        ),
    ]
