-- Receivables, strategic accounts and account types of a mart, against plain
-- SQL on the real sales.  No public receivables belong to them: those here
-- are made from the invoices, by hashes of their numbers.
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set VERBOSITY terse
\pset format unaligned
\pset footer off
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SET jit = off;
CREATE SCHEMA regress_strategic;
SET search_path = regress_strategic;
\set ECHO none
\getenv abs_srcdir PG_ABS_SRCDIR
\set loader :abs_srcdir '/data/onlineretail.sql'
\i :loader
\set loader :abs_srcdir '/data/northwind.sql'
\i :loader
\set ECHO all

-- 0 to n - 1, by the hash of a text
CREATE FUNCTION chance(seed text, n integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ('x' || substr(md5(seed), 1, 7))::bit(28)::integer % n;

-- The same tables for each set of sales: sale, inv, cust, prod.  inv goes by
-- the rule: due after 30 days; paid 25 days early to 34 late by account, five
-- days more or less by invoice; one account in 13 pays cash, one in 10 stops
-- paying; one invoice in 7 is paid in two parts; one credit note in 5 stays
-- open.
CREATE PROCEDURE make_source(s text, stops date) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('search_path', quote_ident(s) || ', regress_strategic', false);
	CREATE TABLE inv AS
	SELECT i.document || CASE WHEN part = 2 THEN '/2' ELSE '' END AS document, i.account, i.issued, i.issued + 30 AS due,
		CASE WHEN i.amount < 0 THEN CASE WHEN chance(document, 5) > 0 THEN i.issued END
			WHEN chance(account::text, 10) = 0 AND i.issued >= stops THEN NULL
			WHEN chance(account::text, 13) = 1 THEN i.issued + chance(document, 3)
			ELSE i.issued + 30 + chance(account::text, 60) - 25 + chance(document || part, 11) - 5 END AS paid,
		(i.amount / CASE WHEN chance(document, 7) = 0 THEN 2 ELSE 1 END)::numeric(24,4) AS amount
	FROM (SELECT document, account, min(day) AS issued, sum(amount) AS amount FROM sale WHERE account IS NOT NULL GROUP BY 1, 2 HAVING sum(amount) <> 0) AS i,
		generate_series(1, CASE WHEN chance(document, 7) = 0 THEN 2 ELSE 1 END) AS part;
	CREATE TABLE cust AS
	SELECT account, 'Name ' || account AS name, 'Manager ' || chance(account || 'm', 4) AS manager,
		CASE WHEN chance(account || 'g', 5) = 0 THEN 'Group ' || chance(account || 'n', 60) END AS grp,
		CASE chance(account || 'c', 20) WHEN 0 THEN 'Distributor' WHEN 1 THEN 'sales REPRESENTATIVE' WHEN 2 THEN NULL ELSE 'shop' END AS channel,
		CASE chance(account || 'l', 9) WHEN 0 THEN 1e30 WHEN 1 THEN NULL WHEN 2 THEN 0 ELSE 1000 * chance(account || 'L', 50) END AS credit_limit,
		chance(account || 'p', 70) = 0 AS prestige, CASE WHEN chance(account || 'x', 4) > 0 THEN chance(account || 'u', 60) = 0 END AS multinational,
		chance(account || 'i', 80) = 0 AS image_maker, nullif(chance(account || 'e', 90) = 0, false) AS expert, chance(account || 't', 75) = 0 AS test_partner,
		chance(account || 'X', 150) = 0 AS excluded
	FROM (SELECT DISTINCT account::text AS account FROM sale WHERE account IS NOT NULL) AS a
	WHERE chance(account || 'k', 12) > 0;
	EXECUTE 'ALTER TABLE cust ALTER account TYPE ' || (SELECT format_type(atttypid, -1) FROM pg_attribute WHERE attrelid = 'sale'::regclass AND attname = 'account') || ' USING account::' || (SELECT format_type(atttypid, -1) FROM pg_attribute WHERE attrelid = 'sale'::regclass AND attname = 'account');
	CREATE TABLE prod AS
	SELECT product, chance(product || 'w', 40) / 8.0 AS weight_kg, chance(product || 's', 12) = 0 AS slow_moving, chance(product || 'n', 30) = 0 AS non_conforming, product IN ('POST', 'DOT', '77') AS is_service
	FROM (SELECT DISTINCT product FROM sale) AS p;
	-- whose account counts as whose
	CREATE TABLE same AS SELECT account AS old, account FROM cust LIMIT 0;
	ANALYZE inv, cust, prod;
END $$;
CREATE SCHEMA regress_strategic_a;
CREATE VIEW regress_strategic_a.sale AS
SELECT customer_id AS account, invoiced_at::date AS day, amount::numeric(24,4) AS amount, round(amount * (0.5 + 0.04 * length(stock_code)), 4)::numeric(24,4) AS cost, quantity, stock_code AS product, invoice_no AS document FROM online_retail;
CREATE SCHEMA regress_strategic_b;
CREATE VIEW regress_strategic_b.sale AS
SELECT customer_id AS account, order_date AS day, amount::numeric(24,4) AS amount, round(amount * (0.5 + 0.04 * (product_id % 9)), 4)::numeric(24,4) AS cost, quantity, product_id::text AS product, order_id::text AS document FROM northwind;
CALL make_source('regress_strategic_a', '2011-08-01');
CALL make_source('regress_strategic_b', '1998-01-01');
SET search_path = regress_strategic;

-- The definitions, in plain SQL over these tables and account_month, whose
-- figures other tests prove: views beside the source of a mart, those named
-- v_… kept in tables o_… while marts are compared with them.
CREATE PROCEDURE make_oracle(s text, mart text) LANGUAGE plpgsql AS $$
DECLARE
	statement text;
BEGIN
	PERFORM set_config('search_path', quote_ident(s) || ', regress_strategic', false);
	FOREACH statement IN ARRAY string_to_array($ddl$
CREATE VIEW o_month AS
SELECT report_month, (report_month + interval '1 month - 1 day')::date AS day FROM MART.report_calendar;

CREATE VIEW v_item AS
SELECT m.report_month, m.day, coalesce(s.account, i.account) AS account, i.issued, i.due, CASE WHEN i.paid <= m.day THEN i.paid END AS paid, i.amount, i.paid <= m.day IS TRUE AS is_paid
FROM (SELECT report_month, day FROM o_month UNION ALL SELECT NULL, (SELECT max(as_of) FROM MART.refresh_log)) AS m
	CROSS JOIN (SELECT account, issued, CASE WHEN isfinite(due) THEN due ELSE issued END AS due, CASE WHEN isfinite(paid) THEN paid END AS paid, amount FROM inv) AS i
	LEFT JOIN same AS s ON s.old = i.account
	CROSS JOIN MART.settings AS t
WHERE EXISTS (SELECT FROM MART.binding AS b WHERE b.contract = 'receivables') AND i.account IS NOT NULL AND abs(i.amount) < 1e13 AND i.issued BETWEEN t.first_month AND m.day
	AND (i.issued > m.day - make_interval(months => t.habit_months) OR i.paid > m.day - make_interval(months => t.habit_months) OR i.paid IS NULL);

CREATE VIEW v_payment AS
SELECT report_month, day, account, count(*) AS item_count,
	CASE WHEN count(*) FILTER (WHERE counts) >= 3 THEN sum(amount * points) FILTER (WHERE counts) / sum(amount) FILTER (WHERE counts) END AS payment_habit,
	sum(amount * (paid - issued)) FILTER (WHERE counts AND is_paid) / sum(amount) FILTER (WHERE counts AND is_paid) AS days_to_pay,
	sum(amount * greatest(late, 0)) FILTER (WHERE counts) / sum(amount) FILTER (WHERE counts) AS days_late,
	sum(amount * (paid - issued <= (SELECT cash_days FROM MART.settings))::integer) FILTER (WHERE counts AND is_paid) / sum(amount) FILTER (WHERE counts AND is_paid) AS cash_share,
	max(greatest(late, 0)) FILTER (WHERE counts) AS worst_days_late,
	coalesce(sum(amount) FILTER (WHERE issued >= report_month), 0) AS billed,
	coalesce(sum(amount) FILTER (WHERE NOT is_paid), 0) AS open,
	coalesce(sum(amount) FILTER (WHERE NOT is_paid AND amount > 0 AND late > 0), 0) AS overdue,
	coalesce(sum(amount) FILTER (WHERE NOT is_paid AND (amount < 0 OR late <= 0)), 0) AS current,
	coalesce(sum(amount) FILTER (WHERE NOT is_paid AND amount > 0 AND late BETWEEN 1 AND 30), 0) AS to_30,
	coalesce(sum(amount) FILTER (WHERE NOT is_paid AND amount > 0 AND late BETWEEN 31 AND 60), 0) AS to_60,
	coalesce(sum(amount) FILTER (WHERE NOT is_paid AND amount > 0 AND late BETWEEN 61 AND 90), 0) AS to_90,
	coalesce(sum(amount) FILTER (WHERE NOT is_paid AND amount > 0 AND late > 90), 0) AS over_90,
	min(due) FILTER (WHERE NOT is_paid AND amount > 0) AS oldest_due_on,
	coalesce(bool_or(NOT is_paid AND amount > 0 AND late > (SELECT gate_overdue_days FROM MART.settings)), false) AS is_long_overdue
FROM (SELECT i.*, amount > 0 AND (is_paid OR due < day) AS counts, coalesce(paid, day) - due AS late,
		CASE WHEN d <= -30 THEN 100 WHEN d <= -20 THEN 70 - d WHEN d <= 0 THEN 80 - d / 2.0 WHEN d <= 15 THEN 80 - d * 10 / 15.0 WHEN d <= 22 THEN 70 - (d - 15) * 10 / 7.0
			WHEN d <= 30 THEN 60 - (d - 22) * 10 / 8.0 WHEN d <= 120 THEN 60 - d / 3.0 WHEN d <= 180 THEN 60 - d / 3.0 ELSE 0 END AS points
	FROM o_item AS i, LATERAL (SELECT coalesce(paid, day) - due AS d) AS l) AS i
GROUP BY GROUPING SETS ((report_month, day, account), (report_month, day));

CREATE VIEW o_head AS
SELECT account, first_value(account) OVER (PARTITION BY coalesce(grp, '/' || account) ORDER BY account::text COLLATE "C") AS head, prestige, multinational, image_maker, expert, test_partner FROM cust;

CREATE VIEW o_flag AS
SELECT 'account' AS unit, account, prestige, bool_or(multinational) OVER (PARTITION BY head) AS multinational, test_partner, prestige OR multinational OR image_maker OR expert OR test_partner AS is_flagged FROM o_head
UNION ALL
SELECT 'group', head, bool_or(prestige), bool_or(multinational), bool_or(test_partner), bool_or(prestige OR multinational OR image_maker OR expert OR test_partner) FROM o_head GROUP BY head;

CREATE VIEW o_decision AS
SELECT DISTINCT ON (m.report_month, coalesce(s.account, o.account_id)) m.report_month, coalesce(s.account, o.account_id) AS account_id, o.is_granted, o.override_id
FROM o_month AS m JOIN MART.override AS o ON o.status = 'strategic' AND daterange(o.valid_from, o.valid_until, '[]') @> m.day LEFT JOIN same AS s ON s.old = o.account_id
ORDER BY 1, 2, o.valid_from DESC, o.override_id DESC;

CREATE VIEW v_candidate AS
SELECT m.*, t.unit, t.habit_gate, p.payment_habit, p.cash_share, p.is_long_overdue, f.prestige, f.multinational, f.test_partner, c.channel AS cust_channel,
	CASE WHEN NOT EXISTS (SELECT FROM MART.binding AS b WHERE b.contract = 'receivables') THEN 'not applied'
		WHEN p.is_long_overdue THEN 'closed' WHEN p.payment_habit IS NULL THEN 'unknown' WHEN p.payment_habit >= t.habit_gate THEN 'open' ELSE 'closed' END AS o_gate
FROM MART.account_month AS m CROSS JOIN MART.settings AS t
	LEFT JOIN o_payment AS p ON p.report_month = m.report_month AND p.account = m.account_id
	LEFT JOIN o_flag AS f ON f.account = m.account_id AND f.unit = t.unit
	LEFT JOIN cust AS c ON c.account = m.account_id
WHERE m.exclusion IS NULL AND (m.abc_class = 'A' OR m.is_key OR m.is_managed OR m.is_watch OR f.is_flagged
	OR EXISTS (SELECT FROM MART.rating AS r WHERE r.account_id = m.account_id)
	OR EXISTS (SELECT FROM o_decision AS d WHERE d.report_month = m.report_month AND d.account_id = m.account_id));

CREATE VIEW v_slow AS
SELECT m.report_month, coalesce(w.account, s.account) AS account, sum(s.amount) AS amount
FROM o_month AS m JOIN sale AS s ON s.day > m.day - interval '12 months' - interval '3 days' AND s.day >= m.report_month - interval '11 months' AND s.day <= m.day
	JOIN prod AS p ON p.product = s.product AND (p.slow_moving OR p.non_conforming) AND NOT p.is_service
	LEFT JOIN same AS w ON w.old = s.account
GROUP BY 1, 2;

CREATE VIEW o_weight AS
SELECT *, CASE WHEN num_given > 0 THEN coalesce(weight, 0) / total WHEN (SELECT weight_method FROM MART.settings) = 'sum' THEN 2.0 * (n + 1 - place) / (n * (n + 1)) ELSE (SELECT sum(1.0 / i) FROM generate_series(place, n) AS i) / n END::double precision AS w
FROM (SELECT c.*, row_number() OVER (ORDER BY priority, criterion COLLATE "C") AS place, count(*) OVER () AS n, count(weight) OVER () AS num_given, sum(weight) OVER () AS total
	FROM MART.criterion AS c WHERE is_active) AS c;

CREATE VIEW v_raw AS
SELECT m.report_month, m.account_id, m.o_gate, v.criterion, v.raw::double precision AS raw
FROM o_candidate AS m
	LEFT JOIN o_slow AS w ON w.report_month = m.report_month AND w.account = m.account_id
	CROSS JOIN MART.settings AS t
	LEFT JOIN cust AS c ON c.account = m.account_id,
	LATERAL (VALUES ('money', m.sales_12m::double precision),
		('distributor', (m.cust_channel ~* 'distributor|representative')::integer),
		('kilograms', m.quantity_12m),
		('profitability', CASE WHEN m.sales_12m > 0 THEN 1 - (m.cost_12m / m.sales_12m)::double precision END),
		('growth', CASE WHEN m.active_months >= 6 AND m.sales_12m > 0 THEN m.trend / (m.sales_12m / 12)::double precision END),
		('loyalty', CASE WHEN m.age_months >= t.new_months THEN m.active_months::double precision / least(t.class_months, m.age_months) END),
		('test_partner', m.test_partner::integer), ('slow_stock', coalesce(w.amount, 0)), ('prestige', m.prestige::integer), ('multinational', m.multinational::integer),
		('cash_payer', CASE WHEN m.cash_share IS NOT NULL THEN (m.cash_share >= 0.5 AND m.payment_habit >= t.habit_gate AND NOT m.is_long_overdue)::integer END),
		('profit', m.sales_12m - m.cost_12m), ('reliability', m.payment_habit), ('sales_growth', m.sales_12m - m.sales_12m_before),
		('long_term', NULL), ('new_income', NULL), ('reputation', NULL), ('days', m.purchase_days_12m), ('watched', CASE WHEN (SELECT source FROM MART.criterion AS k WHERE k.criterion = 'watched') = 'account' THEN (SELECT l.is_managed FROM MART.account_rank AS l WHERE l.is_latest AND l.account_id = m.account_id) ELSE m.is_watch END::integer), ('limit', CASE WHEN c.credit_limit < 1e20 THEN c.credit_limit END),
		('service', NULL)
	) AS x (criterion, value),
	LATERAL (SELECT x.criterion, CASE WHEN x.criterion IN ('long_term', 'new_income', 'reputation', 'service') THEN (SELECT r.value FROM MART.rating AS r WHERE r.criterion = x.criterion AND r.account_id = m.account_id
		ORDER BY r.rated_on < m.report_month + interval '1 month' DESC, abs(r.rated_on - (m.report_month + interval '1 month')::date) LIMIT 1) ELSE x.value END) AS v (criterion, raw);

CREATE VIEW v_reason AS
SELECT r.*, o.w, o.place, CASE WHEN r.normal IS NOT NULL THEN 100 * o.w / nullif(sum(o.w) FILTER (WHERE r.raw IS NOT NULL) OVER (PARTITION BY r.report_month, r.account_id), 0)
		* r.normal * CASE WHEN o.is_gated AND r.o_gate NOT IN ('open', 'not applied') THEN 0 ELSE 1 END ELSE 0 END AS o_contribution,
	o.is_gated AND r.o_gate NOT IN ('open', 'not applied') AND r.raw IS NOT NULL AS o_gated_out,
	sum(o.w) FILTER (WHERE r.raw IS NOT NULL) OVER (PARTITION BY r.report_month, r.account_id) AS known
FROM (SELECT x.report_month, x.account_id, x.criterion, x.o_gate, x.raw, c.kind,
		CASE WHEN raw IS NULL THEN NULL WHEN raw <= 0 THEN 0 WHEN c.kind = 'flag' THEN 1
			WHEN (SELECT score_scale FROM MART.settings) = 'rank' THEN 20.0 / (19 + rank() OVER p)
			ELSE (rank() OVER up - 1 + (count(*) OVER (PARTITION BY x.report_month, x.criterion, x.raw)) / 2.0) / count(*) OVER (PARTITION BY x.report_month, x.criterion, raw > 0) END::double precision AS normal
	FROM o_raw AS x JOIN MART.criterion AS c ON c.criterion = x.criterion AND c.is_active
	WINDOW p AS (PARTITION BY x.report_month, x.criterion ORDER BY raw DESC NULLS LAST), up AS (PARTITION BY x.report_month, x.criterion, raw > 0 ORDER BY raw)) AS r
	JOIN o_weight AS o ON o.criterion = r.criterion;

CREATE VIEW v_account AS
SELECT a.*, rank() OVER (PARTITION BY report_month ORDER BY round(score::numeric, 9) DESC) AS score_rank
FROM (SELECT report_month, account_id, o_gate, coalesce(sum(o_contribution), 0) AS score, coalesce(max(known), 0) AS coverage FROM o_reason GROUP BY 1, 2, 3) AS a;

CREATE VIEW v_type AS
SELECT m.report_month, m.account_id, y.account_type
FROM MART.account_month AS m JOIN MART.report_calendar AS c ON c.report_month = m.report_month CROSS JOIN MART.settings AS t
	LEFT JOIN cust AS u ON u.account = m.account_id
	JOIN (SELECT n.report_month, sum(n.sales_12m - n.cost_12m) AS all_margin FROM MART.account_month AS n GROUP BY 1) AS a ON a.report_month = m.report_month
	LEFT JOIN (SELECT n.report_month, n.account_group, sum(n.sales_12m - n.cost_12m) AS margin FROM MART.account_month AS n WHERE n.exclusion IS NULL GROUP BY 1, 2) AS g ON g.report_month = m.report_month AND g.account_group = m.account_group,
	LATERAL (VALUES ('breadwinner', m.sales_12m - m.cost_12m >= t.large_share * a.all_margin OR g.margin >= t.large_share * a.all_margin),
		('image maker', u.image_maker), ('expert', u.expert),
		('prospect', (m.age_months < t.new_months OR m.abc_class = 'C') AND EXISTS (SELECT FROM (
			SELECT DISTINCT ON (r.criterion) r.value FROM MART.rating AS r WHERE r.account_id = m.account_id AND r.criterion IN ('wallet', 'budget', 'competitor_share')
			ORDER BY r.criterion, r.rated_on < m.report_month + interval '1 month' DESC, abs(r.rated_on - (m.report_month + interval '1 month')::date)) AS r WHERE r.value > t.prospect_threshold))) AS y (account_type, holds)
WHERE m.exclusion IS NULL AND y.holds;

CREATE FUNCTION near(a double precision, b double precision) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN CASE WHEN a IS NULL OR b IS NULL THEN a IS NULL AND b IS NULL ELSE abs(a - b) <= 1e-9 * greatest(1, abs(a), abs(b)) END;

CREATE FUNCTION differences() RETURNS TABLE (view text, row_count bigint, months bigint, different bigint) LANGUAGE plpgsql AS $f$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY ARRAY['item', 'payment', 'candidate', 'slow', 'raw', 'reason', 'account', 'type'] LOOP
		EXECUTE format('TRUNCATE o_%1$s; INSERT INTO o_%1$s TABLE v_%1$s; ANALYZE o_%1$s', name);
	END LOOP;
	RETURN QUERY
	SELECT 'payment_history', count(*), count(DISTINCT v.report_month), count(*) FILTER (WHERE NOT (v.item_count = o.item_count AND near(v.payment_habit, o.payment_habit) AND near(v.days_to_pay, o.days_to_pay) AND near(v.days_late, o.days_late)
		AND near(v.cash_share, o.cash_share) AND v.worst_days_late IS NOT DISTINCT FROM o.worst_days_late AND v.billed_amount = o.billed AND v.open_receivable = o.open AND v.overdue_receivable = o.overdue) IS NOT FALSE)
	FROM MART.payment_history AS v FULL JOIN (SELECT * FROM o_payment WHERE account IS NOT NULL AND report_month IS NOT NULL) AS o ON o.report_month = v.report_month AND o.account = v.account_id;
	RETURN QUERY
	SELECT 'receivable', count(*), count(DISTINCT v.as_of), count(*) FILTER (WHERE NOT (v.as_of = o.day AND v.item_count = o.item_count AND near(v.payment_habit, o.payment_habit) AND near(v.days_to_pay, o.days_to_pay) AND near(v.days_late, o.days_late) AND near(v.cash_share, o.cash_share)
		AND v.open_amount = o.open AND v.current_amount = o.current AND v.overdue_1_30_amount = o.to_30 AND v.overdue_31_60_amount = o.to_60 AND v.overdue_61_90_amount = o.to_90 AND v.overdue_over_90_amount = o.over_90 AND v.overdue_amount = o.overdue
		AND v.open_amount = v.current_amount + v.overdue_1_30_amount + v.overdue_31_60_amount + v.overdue_61_90_amount + v.overdue_over_90_amount
		AND v.oldest_due_on IS NOT DISTINCT FROM o.oldest_due_on AND v.oldest_days_late IS NOT DISTINCT FROM o.day - o.oldest_due_on
		AND near(v.credit_use, (o.open / CASE WHEN c.credit_limit > 0 AND c.credit_limit < 1e20 THEN c.credit_limit END)::double precision)) IS NOT FALSE)
	FROM MART.receivable AS v FULL JOIN (SELECT * FROM o_payment WHERE account IS NOT NULL AND report_month IS NULL) AS o ON o.account = v.account_id LEFT JOIN cust AS c ON c.account = v.account_id;
	RETURN QUERY
	SELECT 'overdue', count(*), count(DISTINCT v.as_of), count(*) FILTER (WHERE NOT (v.overdue_amount = o.overdue AND v.manager IS NOT DISTINCT FROM c.manager) IS NOT FALSE)
	FROM MART.overdue AS v FULL JOIN (SELECT * FROM o_payment WHERE account IS NOT NULL AND report_month IS NULL AND overdue > 0) AS o ON o.account = v.account_id LEFT JOIN cust AS c ON c.account = v.account_id;
	RETURN QUERY
	SELECT 'receivable_portfolio', count(*), count(DISTINCT v.report_month), count(*) FILTER (WHERE NOT (near(v.payment_habit, o.payment_habit) AND near(v.days_to_pay, o.days_to_pay) AND near(v.days_late, o.days_late)
		AND v.billed_amount = o.billed AND v.open_receivable = o.open AND v.overdue_receivable = o.overdue AND near(v.overdue_share, (o.overdue / nullif(o.open, 0))::double precision)
		AND near(v.dso_simple_3m, o.open::double precision / b.billed::double precision * (o.day - (o.report_month - interval '2 months')::date + 1))) IS NOT FALSE)
	FROM MART.receivable_portfolio AS v FULL JOIN (SELECT * FROM o_payment WHERE account IS NULL AND report_month IS NOT NULL) AS o ON o.report_month = v.report_month
		LEFT JOIN LATERAL (SELECT sum(i.amount) AS billed FROM inv AS i WHERE i.account IS NOT NULL AND abs(i.amount) < 1e13 AND i.issued BETWEEN o.report_month - interval '2 months' AND o.day) AS b ON true;
	RETURN QUERY
	SELECT 'strategic_reason', count(*), count(DISTINCT v.report_month), count(*) FILTER (WHERE NOT (near(v.raw_value, o.raw) AND near(v.normalized, o.normal) AND near(v.weight, o.w) AND near(v.contribution, o.o_contribution) AND v.is_gated_out = o.o_gated_out AND v.explanation <> '') IS NOT FALSE)
	FROM MART.strategic_reason AS v FULL JOIN o_reason AS o ON o.report_month = v.report_month AND o.account_id = v.account_id AND o.criterion = v.criterion;
	RETURN QUERY
	SELECT 'strategic_account', count(*), count(DISTINCT v.report_month), count(*) FILTER (WHERE NOT (near(v.score, o.score) AND near(v.coverage, o.coverage) AND v.score_rank = o.score_rank AND v.gate = o.o_gate AND v.gate_reason <> ''
		AND v.is_within_cap = (o.score_rank <= t.strategic_cap) AND v.is_proposed = (o.score_rank <= t.strategic_cap AND o.score >= t.strategic_min_score)
		AND v.is_strategic = coalesce(d.is_granted, v.is_proposed) AND v.decided = CASE WHEN d.account_id IS NULL THEN 'computed' WHEN d.is_granted = v.is_proposed THEN 'confirmed' ELSE 'overridden' END
		AND v.override_reason IS NOT DISTINCT FROM r.reason AND v.override_by IS NOT DISTINCT FROM r.set_by AND v.override_until IS NOT DISTINCT FROM r.valid_until) IS NOT FALSE)
	FROM MART.strategic_account AS v FULL JOIN o_account AS o ON o.report_month = v.report_month AND o.account_id = v.account_id
		LEFT JOIN o_decision AS d ON d.report_month = o.report_month AND d.account_id = o.account_id LEFT JOIN MART.override AS r ON r.override_id = d.override_id CROSS JOIN MART.settings AS t;
	RETURN QUERY
	SELECT 'strategic_cut', count(*), count(DISTINCT v.report_month), count(*) FILTER (WHERE NOT near(v.score_to_cap, o.missing))
	FROM MART.strategic_cut AS v FULL JOIN (SELECT o.*, (SELECT min(x.score) FROM o_account AS x WHERE x.report_month = o.report_month AND x.score_rank <= t.strategic_cap) - o.score AS missing
		FROM o_account AS o, MART.settings AS t WHERE o.score_rank > t.strategic_cap AND o.score >= t.strategic_min_score) AS o ON o.report_month = v.report_month AND o.account_id = v.account_id;
	RETURN QUERY
	SELECT 'score_change', count(*), count(DISTINCT v.report_month), count(*) FILTER (WHERE NOT (near(v.score, o.score) AND near(v.previous_score, b.score) AND near(v.score_difference, o.score - b.score) AND v.previous_rank IS NOT DISTINCT FROM b.score_rank
		AND v.rank_change IS NOT DISTINCT FROM b.score_rank - o.score_rank OR v.account_id IS NULL AND near(o.score, b.score)) IS NOT FALSE)
	FROM o_account AS o LEFT JOIN o_account AS b ON b.report_month = o.report_month - interval '1 month' AND b.account_id = o.account_id
		FULL JOIN MART.score_change AS v ON o.report_month = v.report_month AND o.account_id = v.account_id;
	RETURN QUERY
	SELECT 'strategic_public', count(*), count(DISTINCT v.report_month), count(*) FILTER (WHERE NOT (v.status = 'strategic' AND v.priority = o.priority AND v.manager IS NOT DISTINCT FROM c.manager) IS NOT FALSE)
	FROM MART.strategic_public AS v FULL JOIN (SELECT o.*, rank() OVER (PARTITION BY o.report_month ORDER BY o.score_rank) AS priority
		FROM o_account AS o LEFT JOIN o_decision AS d ON d.report_month = o.report_month AND d.account_id = o.account_id, MART.settings AS t
		WHERE coalesce(d.is_granted, o.score_rank <= t.strategic_cap AND o.score >= t.strategic_min_score)) AS o ON o.report_month = v.report_month AND o.account_id = v.account_id LEFT JOIN cust AS c ON c.account = v.account_id;
	RETURN QUERY
	SELECT 'account_type', count(*), count(DISTINCT v.report_month), count(*) FILTER (WHERE v.account_id IS NULL OR o.account_id IS NULL) + (SELECT count(*) - count(DISTINCT (w.report_month, w.account_id, w.account_type)) FROM MART.account_type AS w)
	FROM MART.account_type AS v FULL JOIN o_type AS o ON o.report_month = v.report_month AND o.account_id = v.account_id AND o.account_type = v.account_type;
	-- Laws
	RETURN QUERY
	SELECT 'contributions sum to the score', count(*), count(DISTINCT a.report_month), count(*) FILTER (WHERE NOT near(a.score, r.total) OR a.score NOT BETWEEN 0 AND 100 + 1e-9)
	FROM MART.strategic_account AS a JOIN (SELECT report_month, account_id, sum(contribution) AS total FROM MART.strategic_reason GROUP BY 1, 2) AS r USING (report_month, account_id);
	RETURN QUERY
	SELECT 'weights sum to 1', count(*), count(DISTINCT r.report_month), count(*) FILTER (WHERE NOT near(r.total, 1))
	FROM (SELECT report_month, account_id, sum(weight) AS total FROM MART.strategic_reason GROUP BY 1, 2) AS r;
END $f$;
$ddl$, E'\n\n') LOOP
		IF btrim(statement, E' \n') <> '' THEN
			EXECUTE replace(statement, 'MART', quote_ident(mart));
			IF statement ~ 'VIEW v_' THEN
				EXECUTE regexp_replace(statement, '.*VIEW v_([a-z]+) .*', 'CREATE TABLE o_\1 AS TABLE v_\1 LIMIT 0');
			END IF;
		END IF;
	END LOOP;
END $$;

-- On sales alone: no gate, and the ten largest steady accounts (class X by
-- frequency) are within the first twenty.
SELECT kam.create_mart('regress_strategic_a_alone', 'regress_strategic_a.sale', 'account', 'day', 'amount');
SELECT kam.create_mart('regress_strategic_b_alone', 'regress_strategic_b.sale', 'account', 'day', 'amount');
UPDATE regress_strategic_a_alone.settings SET history_months = 1;
UPDATE regress_strategic_b_alone.settings SET history_months = 1;
CALL kam.refresh('regress_strategic_a_alone', '2011-12-09');
CALL kam.refresh('regress_strategic_b_alone', '1998-05-06');
WITH steady AS (
	SELECT 'a' AS mart, account_id::text, sales_12m, score_rank, gate, gate_reason, rank() OVER (ORDER BY sales_12m DESC) FROM regress_strategic_a_alone.strategic_account WHERE is_latest AND frequency_class = 'X'
	UNION ALL
	SELECT 'b', account_id, sales_12m, score_rank, gate, gate_reason, rank() OVER (ORDER BY sales_12m DESC) FROM regress_strategic_b_alone.strategic_account WHERE is_latest AND frequency_class = 'X'
)
SELECT mart, count(*) AS steady, max(score_rank) AS last_rank, string_agg(account_id || ' ' || score_rank, ', ' ORDER BY rank) AS ranks, min(gate) AS gate, min(gate_reason) AS gate_reason
FROM steady WHERE rank <= 10 GROUP BY mart ORDER BY mart;
SELECT criterion, count(raw_value) > 0 AS known, bool_or(is_gated_out) AS gated_out FROM regress_strategic_a_alone.strategic_reason WHERE is_latest GROUP BY criterion, priority ORDER BY priority;
SELECT (SELECT count(*) FROM regress_strategic_a_alone.receivable) + (SELECT count(*) FROM regress_strategic_a_alone.receivable_portfolio) + (SELECT count(*) FROM regress_strategic_a_alone.payment_history) AS receivables;
SELECT count(*) FILTER (WHERE is_strategic) AS strategic, min(score) FILTER (WHERE is_strategic) >= 30 AS above_the_least FROM regress_strategic_a_alone.strategic_account WHERE is_latest;
SELECT kam.drop_mart('regress_strategic_a_alone');
SELECT kam.drop_mart('regress_strategic_b_alone');

-- Everything bound, in a mart whose name needs quotes
SET search_path = regress_strategic_a, regress_strategic;
INSERT INTO same VALUES (12346, 14646), (12350, 14646);
SELECT kam.create_mart('Regress "strategic', 'sale', 'account', 'day', 'amount', cost => 'cost', quantity => 'quantity', product => 'product', document => 'document');
SELECT kam.bind_receivables('Regress "strategic', 'inv', account => 'account', issued_on => 'issued', due_on => 'due', paid_on => 'paid', amount => 'amount', document => 'document');
SELECT kam.bind_accounts('Regress "strategic', 'cust', account => 'account', name => 'name', manager => 'manager', account_group => 'grp', channel => 'channel', credit_limit => 'credit_limit', prestige => 'prestige', multinational => 'multinational',
	image_maker => 'image_maker', expert => 'expert', test_partner => 'test_partner', excluded => 'excluded');
SELECT kam.bind_products('Regress "strategic', 'prod', product => 'product', weight_kg => 'weight_kg', slow_moving => 'slow_moving', non_conforming => 'non_conforming', is_service => 'is_service');
SELECT kam.merge_account('Regress "strategic', '12346', '14646'), kam.merge_account('Regress "strategic', '12350', '14646');
-- Lines of receivables that are none stop nothing.
INSERT INTO inv (document, account, issued, due, paid, amount) VALUES
	('bad', NULL, '2011-10-01', NULL, NULL, 100), ('bad', 14646, NULL, NULL, NULL, 100), ('bad', 14646, 'infinity', NULL, NULL, 100), ('bad', 14646, '-infinity', '2011-11-01', NULL, 100),
	('bad', 14646, '2011-10-01', 'infinity', NULL, 100), ('bad', 14646, '2011-10-01', '-infinity', NULL, 100), ('bad', 14646, '4713-01-01 BC', NULL, NULL, 100), ('bad', 14646, '5874897-12-31', '5874897-12-31', NULL, 100),
	('bad', 14646, '2011-10-01', NULL, NULL, 'NaN'), ('bad', 14646, '2011-10-01', NULL, NULL, NULL), ('bad', 14646, '2011-10-01', NULL, NULL, 99999999999999999999.9999), ('bad', 14646, '2011-10-01', NULL, NULL, -99999999999999999999.9999),
	-- these are taken
	('odd', 14911, '2011-10-01', NULL, 'infinity', 100), ('odd', 14911, '2011-10-01', NULL, '-infinity', 100), ('odd', 14911, '2011-10-01', '2011-10-31', '2011-09-01', 100), ('odd', 14911, '2011-10-01', '2011-09-01', '2011-10-05', 100),
	('odd', 14911, '2011-10-01', '9999-12-31', NULL, 100), ('odd', 14911, '2011-10-01', '2011-10-31', '9999-12-31', 100), ('odd', 14911, '2011-10-01', NULL, NULL, 0), ('odd', 14911, '2011-10-01', NULL, NULL, -30), ('odd', 14911, '2010-10-01', NULL, '2011-11-15', 40),
	('unknown to the sales', 99, '2011-10-01', NULL, NULL, 100), ('unknown to the sales', 12346, '2011-10-01', NULL, NULL, 100);
INSERT INTO inv (document, account, issued, due, paid, amount) SELECT 'bad', 14646, '2011-10-01', NULL, NULL, 9e19 FROM generate_series(1, 20);
UPDATE "Regress ""strategic".settings SET history_months = 2;
CALL kam.refresh('Regress "strategic', '2011-12-09');
CALL make_oracle('regress_strategic_a', 'Regress "strategic');
SELECT * FROM differences();
SELECT gate, count(*) > 0 AS some FROM "Regress ""strategic".strategic_account WHERE is_latest GROUP BY gate ORDER BY gate;
SELECT (SELECT count(*) > 0 FROM "Regress ""strategic".receivable WHERE account_id IN (12346, 12350)) AS old_codes, (SELECT count(*) FROM "Regress ""strategic".strategic_reason WHERE explanation LIKE '%NaN%') AS nan;

SELECT account_id, account_name, open_amount, oldest_days_late, payment_habit FROM "Regress ""strategic".receivable WHERE account_id = 99;
SELECT count(*) AS candidates FROM "Regress ""strategic".strategic_account WHERE account_id = 99;

-- Who stops paying falls within the month, although all was settled before.
CREATE TABLE stops AS
SELECT a.account_id FROM "Regress ""strategic".strategic_account AS a JOIN "Regress ""strategic".payment_history AS p ON p.account_id = a.account_id AND p.is_latest
WHERE a.is_latest AND a.gate = 'open' AND p.payment_habit < 85 AND p.overdue_receivable = 0 AND p.worst_days_late < 20
	AND (SELECT sum(i.amount) FROM inv AS i WHERE i.account = a.account_id AND i.due BETWEEN '2011-11-01' AND '2011-11-20') > p.billed_amount / 2
ORDER BY p.payment_habit, a.account_id LIMIT 5;
CREATE TABLE before_it AS SELECT account_id, payment_habit, days_late, gate, score FROM "Regress ""strategic".payment_history AS p JOIN "Regress ""strategic".strategic_account AS a USING (report_month, account_id) WHERE report_month = '2011-11-01';
CREATE TABLE kept_inv AS SELECT i.* FROM inv AS i JOIN stops AS s ON s.account_id = i.account;
UPDATE inv SET paid = NULL FROM stops AS s WHERE s.account_id = inv.account AND paid >= '2011-11-01';
CALL kam.refresh('Regress "strategic', '2011-12-09');
SELECT count(*) AS stopped, bool_and(b.gate = 'open') AS open_before, bool_and(p.payment_habit < b.payment_habit) AS habit_falls, bool_and(p.days_late > b.days_late) AS later, bool_and(a.gate = 'closed') AS closed_now, bool_and(a.score < b.score) AS score_falls
FROM stops AS s JOIN before_it AS b USING (account_id) JOIN "Regress ""strategic".payment_history AS p ON p.account_id = s.account_id AND p.is_latest JOIN "Regress ""strategic".strategic_account AS a ON a.account_id = s.account_id AND a.is_latest;
DELETE FROM inv USING stops AS s WHERE s.account_id = inv.account;
INSERT INTO inv SELECT * FROM kept_inv;

-- Weights by people, own criteria from account_month, the account view and
-- ratings, one of them inactive
INSERT INTO "Regress ""strategic".criterion (criterion, priority, label, kind, source, source_column) VALUES
	('days', 2, 'Days with purchases', 'value', 'account_month', 'purchase_days_12m'), ('watched', 4, 'Close to key', 'flag', 'account_month', 'is_watch'), ('limit', 5, 'Credit limit', 'value', 'account', 'credit_limit'), ('service', 6, 'It''s "worth" 100 %', 'value', 'rating', NULL);
UPDATE "Regress ""strategic".criterion SET is_active = false WHERE criterion = 'growth';
INSERT INTO "Regress ""strategic".rating (account_id, criterion, value, rated_on, rated_by)
SELECT account_id, 'service', chance(account_id || 'r' || d, 11) - 2, d, 'x'
FROM "Regress ""strategic".account, unnest(ARRAY['2011-06-30', '2011-11-30', '2011-12-01', '2012-01-01'::date]) AS d WHERE chance(account_id || 'q' || d, 30) = 0;
UPDATE "Regress ""strategic".criterion SET weight = CASE criterion WHEN 'money' THEN 5 WHEN 'days' THEN 2.5 WHEN 'service' THEN 2 WHEN 'prestige' THEN 0 WHEN 'limit' THEN 1 END WHERE criterion IN ('money', 'days', 'service', 'prestige', 'limit', 'loyalty');
UPDATE "Regress ""strategic".settings SET score_scale = 'percentile', strategic_cap = 7, strategic_min_score = 20, habit_gate = 82.5, gate_overdue_days = 10, cash_days = 6, habit_months = 6;
CALL kam.refresh('Regress "strategic', '2011-12-09');
SELECT * FROM differences();
SELECT account_id, round(score::numeric, 3) AS score, round(coverage::numeric, 3) AS coverage, score_rank AS rank, is_within_cap, gate, gate_reason, is_strategic, reasons FROM "Regress ""strategic".strategic_account WHERE is_latest AND score_rank <= 9 ORDER BY score_rank, account_id;
SELECT criterion, label, explanation FROM "Regress ""strategic".strategic_reason WHERE is_latest AND account_id = 14646 ORDER BY priority, criterion;
SELECT account_id, account_type, explanation FROM "Regress ""strategic".account_type WHERE is_latest AND account_type IN ('breadwinner') ORDER BY account_id;

-- Northwind: groups, both scales, overrides, types, few enough to look at
SET search_path = regress_strategic_b, regress_strategic;
SELECT kam.create_mart('regress_strategic_n', 'sale', 'account', 'day', 'amount', cost => 'cost', quantity => 'quantity', product => 'product', document => 'document');
SELECT kam.bind_accounts('regress_strategic_n', 'cust', account => 'account', name => 'name', manager => 'manager', account_group => 'grp', channel => 'channel', credit_limit => 'credit_limit', prestige => 'prestige', multinational => 'multinational',
	image_maker => 'image_maker', expert => 'expert', test_partner => 'test_partner', excluded => 'excluded');
SELECT kam.bind_products('regress_strategic_n', 'prod', product => 'product', weight_kg => 'weight_kg', slow_moving => 'slow_moving', non_conforming => 'non_conforming', is_service => 'is_service');
UPDATE cust SET grp = 'Group ' || chance(account || 'h', 12) WHERE chance(account || 'h', 2) = 0;
UPDATE cust SET multinational = true, image_maker = true WHERE chance(account || 'w', 12) = 0;
UPDATE regress_strategic_n.settings SET history_months = 4;
CALL kam.refresh('regress_strategic_n', '1998-05-06');
CALL make_oracle('regress_strategic_b', 'regress_strategic_n');
SELECT * FROM differences();
-- Bound later, the receivables reach the open months too.
SELECT kam.bind_receivables('regress_strategic_n', 'inv', account => 'account', issued_on => 'issued', due_on => 'due', paid_on => 'paid', amount => 'amount', document => 'document');
INSERT INTO regress_strategic_n.rating (account_id, criterion, value, rated_on, rated_by) SELECT account, c, chance(account || c || d, 9), d, 'x' FROM cust, unnest(ARRAY['wallet', 'budget', 'competitor_share', 'reputation', 'long_term']) AS c, unnest(ARRAY['1998-03-31', '1998-04-01', '1998-06-01'::date]) AS d WHERE chance(account || c || d, 9) = 0;
UPDATE regress_strategic_n.settings SET large_share = 0.04, prospect_threshold = 2, strategic_cap = 9, strategic_min_score = 15, weight_method = 'centroid';
INSERT INTO regress_strategic_n.override (account_id, status, is_granted, reason, valid_from, valid_until, set_by) VALUES
	('QUICK', 'strategic', false, 'leaves', '1998-03-01', NULL, 'A'), ('QUICK', 'strategic', true, 'stays', '1998-04-01', '1998-04-29', 'B'), ('QUICK', 'key', false, 'other', '1998-01-01', NULL, 'B'), ('SAVEA', 'strategic', true, 'is large', '1998-02-28', '1998-04-30', 'A'),
	('CENTC', 'strategic', true, 'small, and one day large', '1998-04-30', NULL, 'A'), ('WOLZA', 'strategic', true, 'later', '1998-05-01', NULL, 'A'), ('NOBDY', 'strategic', true, 'has bought nothing', '1998-01-01', NULL, 'A');
CALL kam.refresh('regress_strategic_n', '1998-05-06');
SELECT * FROM differences();
SELECT report_month, account_id, is_proposed, is_strategic, decided, override_reason, override_by, override_until FROM regress_strategic_n.strategic_account WHERE account_id IN ('QUICK', 'SAVEA', 'CENTC', 'WOLZA', 'NOBDY') AND decided <> 'computed' ORDER BY account_id, report_month;
SELECT report_month, account_id, account_name, status, priority, manager FROM regress_strategic_n.strategic_public WHERE is_latest ORDER BY priority, account_id;
SELECT account_id, account_name, score_rank, round(score_to_cap::numeric, 6) AS score_to_cap FROM regress_strategic_n.strategic_cut WHERE is_latest ORDER BY score_rank;
SELECT account_id, account_type, explanation FROM regress_strategic_n.account_type WHERE is_latest ORDER BY account_type, account_id;
SELECT criterion, label, round(normalized::numeric, 3) AS normalized, round(weight::numeric, 3) AS weight, round(contribution::numeric, 3) AS contribution, is_gated_out, explanation FROM regress_strategic_n.strategic_reason WHERE is_latest AND account_id IN ('ERNSH', 'CENTC') ORDER BY account_id, priority;
SELECT a, b FROM regress_strategic_n.strategic_account AS t, LATERAL (SELECT account_id, score_rank, round(score::numeric, 6), gate, gate_reason, reasons) AS a (a, b, c, d, e, f) WHERE is_latest AND score_rank <= 3 ORDER BY score_rank;

-- The other set of criteria, then groups
INSERT INTO regress_strategic_n.criterion (criterion, criterion_set, priority, label, kind, source, source_column) VALUES ('days', 'membership', 2, 'Days with purchases', 'value', 'account_month', 'purchase_days_12m'), ('watched', 'membership', 4, 'Close to key', 'flag', 'account', 'is_managed'), ('limit', 'membership', 5, 'Credit limit', 'value', 'account', 'credit_limit');
UPDATE regress_strategic_n.settings SET weight_method = 'sum';
UPDATE regress_strategic_n.criterion SET is_active = criterion_set = 'membership', is_gated = criterion IN ('days', 'profit');
CALL kam.refresh('regress_strategic_n', '1998-05-06');
SELECT * FROM differences() WHERE view LIKE '%s%';
UPDATE regress_strategic_n.criterion SET is_active = criterion_set = 'strategic', is_gated = priority <= 4;
INSERT INTO same SELECT account, head FROM o_head JOIN cust USING (account) WHERE account <> head AND excluded IS NOT TRUE;
UPDATE regress_strategic_n.settings SET unit = 'group', score_scale = 'percentile';
CALL kam.refresh('regress_strategic_n', '1998-05-06');
SELECT * FROM differences() WHERE view <> 'account_type';
SELECT count(*) > 0 AS members, count(*) FILTER (WHERE m.account_id = a.account_id AND m.account_id <> m.head_id) AS members_scored FROM regress_strategic_n.group_member AS m LEFT JOIN regress_strategic_n.strategic_account AS a ON a.account_id = m.account_id AND a.is_latest WHERE m.is_latest;

-- To raise one criterion never lowers the score of its account.
TRUNCATE same;
UPDATE regress_strategic_n.settings SET unit = 'account', history_months = 1;
INSERT INTO regress_strategic_n.criterion (criterion, priority, label, kind, source) VALUES ('service', 3, 'Service', 'value', 'rating');
DELETE FROM regress_strategic_n.rating;
INSERT INTO regress_strategic_n.rating (account_id, criterion, value, rated_on) SELECT account_id, 'service', chance(account_id || 's', 10) - 2, '1998-01-01' FROM regress_strategic_n.strategic_account WHERE is_latest;
CREATE TABLE raised (scale text, step integer, account_id text, score double precision);
CREATE PROCEDURE raise_rating(scale text) LANGUAGE plpgsql AS $$
BEGIN
	UPDATE regress_strategic_n.settings SET score_scale = scale;
	UPDATE regress_strategic_n.rating SET value = chance(account_id || 's', 10) - 2;
	FOR step IN 0..3 LOOP
		PERFORM kam.refresh_month('regress_strategic_n', '1998-04-01');
		INSERT INTO raised SELECT scale, step, account_id, score FROM regress_strategic_n.strategic_account WHERE is_latest;
		UPDATE regress_strategic_n.rating SET value = value + 2.5 WHERE chance(account_id || 'u', 4) = 0;
	END LOOP;
END $$;
CALL raise_rating('rank');
CALL raise_rating('percentile');
SELECT b.scale, count(DISTINCT b.account_id) > 5 AS many, count(*) FILTER (WHERE b.score < a.score - 1e-9) AS lowered, count(*) FILTER (WHERE b.score > a.score) > 0 AS some_rise
FROM raised AS a JOIN raised AS b ON b.scale = a.scale AND b.step = a.step + 1 AND b.account_id = a.account_id WHERE chance(b.account_id || 'u', 4) = 0 GROUP BY b.scale ORDER BY b.scale;

-- What the registers refuse
INSERT INTO regress_strategic_n.override (account_id, status, is_granted, reason) VALUES ('QUICK', 'strategic', true, ' ');
INSERT INTO regress_strategic_n.override (account_id, status, is_granted, reason) VALUES ('QUICK', 'strategic', true, NULL);
INSERT INTO regress_strategic_n.override (account_id, status, is_granted, reason) VALUES ('QUICK', 'great', true, 'x');
INSERT INTO regress_strategic_n.override (account_id, status, is_granted, reason, valid_from, valid_until) VALUES ('QUICK', 'strategic', true, 'x', '1998-02-01', '1998-01-31');
INSERT INTO regress_strategic_n.rating (account_id, criterion, value) VALUES ('QUICK', 'service', 'NaN');
INSERT INTO regress_strategic_n.rating (account_id, criterion, value) VALUES ('QUICK', 'service', 'Infinity');
INSERT INTO regress_strategic_n.rating (account_id, criterion, value) VALUES ('QUICK', 'service', NULL);
INSERT INTO regress_strategic_n.rating (account_id, criterion, value) VALUES (NULL, 'service', 1);
INSERT INTO regress_strategic_n.rating (account_id, criterion, value) VALUES ('QUICK', '', 1);
INSERT INTO regress_strategic_n.rating (account_id, criterion, value, rated_on) SELECT 'QUICK', 'service', 1, '1998-01-02' FROM generate_series(1, 2);
UPDATE regress_strategic_n.criterion SET weight = -1;
UPDATE regress_strategic_n.criterion SET weight = 'NaN';
UPDATE regress_strategic_n.criterion SET weight = 'Infinity';
UPDATE regress_strategic_n.criterion SET priority = 0;
UPDATE regress_strategic_n.criterion SET kind = 'text';
UPDATE regress_strategic_n.criterion SET source = 'elsewhere';
UPDATE regress_strategic_n.criterion SET source = 'account_month', source_column = NULL;
UPDATE regress_strategic_n.criterion SET label = ' ';
UPDATE regress_strategic_n.settings SET strategic_cap = 0;
UPDATE regress_strategic_n.settings SET strategic_cap = NULL;
UPDATE regress_strategic_n.settings SET strategic_min_score = 'NaN';
UPDATE regress_strategic_n.settings SET weight_method = 'equal';
UPDATE regress_strategic_n.settings SET score_scale = 'zscore';
UPDATE regress_strategic_n.settings SET habit_gate = 101;
UPDATE regress_strategic_n.settings SET habit_months = 0;
UPDATE regress_strategic_n.settings SET gate_overdue_days = -1;
UPDATE regress_strategic_n.settings SET cash_days = -1;
UPDATE regress_strategic_n.settings SET prospect_threshold = 'NaN';
UPDATE regress_strategic_n.settings SET prospect_threshold = -1;

-- What they take and the refresh cannot use: a warning, and all else
INSERT INTO regress_strategic_n.criterion (criterion, priority, label, kind, source, source_column) VALUES ('no column', 1, 'x', 'value', 'account_month', 'nothing'), ('a date', 1, 'x', 'value', 'account', 'first_purchase'), ('a "text', 1, 'x', 'flag', 'account_month', 'manager; --'), ('system', 1, 'x', 'value', 'account_month', 'xmin');
INSERT INTO regress_strategic_n.criterion (criterion, priority, label, kind, source) VALUES ('by magic', 1, 'x', 'value', 'computed');
SELECT kam.refresh_month('regress_strategic_n', '1998-04-01');
SELECT criterion, min(explanation) AS explanation, count(raw_value) AS known FROM regress_strategic_n.strategic_reason WHERE is_latest AND priority = 1 GROUP BY criterion ORDER BY criterion COLLATE "C";
DELETE FROM regress_strategic_n.criterion WHERE label = 'x';
UPDATE regress_strategic_n.criterion SET weight = 0;
SELECT kam.refresh_month('regress_strategic_n', '1998-04-01');
SELECT count(*) AS scored FROM regress_strategic_n.strategic_account WHERE is_latest;
UPDATE regress_strategic_n.criterion SET weight = NULL, is_active = false;
SELECT kam.refresh_month('regress_strategic_n', '1998-04-01');
SELECT (SELECT count(*) FROM regress_strategic_n.strategic_account WHERE is_latest) AS scored, (SELECT count(*) FROM regress_strategic_n.strategic_reason WHERE is_latest) AS reasons, (SELECT count(*) > 0 FROM regress_strategic_n.account_type WHERE is_latest) AS types;
-- One criterion, whoever is unknown in it
UPDATE regress_strategic_n.criterion SET is_active = true, is_gated = false WHERE criterion = 'service';
DELETE FROM regress_strategic_n.rating WHERE chance(account_id || 'z', 3) > 0;
SELECT kam.refresh_month('regress_strategic_n', '1998-04-01');
SELECT coverage, count(*) > 0 AS some, min(score) >= 0 AS scored, max(score) AS best, bool_or(is_proposed) AS proposed FROM regress_strategic_n.strategic_account WHERE is_latest GROUP BY coverage ORDER BY coverage;
-- All equal: all share the first rank, within the cap.
UPDATE regress_strategic_n.rating SET value = 5;
UPDATE regress_strategic_n.settings SET strategic_cap = 2, score_scale = 'rank';
SELECT kam.refresh_month('regress_strategic_n', '1998-04-01');
SELECT score, score_rank, coverage, is_within_cap, count(*) > 2 AS many FROM regress_strategic_n.strategic_account WHERE is_latest GROUP BY score, score_rank, coverage, is_within_cap ORDER BY score_rank;

-- Days sales outstanding, counted by hand.  Report months to May 2025:
-- February 28 days, March 31, April 30, May 31.
CREATE SCHEMA regress_strategic_c;
SET search_path = regress_strategic_c, regress_strategic;
CREATE TABLE sale (account text, day date, amount numeric(12,2));
INSERT INTO sale SELECT 'A', d, 10 FROM generate_series(date '2025-01-31', '2025-05-31', '1 day') AS d;
CREATE TABLE inv (account text, issued date, due date, paid date, amount numeric(12,2));
INSERT INTO inv VALUES
	-- billed 300 in January, 600 in February, none in March, 400 in April, 200 in May
	('A', '2025-01-10', '2025-02-09', '2025-02-01', 300), ('A', '2025-02-10', '2025-03-12', '2025-05-20', 600), ('A', '2025-04-10', '2025-05-10', NULL, 400), ('B', '2025-05-10', '2025-06-09', NULL, 200);
SELECT kam.create_mart('regress_strategic_d', 'sale', 'account', 'day', 'amount');
SELECT kam.bind_receivables('regress_strategic_d', 'inv', account => 'account', issued_on => 'issued', due_on => 'due', paid_on => 'paid', amount => 'amount');
CALL kam.refresh('regress_strategic_d', '2025-06-10');
-- January: 300 open of 300: 31 days; by 300 in 92 days: 92.  February: 600 of
-- 600: 28; 600 / 900 * 90 = 60.  March: nothing, then February: 31 + 28; 600 /
-- 900 * 90 = 60.  April: 1000: 30 + 31 + 28; 1000 / 1000 * 89 = 89.  May: 600:
-- 31 + 30; 600 / 600 * 92 = 92.
SELECT report_month, billed_amount, open_receivable, overdue_receivable, overdue_share, round(dso_simple_3m::numeric, 9) AS dso_simple_3m, round(dso_count_back::numeric, 9) AS dso_count_back FROM regress_strategic_d.receivable_portfolio ORDER BY report_month;
-- Half of February still open: May 31, April 30, March 31, half of 28. Then
-- more open than was billed in three years: unknown.
UPDATE inv SET paid = NULL, amount = 300 WHERE issued = '2025-02-10';
INSERT INTO inv VALUES ('A', '2025-02-11', '2025-03-13', '2025-03-20', 300);
SELECT kam.refresh_month('regress_strategic_d', '2025-05-01');
SELECT open_receivable, round(dso_simple_3m::numeric, 9) AS dso_simple_3m, round(dso_count_back::numeric, 9) AS dso_count_back FROM regress_strategic_d.receivable_portfolio WHERE is_latest;
INSERT INTO inv VALUES ('A', '2020-01-01', '2020-02-01', NULL, 5000);
SELECT kam.refresh_month('regress_strategic_d', '2025-05-01');
SELECT open_receivable, dso_count_back FROM regress_strategic_d.receivable_portfolio WHERE is_latest;
-- All paid; nothing billed for a quarter; no receivables at all
UPDATE inv SET paid = '2025-05-30';
SELECT kam.refresh_month('regress_strategic_d', '2025-05-01');
SELECT open_receivable, overdue_share, dso_simple_3m, dso_count_back FROM regress_strategic_d.receivable_portfolio WHERE is_latest;
DELETE FROM inv WHERE issued > '2025-02-15';
UPDATE inv SET paid = NULL WHERE issued = '2025-02-10';
SELECT kam.refresh_month('regress_strategic_d', '2025-05-01');
SELECT billed_amount, open_receivable, dso_simple_3m, dso_count_back FROM regress_strategic_d.receivable_portfolio WHERE is_latest;
DELETE FROM inv;
SELECT kam.refresh_month('regress_strategic_d', '2025-05-01');
SELECT billed_amount, open_receivable, payment_habit, dso_simple_3m, dso_count_back FROM regress_strategic_d.receivable_portfolio WHERE is_latest;
SELECT account_id, gate, gate_reason FROM regress_strategic_d.strategic_account WHERE is_latest;

-- The gate, case by case, at the end of May: as of then, due after 30 days
CREATE PROCEDURE try_gate(name text, terms integer, paid_after integer[], amounts numeric[]) LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO inv SELECT name, d, d + terms, d + p, a FROM (SELECT date '2025-06-01' - p.d AS d, p.p, a FROM unnest(paid_after, amounts) WITH ORDINALITY AS u (p, a, i), LATERAL (SELECT CASE WHEN a < 0 THEN 40 ELSE 60 + 10 * i END::integer, CASE WHEN u.p < 0 THEN NULL ELSE u.p END) AS p (d, p)) AS x;
	INSERT INTO sale VALUES (name, '2025-05-01', 1000);
END $$;
CALL try_gate('prompt', 30, '{30, 30, 30}', '{10, 20, 30}');
CALL try_gate('two prompt', 30, '{30, 30}', '{10, 20}');
CALL try_gate('two early, one not due', 100, '{10, 10, -1}', '{10, 20, 30}');
CALL try_gate('a day late', 30, '{30, 30, 31}', '{10, 20, 30}');
CALL try_gate('early, one open for 30 days', 69, '{10, 10, 10, -1}', '{10, 20, 30, 0.01}');
CALL try_gate('early, one open too long', 30, '{1, 1, 1, -1}', '{1000, 1000, 1000, 0.01}');
CALL try_gate('one open too long', 30, '{-1}', '{10}');
CALL try_gate('early, old credit note open', 30, '{1, 1, 1, -1}', '{10, 10, 10, -10}');
-- An account code that no index takes stops nothing either.
INSERT INTO inv SELECT string_agg(md5(i::text), ''), '2025-04-01', '2025-05-01', NULL, 10 FROM generate_series(1, 300) AS i;
SELECT kam.refresh_month('regress_strategic_d', '2025-05-01');
SELECT a.account_id, a.gate, a.gate_reason, round(p.payment_habit::numeric, 3) AS payment_habit, p.open_receivable, p.overdue_receivable FROM regress_strategic_d.strategic_account AS a LEFT JOIN regress_strategic_d.payment_history AS p USING (report_month, account_id) WHERE a.is_latest ORDER BY a.account_id COLLATE "C";

-- Paid today, a debt is no forgotten one: 100,000 of 2023, paid in May.
CALL try_gate('old debt paid', 30, '{25, 25, 25}', '{10, 20, 30}');
INSERT INTO inv VALUES ('old debt paid', '2023-01-01', '2023-01-31', '2025-05-20', 100000);
SELECT kam.refresh_month('regress_strategic_d', '2025-05-01');
SELECT gate, gate_reason FROM regress_strategic_d.strategic_account WHERE is_latest AND account_id = 'old debt paid';

-- Rights: staff see who is strategic and nothing else; editors keep criteria
-- and ratings.
CREATE ROLE regress_strategic_staff;
CREATE ROLE regress_strategic_editor;
SELECT kam.grant_staff('regress_strategic_d', 'regress_strategic_staff'), kam.grant_editor('regress_strategic_d', 'regress_strategic_editor');
SET ROLE regress_strategic_staff;
SELECT count(*) > 0 AS seen FROM regress_strategic_d.strategic_public;
SELECT count(*) FROM regress_strategic_d.strategic_account;
SELECT count(*) FROM regress_strategic_d.receivable;
SET ROLE regress_strategic_editor;
INSERT INTO regress_strategic_d.rating (account_id, criterion, value) VALUES ('prompt', 'service', 4) RETURNING rated_by;
INSERT INTO regress_strategic_d.criterion (criterion, priority, label, kind, source) VALUES ('service', 12, 'Service', 'value', 'rating');
DELETE FROM regress_strategic_d.criterion WHERE criterion = 'service';
SELECT count(*) > 0 AS seen FROM regress_strategic_d.strategic_reason;
RESET ROLE;

SET search_path = public;
DROP SCHEMA regress_strategic, regress_strategic_a, regress_strategic_b, regress_strategic_c, regress_strategic_d, regress_strategic_n, "Regress ""strategic" CASCADE;
DROP OWNED BY regress_strategic_staff, regress_strategic_editor;
DROP ROLE regress_strategic_staff, regress_strategic_editor;
