-- Receivables and the strategic score of a report month.  All of these run in
-- the search_path of their caller.
CREATE FUNCTION kam._receivable_items(key anyelement, as_of date) RETURNS TABLE (account_id anyelement, issued_on date, due_on date, paid_on date, amount numeric, is_open boolean)
	LANGUAGE plpgsql STABLE ROWS 100000
AS $$
#variable_conflict use_column
DECLARE
	setting record;
	since date;
BEGIN
	SELECT * INTO STRICT setting FROM settings;
	-- Habits are those of the last months; what is open counts however old.
	since := as_of - make_interval(months => setting.habit_months);
	-- What is no date or no amount of a receivable stops nothing: it is left
	-- out here and listed by check_data.
	RETURN QUERY
	SELECT coalesce(m.account_id, s.account_id), s.issued_on, coalesce(s.due_on, s.issued_on), s.paid_on, s.amount, (s.paid_on <= as_of) IS NOT TRUE
	FROM (SELECT r.account_id, r.issued_on, CASE WHEN isfinite(r.due_on) THEN r.due_on END AS due_on, CASE WHEN isfinite(r.paid_on) THEN r.paid_on END AS paid_on, r.amount
			FROM source_receivable AS r
			WHERE octet_length(r.account_id::text) <= 1024 AND r.issued_on BETWEEN setting.first_month AND as_of AND abs(r.amount) < 1e13) AS s
		LEFT JOIN kam._account_map(key, kam.month(as_of), setting.unit = 'group') AS m ON m.old_account_id = s.account_id
	WHERE s.issued_on > since OR s.paid_on > since OR (s.paid_on <= as_of) IS NOT TRUE;
END
$$;
COMMENT ON FUNCTION kam._receivable_items(anyelement, date) IS 'Receivables issued until a day, under the accounts that they count for, and whether they are open on it: those issued or paid in settings.habit_months, and all that are open. Of the key only the type counts. In the search_path of its caller.';

CREATE FUNCTION kam._compute_receivables(month date) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	setting record;
	last_day date := month + interval '1 month' - interval '1 day';
BEGIN
	DELETE FROM receivable_month AS o WHERE o.report_month = month;
	DELETE FROM receivable_total AS o WHERE o.report_month = month;
	IF NOT EXISTS (SELECT FROM binding AS b WHERE b.contract = 'receivables') THEN
		RETURN;
	END IF;
	SELECT * INTO STRICT setting FROM settings;
	WITH summed AS MATERIALIZED (
		SELECT i.account_id, grouping(i.account_id) AS is_total, count(*) AS item_count,
			kam.payment_habit(i.issued_on, i.due_on, i.paid_on, i.amount, last_day) AS payment_habit,
			kam.days_to_pay(i.issued_on, i.due_on, i.paid_on, i.amount, last_day) AS days_to_pay,
			kam.days_late(i.issued_on, i.due_on, i.paid_on, i.amount, last_day) AS days_late,
			kam.worst_days_late(i.issued_on, i.due_on, i.paid_on, i.amount, last_day) AS worst_days_late,
			kam.cash_share(i.issued_on, i.due_on, i.paid_on, i.amount, last_day, setting.cash_days) AS cash_share,
			coalesce(sum(i.amount) FILTER (WHERE i.issued_on >= month), 0) AS billed_amount,
			coalesce(sum(i.amount) FILTER (WHERE i.is_open), 0) AS open_receivable,
			coalesce(sum(i.amount) FILTER (WHERE i.is_open AND i.due_on < last_day AND i.amount > 0), 0) AS overdue_receivable,
			coalesce(sum(i.amount) FILTER (WHERE i.is_open AND i.due_on < last_day - setting.gate_overdue_days AND i.amount > 0), 0) AS gate_overdue
		FROM kam._receivable_items((SELECT k.account_id FROM _key AS k), last_day) AS i
		GROUP BY GROUPING SETS ((i.account_id), ())
	), per_account AS (
		INSERT INTO receivable_month (report_month, account_id, item_count, payment_habit, days_to_pay, days_late, cash_share, worst_days_late,
			billed_amount, open_receivable, overdue_receivable, gate_overdue)
		SELECT month, s.account_id, s.item_count, s.payment_habit, s.days_to_pay, s.days_late, s.cash_share, s.worst_days_late,
			s.billed_amount, s.open_receivable, s.overdue_receivable, s.gate_overdue
		FROM summed AS s WHERE s.is_total = 0
	), billed AS (
		SELECT kam.month(r.issued_on) AS billed_month, sum(r.amount) AS amount
		FROM source_receivable AS r
		WHERE octet_length(r.account_id::text) <= 1024 AND r.issued_on BETWEEN greatest(setting.first_month, (month - interval '35 months')::date) AND last_day AND abs(r.amount) < 1e13
		GROUP BY kam.month(r.issued_on)
	), back AS (
		SELECT m.m AS billed_month, greatest(coalesce(b.amount, 0), 0) AS amount, (m.m + interval '1 month')::date - m.m::date AS days,
			sum(greatest(coalesce(b.amount, 0), 0)) OVER (ORDER BY m.m DESC) AS through
		FROM generate_series(month - interval '35 months', month, interval '1 month') AS m (m) LEFT JOIN billed AS b ON b.billed_month = m.m
	), counted_back AS (
		-- Whole months of billing are taken off the open amount, the last one
		-- first, and their days added up, those of months without billing among
		-- them; the month in which it is used up counts in part.
		SELECT CASE WHEN max(b.through) >= t.open_receivable THEN
				coalesce(sum(CASE WHEN b.through < t.open_receivable OR b.through = t.open_receivable AND b.amount > 0 THEN b.days
					WHEN b.through - b.amount < t.open_receivable THEN b.days * ((t.open_receivable - b.through + b.amount) / b.amount)::double precision END), 0) END AS days
		FROM back AS b, summed AS t WHERE t.is_total = 1
		GROUP BY t.open_receivable
	)
	INSERT INTO receivable_total (report_month, billed_amount, billed_3m, open_receivable, overdue_receivable, payment_habit, days_to_pay, days_late, dso_simple_3m, dso_count_back)
	SELECT month, t.billed_amount, q.billed, t.open_receivable, t.overdue_receivable, t.payment_habit, t.days_to_pay, t.days_late,
		t.open_receivable::double precision / nullif(q.billed, 0)::double precision * (last_day + 1 - (month - interval '2 months')::date), c.days
	FROM summed AS t, counted_back AS c, (SELECT sum(b.amount) AS billed FROM back AS b WHERE b.billed_month > month - interval '3 months') AS q
	WHERE t.is_total = 1;
END
$$;
COMMENT ON FUNCTION kam._compute_receivables(date) IS 'Computes the receivables of a report month as they stood at its end. In the search_path of its caller.';

CREATE FUNCTION kam._compute_open_receivables(as_of date) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
BEGIN
	DELETE FROM account_receivable;
	IF NOT EXISTS (SELECT FROM binding AS b WHERE b.contract = 'receivables') THEN
		RETURN;
	END IF;
	INSERT INTO account_receivable (account_id, as_of, open_amount, current_amount, overdue_1_30_amount, overdue_31_60_amount, overdue_61_90_amount, overdue_over_90_amount,
		overdue_amount, oldest_due_on, payment_habit, days_to_pay, days_late, cash_share, item_count)
	SELECT i.account_id, as_of,
		coalesce(sum(i.amount) FILTER (WHERE i.is_open), 0),
		coalesce(sum(i.amount) FILTER (WHERE i.is_open AND (as_of - i.due_on <= 0 OR i.amount <= 0)), 0),
		coalesce(sum(i.amount) FILTER (WHERE i.is_open AND as_of - i.due_on BETWEEN 1 AND 30 AND i.amount > 0), 0),
		coalesce(sum(i.amount) FILTER (WHERE i.is_open AND as_of - i.due_on BETWEEN 31 AND 60 AND i.amount > 0), 0),
		coalesce(sum(i.amount) FILTER (WHERE i.is_open AND as_of - i.due_on BETWEEN 61 AND 90 AND i.amount > 0), 0),
		coalesce(sum(i.amount) FILTER (WHERE i.is_open AND as_of - i.due_on > 90 AND i.amount > 0), 0),
		coalesce(sum(i.amount) FILTER (WHERE i.is_open AND as_of - i.due_on > 0 AND i.amount > 0), 0),
		min(i.due_on) FILTER (WHERE i.is_open AND i.amount > 0),
		kam.payment_habit(i.issued_on, i.due_on, i.paid_on, i.amount, as_of), kam.days_to_pay(i.issued_on, i.due_on, i.paid_on, i.amount, as_of),
		kam.days_late(i.issued_on, i.due_on, i.paid_on, i.amount, as_of), kam.cash_share(i.issued_on, i.due_on, i.paid_on, i.amount, as_of, (SELECT s.cash_days FROM settings AS s)), count(*)
	FROM kam._receivable_items((SELECT k.account_id FROM _key AS k), as_of) AS i
	GROUP BY i.account_id;
END
$$;
COMMENT ON FUNCTION kam._compute_open_receivables(date) IS 'Computes what is open and overdue on the day of the refresh. In the search_path of its caller.';

-- In these expressions m is a row of account_month, p one of receivable_month,
-- f the flags of the account or of its group, g its ratings, w what it took of
-- slow-moving stock, k what people know of it, s the settings; NULL is unknown.
CREATE FUNCTION kam._criterion_expression(criterion text, source text, source_column text) RETURNS text
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	expression text;
	type oid;
BEGIN
	IF source = 'rating' THEN
		RETURN format('(g.ratings ->> %L)', criterion);
	ELSIF source IN ('account_month', 'account') THEN
		SELECT a.atttypid INTO type FROM pg_attribute AS a
		WHERE a.attrelid = CASE source WHEN 'account' THEN 'account'::regclass ELSE 'account_month'::regclass END AND a.attname = source_column AND a.attnum > 0 AND NOT a.attisdropped
			AND a.atttypid IN ('boolean'::regtype, 'integer'::regtype, 'smallint'::regtype, 'bigint'::regtype, 'numeric'::regtype, 'double precision'::regtype);
		IF type IS NULL THEN
			-- A mistake in one criterion must not cost the report of the night.
			RAISE WARNING USING ERRCODE = 'undefined_column',
				MESSAGE = format('criterion %s is unknown: %s has no number or boolean %s', criterion, source, source_column),
				HINT = 'UPDATE criterion SET source_column = ... or is_active = false.';
			RETURN 'NULL';
		END IF;
		expression := format(CASE source WHEN 'account' THEN '(SELECT a.%I FROM account AS a WHERE a.account_id = m.account_id)' ELSE 'm.%I' END, source_column);
		RETURN CASE WHEN type = 'boolean'::regtype THEN expression || '::integer' ELSE expression END;
	END IF;
	SELECT c.expression INTO expression FROM (VALUES
		('money', 'm.sales_12m'),
		('distributor', 'CASE WHEN m.channel IS NOT NULL THEN CASE WHEN m.channel ~* ''distribut|represent|dealer|agent'' THEN 1 ELSE 0 END END'),
		('kilograms', 'CASE WHEN $5 THEN m.quantity_12m END'),
		('profitability', 'CASE WHEN m.sales_12m > 0 THEN (m.sales_12m - m.cost_12m) / m.sales_12m END'),
		('growth', 'CASE WHEN m.active_months >= 6 AND m.sales_12m > 0 THEN m.trend / (m.sales_12m::double precision / 12) END'),
		('loyalty', 'CASE WHEN m.age_months >= s.new_months THEN (m.active_months / least(s.class_months, m.age_months)::double precision + coalesce(k.information_flow, 0) + coalesce(k.knowledge, 0)) / (1 + $11) END'),
		('test_partner', 'CASE WHEN f.is_test_partner OR k.has_tests THEN 1 WHEN f.is_test_partner IS NOT NULL THEN 0 END'),
		('slow_stock', 'CASE WHEN $3 THEN coalesce(w.sales_12m, 0) END'),
		('prestige', 'CASE WHEN f.is_prestige OR k.is_prestige THEN 1 WHEN coalesce(f.is_prestige, k.is_prestige) IS NOT NULL THEN 0 END'),
		('multinational', 'CASE WHEN f.is_multinational OR k.is_multinational THEN 1 WHEN coalesce(f.is_multinational, k.is_multinational) IS NOT NULL THEN 0 END'),
		('cash_payer', 'CASE WHEN p.cash_share IS NOT NULL THEN (p.cash_share >= 0.5 AND p.payment_habit >= s.habit_gate AND p.gate_overdue <= 0)::integer END'),
		('profit', 'm.sales_12m - m.cost_12m'),
		('reliability', 'p.payment_habit'),
		('sales_growth', 'm.sales_12m - m.sales_12m_before')
	) AS c (criterion, expression) WHERE c.criterion = criterion;
	IF expression IS NULL THEN
		RAISE WARNING USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('criterion %s is unknown: it is not one that kam computes', criterion),
			HINT = 'UPDATE criterion SET source = ''rating'', or ''account_month'' or ''account'' with a source_column.';
		RETURN 'NULL';
	END IF;
	RETURN expression;
END
$$;
COMMENT ON FUNCTION kam._criterion_expression(text, text, text) IS 'Expression for the value of a criterion of strategic accounts. In the search_path of its caller.';

CREATE FUNCTION kam._mapped_slow_book(month date) RETURNS kam.book
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	mapped kam.book;
BEGIN
	SELECT kam.rename_accounts(b.book, m.old, m.new) INTO mapped
	FROM (SELECT kam.rollup(b.slow) AS book FROM month_book AS b WHERE b.month > month - interval '1 year' AND b.month <= month) AS b,
		LATERAL (
			SELECT coalesce(array_agg(a.old_account_id::text), '{}') AS old, coalesce(array_agg(a.account_id::text), '{}') AS new
			FROM kam._account_map((SELECT k.account_id FROM _key AS k), month, (SELECT s.unit = 'group' FROM settings AS s)) AS a
		) AS m;
	RETURN mapped;
END
$$;
COMMENT ON FUNCTION kam._mapped_slow_book(date) IS 'Book of a year of slow-moving and non-conforming products, under the accounts that count. In the search_path of its caller.';

-- What people know of an account counts for the account that it is merged into
-- or the head of its group:
--   information_flow  over the six months that end with the month: 1 if we and
--                     the account both came forward with visits, calls or
--                     messages, 1/2 if one of both, else 0.  Seed rule:
--                     information flows both ways.
--   knowledge         mean over the five topics of the newest level, 0 to 1,
--                     halved where it was judged before the last twelve months;
--                     a topic never judged counts as nothing.
-- Each is a part of loyalty for all accounts as soon as its register has a row:
-- of whom nothing is noted, nothing is known, and noting something never costs
-- an account its place.
--   has_tests         a test with us in the two years that end with the month
-- Flags of the dossier are as they stand today.
CREATE FUNCTION kam._knowledge_query() RETURNS text
	LANGUAGE plpgsql STABLE
AS $$
DECLARE
	registers text[] := kam._present_registers();
BEGIN
	RETURN kam._fit_views($query$
		SELECT q.account_id, max(q.information_flow) AS information_flow, max(q.knowledge) AS knowledge, bool_or(q.has_tests) AS has_tests,
			bool_or(q.is_prestige) AS is_prestige, bool_or(q.is_multinational) AS is_multinational, coalesce(bool_or(q.is_marked), false) AS is_marked
		FROM (
			SELECT coalesce(m.account_id, v.account_id) AS account_id,
				(coalesce(bool_or(v.initiated_by = 'us' AND v.done_on >= $1 - interval '5 months'), false)::integer + coalesce(bool_or(v.initiated_by = 'account' AND v.done_on >= $1 - interval '5 months'), false)::integer) / 2.0::double precision AS information_flow,
				NULL::double precision AS knowledge, NULL::boolean AS has_tests, NULL::boolean AS is_prestige, NULL::boolean AS is_multinational, NULL::boolean AS is_marked
			FROM visit AS v LEFT JOIN map AS m ON m.old_account_id = v.account_id
			WHERE v.done_on <= $2
			GROUP BY coalesce(m.account_id, v.account_id)
			--with knowledge
			UNION ALL
			SELECT n.account_id, NULL, (sum(n.level * CASE WHEN n.assessed_on >= $1 - interval '11 months' THEN 2 ELSE 1 END) / 50.0)::double precision, NULL, NULL, NULL, NULL
			FROM (SELECT DISTINCT ON (coalesce(m.account_id, a.account_id), a.topic) coalesce(m.account_id, a.account_id) AS account_id, a.topic, a.level, a.assessed_on
				FROM knowledge AS a LEFT JOIN map AS m ON m.old_account_id = a.account_id
				WHERE a.assessed_on <= $2
				ORDER BY coalesce(m.account_id, a.account_id), a.topic, a.assessed_on DESC, a.level DESC) AS n
			GROUP BY n.account_id
			--end
			--with client_test
			UNION ALL
			SELECT DISTINCT coalesce(m.account_id, c.account_id), NULL::double precision, NULL::double precision, true, NULL::boolean, NULL::boolean, true
			FROM client_test AS c LEFT JOIN map AS m ON m.old_account_id = c.account_id
			WHERE c.begins_on <= $2 AND coalesce(c.ended_on, $2) >= $1 - interval '23 months'
			--end
			--with dossier
			UNION ALL
			SELECT coalesce(m.account_id, d.account_id), NULL, NULL, NULL, d.is_prestige, d.is_multinational, coalesce(d.is_prestige, false) OR coalesce(d.is_multinational, false) OR coalesce(d.is_image_maker, false) OR coalesce(d.is_expert, false)
			FROM dossier AS d LEFT JOIN map AS m ON m.old_account_id = d.account_id
			--end
		) AS q
		GROUP BY q.account_id$query$, registers);
END
$$;
COMMENT ON FUNCTION kam._knowledge_query() IS
'Query for what registers say of accounts that counts in the score of the month $1 that ends on $2, with map for the accounts that count. In the search_path of its caller.';

CREATE FUNCTION kam._knowledge_parts(last_day date) RETURNS integer
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	parts integer := EXISTS (SELECT FROM visit AS v WHERE v.done_on <= last_day)::integer;
BEGIN
	IF 'knowledge' = ANY (kam._present_registers()) THEN
		parts := parts + EXISTS (SELECT FROM knowledge AS k WHERE k.assessed_on <= last_day)::integer;
	END IF;
	RETURN parts;
END
$$;
COMMENT ON FUNCTION kam._knowledge_parts(date) IS 'How many of information flow and knowledge anything had been noted of by a day. In the search_path of its caller.';

CREATE FUNCTION kam._knowledge_fingerprint() RETURNS text
	LANGUAGE plpgsql STABLE
AS $$
DECLARE
	fingerprint text;
BEGIN
	IF 'dossier' = ANY (kam._present_registers()) THEN
		SELECT sum(hash_record_extended(ROW(d.account_id, d.is_prestige, d.is_multinational, d.is_image_maker, d.is_expert), 2))::text INTO fingerprint FROM dossier AS d;
	END IF;
	RETURN fingerprint;
END
$$;
COMMENT ON FUNCTION kam._knowledge_fingerprint() IS 'What the score reads of registers whose rows have no day. In the search_path of its caller.';

CREATE FUNCTION kam._knowledge_hashes() RETURNS TABLE (day date, hash numeric)
	LANGUAGE plpgsql STABLE ROWS 1000
AS $$
DECLARE
	registers text[] := kam._present_registers();
BEGIN
	RETURN QUERY SELECT kam.month(v.done_on), sum(hash_record_extended(ROW(v.account_id, v.initiated_by, v.done_on), 3)) FROM visit AS v WHERE v.done_on IS NOT NULL GROUP BY kam.month(v.done_on);
	IF 'knowledge' = ANY (registers) THEN
		RETURN QUERY SELECT kam.month(a.assessed_on), sum(hash_record_extended(ROW(a.account_id, a.topic, a.level, a.assessed_on), 4)) FROM knowledge AS a GROUP BY kam.month(a.assessed_on);
	END IF;
	IF 'client_test' = ANY (registers) THEN
		RETURN QUERY SELECT kam.month(c.begins_on), sum(hash_record_extended(ROW(c.account_id, c.begins_on, c.ended_on), 5)) FROM client_test AS c GROUP BY kam.month(c.begins_on);
	END IF;
END
$$;
COMMENT ON FUNCTION kam._knowledge_hashes() IS 'What the score reads of registers whose rows have a day, by the first day of their month: a change counts from that month on. In the search_path of its caller.';

CREATE FUNCTION kam._score_month(month date) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	last_day date := month + interval '1 month' - interval '1 day';
	has_receivables boolean := EXISTS (SELECT FROM binding AS b WHERE b.contract = 'receivables');
	has_slow_products boolean := EXISTS (SELECT FROM source_product AS p WHERE p.is_slow_moving OR p.is_non_conforming);
	has_weights boolean := EXISTS (SELECT FROM binding AS b WHERE b.contract IN ('sales', 'products') AND b.column_name = 'weight_kg');
	flags boolean[];
	gated boolean[];
	weights double precision[];
	labels text[];
	expressions text;
	counts text;
	known bigint[];
BEGIN
	DELETE FROM strategic_month AS o WHERE o.report_month = month;
	DELETE FROM criterion_month AS o WHERE o.report_month = month;
	-- Given weights, or those of the order where none is given; they sum to 1.
	INSERT INTO criterion_month (report_month, ordinal, criterion, priority, label, kind, is_gated, weight)
	SELECT month, c.ordinal, c.criterion, c.priority, c.label, c.kind, c.is_gated,
		CASE WHEN c.given = 0 THEN (kam.rank_weights(c.n::integer, s.weight_method))[c.ordinal] ELSE coalesce(c.weight, 0) / c.total END
	FROM (SELECT c.*, row_number() OVER (ORDER BY c.priority, c.criterion COLLATE "C") AS ordinal, count(*) OVER () AS n, count(c.weight) OVER () AS given,
				nullif(sum(c.weight) OVER (), 0) AS total
			FROM criterion AS c WHERE c.is_active) AS c
		CROSS JOIN settings AS s
	WHERE c.given = 0 OR c.total IS NOT NULL;
	SELECT array_agg(c.kind = 'flag' ORDER BY c.ordinal), array_agg(c.is_gated ORDER BY c.ordinal), array_agg(c.weight ORDER BY c.ordinal), array_agg(c.label ORDER BY c.ordinal),
		string_agg(format('count(t.raw_values[%s])', c.ordinal), ', ' ORDER BY c.ordinal),
		string_agg(format('nullif(nullif(nullif((%s)::double precision, ''NaN''), ''Infinity''), ''-Infinity'')', kam._criterion_expression(c.criterion, c.source, c.source_column)), ', ' ORDER BY c.ordinal)
	INTO flags, gated, weights, labels, counts, expressions
	-- In order, so that warnings come in order
	FROM (SELECT m.ordinal, m.kind, m.is_gated, m.weight, m.label, k.criterion, k.source, k.source_column
		FROM criterion_month AS m JOIN criterion AS k ON k.criterion = m.criterion WHERE m.report_month = month ORDER BY m.ordinal) AS c;
	IF weights IS NULL THEN
		RAISE WARNING USING MESSAGE = 'no strategic scores: no criterion is active, or all weights are zero',
			HINT = 'UPDATE criterion SET weight = NULL: their priorities make the weights then.';
		RETURN;
	END IF;

	EXECUTE format($query$
		WITH map AS MATERIALIZED (
			SELECT * FROM kam._account_map((SELECT k.account_id FROM _key AS k), $1, (SELECT s.unit = 'group' FROM settings AS s))
		), slow AS (
			SELECT a.account AS account_id, kam.total(a.ledger, $1, 12) AS sales_12m
			FROM (SELECT kam._mapped_slow_book($1) AS book) AS b, kam.accounts(b.book, (SELECT k.account_id FROM _key AS k)) AS a
		), decision AS (
			SELECT DISTINCT ON (coalesce(m.account_id, v.account_id)) coalesce(m.account_id, v.account_id) AS account_id, v.override_id, v.is_granted
			FROM override AS v LEFT JOIN map AS m ON m.old_account_id = v.account_id
			WHERE v.status = 'strategic' AND v.valid_from <= $2 AND coalesce(v.valid_until, 'infinity') >= $2
			ORDER BY coalesce(m.account_id, v.account_id), v.valid_from DESC, v.override_id DESC
		), rated AS (
			-- The newest value until the end of the month, or else the oldest
			SELECT n.account_id, jsonb_object_agg(n.criterion, n.value) AS ratings
			FROM (SELECT DISTINCT ON (coalesce(m.account_id, r.account_id), r.criterion) coalesce(m.account_id, r.account_id) AS account_id, r.criterion, r.value
				FROM rating AS r LEFT JOIN map AS m ON m.old_account_id = r.account_id
				ORDER BY coalesce(m.account_id, r.account_id), r.criterion, r.rated_on > $2, CASE WHEN r.rated_on > $2 THEN r.rated_on END, r.rated_on DESC, r.rating_id DESC) AS n
			GROUP BY n.account_id
		), known AS (%s
		), flag AS (
			-- A group is multinational if a member is, and where groups are
			-- ranked it has the other flags of its members, too.
			SELECT l.account_id,
				CASE WHEN s.unit = 'group' THEN h.is_prestige ELSE l.is_prestige END AS is_prestige,
				CASE WHEN s.unit = 'group' THEN h.is_test_partner ELSE l.is_test_partner END AS is_test_partner,
				CASE WHEN s.unit = 'group' THEN h.is_marked ELSE coalesce(l.is_prestige, false) OR coalesce(l.is_multinational, false) OR coalesce(l.is_image_maker, false)
					OR coalesce(l.is_expert, false) OR coalesce(l.is_test_partner, false) END AS is_marked,
				h.is_multinational
			FROM account_label AS l CROSS JOIN settings AS s
				LEFT JOIN (SELECT head_id, bool_or(is_multinational) AS is_multinational, bool_or(is_prestige) AS is_prestige, bool_or(is_test_partner) AS is_test_partner,
						bool_or(coalesce(is_prestige, false) OR coalesce(is_multinational, false) OR coalesce(is_image_maker, false) OR coalesce(is_expert, false) OR coalesce(is_test_partner, false)) AS is_marked
					FROM account_label WHERE head_id IS NOT NULL GROUP BY head_id) AS h ON h.head_id = l.head_id
		), candidate AS (
			SELECT m.account_id, d.override_id, d.is_granted, p.payment_habit, p.gate_overdue,
				ARRAY[%s] AS criteria,
				CASE WHEN NOT $4 THEN true WHEN p.gate_overdue > 0 THEN false WHEN p.payment_habit IS NULL THEN NULL ELSE p.payment_habit >= s.habit_gate END AS gate
			FROM account_month AS m
				CROSS JOIN settings AS s
				LEFT JOIN flag AS f ON f.account_id = m.account_id
				LEFT JOIN receivable_month AS p ON p.report_month = m.report_month AND p.account_id = m.account_id
				LEFT JOIN slow AS w ON w.account_id = m.account_id
				LEFT JOIN rated AS g ON g.account_id = m.account_id
				LEFT JOIN known AS k ON k.account_id = m.account_id
				LEFT JOIN decision AS d ON d.account_id = m.account_id
			WHERE m.report_month = $1 AND m.exclusion IS NULL
				AND (m.abc_class = 'A' OR m.is_key OR m.is_managed OR m.is_watch OR f.is_marked OR k.is_marked OR d.override_id IS NOT NULL OR g.account_id IS NOT NULL)
		), scored AS (
			SELECT c.*, kam.strategic_score(c.criteria, $6, $7, $8, c.gate, (SELECT s.score_scale FROM settings AS s)) OVER () AS s FROM candidate AS c
		), ranked AS (
			SELECT x.*, (x.s).score AS score, (x.s).coverage AS coverage, (x.s).normalized AS normalized, (x.s).contributions AS contributions,
				rank() OVER (ORDER BY (x.s).score DESC NULLS LAST) AS score_rank
			FROM scored AS x
		)
		INSERT INTO strategic_month (report_month, account_id, score, coverage, score_rank, gate, gate_reason, is_within_cap, is_proposed, is_strategic, was_strategic, override_id,
			previous_score, previous_rank, reasons, raw_values, normalized, contributions)
		SELECT $1, r.account_id, coalesce(r.score, 0), r.coverage, r.score_rank,
			CASE WHEN NOT $4 THEN 'not applied' WHEN r.gate THEN 'open' WHEN NOT r.gate THEN 'closed' ELSE 'unknown' END,
			CASE WHEN NOT $4 THEN 'no receivables are bound'
				WHEN r.gate_overdue > 0 THEN format('%%s overdue for more than %%s days', round(r.gate_overdue, 2), s.gate_overdue_days)
				WHEN r.payment_habit IS NULL THEN 'no three invoices that are paid or due'
				WHEN r.gate THEN format('payment habit %%s, nothing overdue for more than %%s days', round(r.payment_habit::numeric, 1), s.gate_overdue_days)
				ELSE format('payment habit %%s, below %%s', round(r.payment_habit::numeric, 1), s.habit_gate) END,
			r.score_rank <= s.strategic_cap,
			coalesce(r.score_rank <= s.strategic_cap AND r.score >= s.strategic_min_score, false),
			coalesce(r.is_granted, r.score_rank <= s.strategic_cap AND r.score >= s.strategic_min_score, false),
			coalesce(b.is_strategic, false), r.override_id, b.score, b.score_rank,
			(SELECT string_agg(c.label, '; ' ORDER BY c.contribution DESC, c.ordinal)
				FROM unnest($10, r.normalized, r.contributions) WITH ORDINALITY AS c (label, normalized, contribution, ordinal)
				WHERE c.normalized >= 0.5 AND c.contribution > 0),
			r.criteria, r.normalized, r.contributions
		FROM ranked AS r CROSS JOIN settings AS s
			LEFT JOIN strategic_month AS b ON b.report_month = $9 AND b.account_id = r.account_id
		$query$, kam._knowledge_query(), expressions)
	USING month, last_day, has_slow_products, has_receivables, has_weights, weights, flags, gated, (month - interval '1 month')::date, labels, kam._knowledge_parts(last_day);
	EXECUTE format('SELECT ARRAY[%s] FROM strategic_month AS t WHERE t.report_month = $1', counts) INTO known USING month;
	UPDATE criterion_month AS c SET known_count = known[c.ordinal] WHERE c.report_month = month;
END
$$;
COMMENT ON FUNCTION kam._score_month(date) IS 'Scores the candidates of a report month: class A, key, managed, watched, flagged, tested with, rated and overridden accounts. In the search_path of its caller.';
