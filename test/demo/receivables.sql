-- Synthetic receivables for the demo, from the real invoices.
--
-- Needs table online_retail; makes table receivable, one row per invoice with
-- a positive total.  No receivables are published with these sales, so they
-- follow a rule, by hashes of account and invoice, so that each run makes the
-- same:
--
--	due		30 days after the invoice
--	paid	an account has a habit: from 25 days early to 14 late, and one
--			account in six from 15 to 60 late; each invoice differs from it by
--			up to five days
--	cash	one account in 20 pays within three days
--	open	one account in 25 has paid nothing that was due after August 2011

\echo
\echo 'The sales are real. The receivables that follow are SYNTHETIC: no payments are'
\echo 'published with these sales, so due and paid days are made up from the numbers of'
\echo 'account and invoice, by the rule in test/demo/receivables.sql. What is said below'
\echo 'of the payment of an account is said of no real company.'
\echo

CREATE TABLE receivable AS
SELECT invoice_no, customer_id, issued_on, issued_on + 30 AS due_on, amount,
       CASE WHEN stops = 0 AND issued_on + 30 > date '2011-08-31' THEN NULL
            WHEN cash = 0 THEN issued_on + swing % 4
            ELSE issued_on + 30 + CASE WHEN late = 0 THEN 15 + habit % 46 ELSE habit % 40 - 25 END + swing - 5
       END AS paid_on
FROM (SELECT invoice_no, customer_id, min(invoiced_at)::date AS issued_on, sum(amount)::numeric(12,2) AS amount,
             ('x' || substr(md5(customer_id::text), 1, 6))::bit(24)::integer AS habit,
             ('x' || substr(md5(customer_id::text), 7, 6))::bit(24)::integer % 6 AS late,
             ('x' || substr(md5(customer_id::text), 13, 6))::bit(24)::integer % 20 AS cash,
             ('x' || substr(md5(customer_id::text), 19, 6))::bit(24)::integer % 25 AS stops,
             ('x' || substr(md5(invoice_no), 1, 6))::bit(24)::integer % 11 AS swing
      FROM online_retail
      WHERE customer_id IS NOT NULL
      GROUP BY invoice_no, customer_id
      HAVING sum(amount) > 0) AS invoice;

COMMENT ON TABLE receivable IS 'One row per invoice: synthetic receivables, see test/demo/receivables.sql.';
