-- The monthly page.  SQL puts it together as JSON, in which data is nothing but
-- data; kam._html writes it.  All texts are English here and said in the
-- language of the reader by src/words.h, also those that views give.
CREATE FUNCTION kam._say(english text, VARIADIC figures jsonb[] DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_build_object('say', english, 'with', to_jsonb(figures));
COMMENT ON FUNCTION kam._say(text, jsonb[]) IS 'Node of a page: a text in the language of the reader, with its figures for $1, $2 and so on.';

CREATE FUNCTION kam._money(amount numeric) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_build_object('amount', CASE WHEN abs(amount) >= 100 THEN round(amount) ELSE round(amount, 2) END);
COMMENT ON FUNCTION kam._money(numeric) IS 'Node of a page: an amount in whole units from 100 on.';

CREATE FUNCTION kam._column(title text, class text DEFAULT NULL) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_strip_nulls(jsonb_build_object('title', kam._say(title), 'class', class, 'head', CASE WHEN class = 'h' THEN true END));
COMMENT ON FUNCTION kam._column(text, text) IS 'Column of a table of a page. Its class begins with n for figures, ends with w where only wide screens have room for it, and is h for the one that names the row.';

CREATE FUNCTION kam._section(id text, title text, VARIADIC content jsonb[]) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_build_object('<section', jsonb_build_array(jsonb_build_object('<h2', kam._say(title)), to_jsonb(content)), 'id', id);
COMMENT ON FUNCTION kam._section(text, text, jsonb[]) IS 'Section of a page with its heading.';

CREATE FUNCTION kam._note(english text, VARIADIC figures jsonb[] DEFAULT '{}') RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_build_object('<p', kam._say(english, VARIADIC figures), 'class', 'm');
COMMENT ON FUNCTION kam._note(text, jsonb[]) IS 'Paragraph of a page that explains.';

CREATE FUNCTION kam._table(title text, columns jsonb, rows jsonb, no_rows text DEFAULT NULL) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN rows IS NOT NULL THEN jsonb_build_object('<div', jsonb_build_object('table', columns, 'rows', rows, 'caption', kam._say(title)), 'class', 't')
	WHEN no_rows IS NOT NULL THEN jsonb_build_array(jsonb_build_object('<h3', kam._say(title)), kam._note(no_rows)) END;
COMMENT ON FUNCTION kam._table(text, jsonb, jsonb, text) IS 'Table of a page; without rows the sentence that says so, if there is one.';

CREATE FUNCTION kam._fact(name text, value jsonb) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value IS NOT NULL AND value <> 'null' THEN jsonb_build_object('<div', jsonb_build_array(jsonb_build_object('<dt', kam._say(name)), jsonb_build_object('<dd', value))) END;
COMMENT ON FUNCTION kam._fact(text, jsonb) IS 'A figure of a list of figures with its name; nothing without a value.';

CREATE FUNCTION kam._is_chosen(chosen jsonb, manager text, region text, account_group text) RETURNS boolean
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (chosen ->> 'manager' IS NULL OR manager IS NOT DISTINCT FROM chosen ->> 'manager')
	AND (chosen ->> 'region' IS NULL OR region IS NOT DISTINCT FROM chosen ->> 'region')
	AND (chosen ->> 'account_group' IS NULL OR account_group IS NOT DISTINCT FROM chosen ->> 'account_group');
COMMENT ON FUNCTION kam._is_chosen(jsonb, text, text, text) IS 'Whether an account is among those that the page is asked for.';

CREATE FUNCTION kam._account_node(account_id text, account_name text, accounts jsonb) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN accounts ? account_id
	THEN jsonb_build_object('<a', jsonb_build_object('text', account_name, 'else', account_id, 'columns', 48), 'href', '#' || (accounts -> account_id ->> 'anchor'))
	ELSE jsonb_build_object('text', account_name, 'else', account_id, 'columns', 48) END;
COMMENT ON FUNCTION kam._account_node(text, text, jsonb) IS 'Name of an account, which leads to its section if it has one.';

CREATE FUNCTION kam._trend_node(trend double precision, trend_p double precision) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN trend_p < 0.05 AND trend > 0 THEN kam._say('rising') WHEN trend_p < 0.05 AND trend < 0 THEN kam._say('falling')
	WHEN trend_p IS NOT NULL THEN kam._say('unclear') END;
COMMENT ON FUNCTION kam._trend_node(double precision, double precision) IS 'A trend in words, where chance would give one as strong in less than one case of twenty.';

CREATE FUNCTION kam._rank_node(rank bigint, previous_rank bigint) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN previous_rank IS NULL THEN kam._say('new') WHEN previous_rank > rank THEN kam._say('up $1', to_jsonb(previous_rank - rank))
	WHEN previous_rank < rank THEN kam._say('down $1', to_jsonb(rank - previous_rank)) ELSE kam._say('same') END;
COMMENT ON FUNCTION kam._rank_node(bigint, bigint) IS 'Change of a rank in words.';

CREATE FUNCTION kam._page_accounts(month date, chosen jsonb, lang text, unit text) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	book kam.book := kam._mapped_book((SELECT s.unit = 'group' FROM report_setting AS s WHERE s.report_month = month));
BEGIN
	RETURN (
		SELECT jsonb_object_agg(l.account_id, jsonb_build_object(
			'anchor', 'a' || l.n,
			'spark', kam.sparkline(b.ledger, month, 12, l.name, unit, lang),
			'bars', kam.svg_months(b.ledger, month, l.months, l.name, unit, lang),
			'season', to_jsonb(kam.seasonal_index(b.ledger, month))))
		FROM kam.accounts(book, (SELECT k.account_id FROM _key AS k)) AS b
			JOIN (SELECT m.account_id, coalesce(m.account_name, m.account_id::text) AS name, row_number() OVER (ORDER BY m.rank, m.account_id::text COLLATE "C") AS n,
					-- whole years, three at most
					least(greatest((m.age_months + 11) / 12 * 12, 12), 36) AS months
				FROM account_month AS m
				WHERE m.report_month = month AND kam._is_chosen(chosen, m.manager, m.region, m.account_group)
					AND (m.is_key OR m.is_managed OR m.account_id IN (SELECT t.account_id FROM strategic_month AS t WHERE t.report_month = month AND t.is_strategic))
				) AS l ON l.account_id = b.account
		WHERE l.n <= 100);
END
$$;
COMMENT ON FUNCTION kam._page_accounts(date, jsonb, text, text) IS 'The accounts that have a section of their own, the first hundred by rank: anchor and pictures by account. In the search_path of its caller.';

CREATE FUNCTION kam._page_alerts(month date, chosen jsonb, accounts jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
BEGIN
	RETURN kam._section('alerts', 'What needs attention', kam._table('Alerts, the most urgent first',
		jsonb_build_array(kam._column('Account', 'h'), kam._column('What'), kam._column('Manager', 'w')),
		(SELECT jsonb_agg(jsonb_build_array(kam._account_node(g.account_id, g.account_name, accounts), jsonb_build_object('join', g.what, 'by', '; '), g.manager)
			ORDER BY g.urgency, g.weight DESC, g.account_id COLLATE "C")
		FROM (SELECT a.account_id, min(a.account_name) AS account_name, min(a.manager) AS manager, min(a.urgency) AS urgency,
				(array_agg(a.weight ORDER BY a.urgency))[1] AS weight, jsonb_agg(a.what ORDER BY a.urgency) AS what
			FROM (SELECT x.*, row_number() OVER (PARTITION BY x.urgency ORDER BY x.weight DESC, x.account_id COLLATE "C") AS place FROM (
			SELECT 1 AS urgency, t.loss_3m AS weight, t.account_id::text AS account_id, t.account_name, t.manager,
				kam._say('Sales of three months fell by $1, $2 less than in the three before', jsonb_build_object('share', t.fall), kam._money(t.loss_3m)) AS what
			FROM turnover_alert AS t WHERE t.report_month = month
			UNION ALL
			SELECT 2, c.previous_key_average, c.account_id::text, c.account_name, c.manager,
				CASE WHEN c.rank IS NULL THEN kam._say('Left the key accounts: no sales any more') ELSE kam._say('Left the key accounts: now rank $1, $2 a month', to_jsonb(c.rank), kam._money(c.key_average)) END
			FROM key_account_change AS c WHERE c.report_month = month AND c.change = 'left'
			UNION ALL
			SELECT 3, p.silent_days, p.account_id::text, p.account_name, p.manager,
				kam._say('Silent for $1 days, usually $2 between two purchases', to_jsonb(p.silent_days), to_jsonb(round(p.median_gap_days)))
			FROM periodicity AS p WHERE p.report_month = month AND p.state = 'silent for longer than usual'
			UNION ALL
			SELECT 4, h.overdue_receivable, h.account_id::text, h.account_name, h.manager,
				kam._say('$1 overdue at the end of the month, paid $2 days late on average', kam._money(h.overdue_receivable), to_jsonb(round(h.days_late)))
			FROM payment_history AS h JOIN account_month AS m ON m.report_month = h.report_month AND m.account_id = h.account_id
			-- from the sales of a week on
			WHERE h.report_month = month AND h.overdue_receivable > 0 AND h.overdue_receivable >= m.key_average / 4 AND (m.is_key OR m.is_managed)
			UNION ALL
			SELECT 5, c.key_average, c.account_id::text, c.account_name, c.manager,
				kam._say('Entered the key accounts: rank $1, $2 a month', to_jsonb(c.rank), kam._money(c.key_average))
			FROM key_account_change AS c WHERE c.report_month = month AND c.change = 'entered'
			) AS x
			JOIN account_month AS f ON f.report_month = month AND f.account_id::text = x.account_id
			WHERE kam._is_chosen(chosen, f.manager, f.region, f.account_group)) AS a
			WHERE a.place <= 8
			GROUP BY a.account_id) AS g), 'Nothing stands out this month.'));
END
$$;
COMMENT ON FUNCTION kam._page_alerts(date, jsonb, jsonb) IS 'Section of the monthly page: what to look at first. In the search_path of its caller.';

CREATE FUNCTION kam._page_headline(month date, chosen jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	c record;
	p record;
	d record;
	sums record;
	is_whole boolean := chosen = '{}';
BEGIN
	SELECT * INTO STRICT c FROM concentration AS v WHERE v.report_month = month;
	SELECT * INTO p FROM receivable_portfolio AS v WHERE v.report_month = month AND v.open_receivable IS NOT NULL;
	SELECT max(v.posted_until) AS posted_until, sum(v.to_date_amount) AS now, sum(v.month_before_amount) AS before INTO d
	FROM month_to_date AS v WHERE v.report_month > month AND (SELECT max(r.report_month) FROM report_month AS r) = month;
	SELECT sum(m.sales_amount) AS sales, sum(m.sales_m1) AS sales_m1, sum(m.sales_m12) AS sales_m12, sum(m.sales_12m) AS sales_12m, sum(m.sales_12m_before) AS sales_12m_before,
		sum(m.credited_12m) AS credited_12m, count(*) FILTER (WHERE m.rank IS NOT NULL) AS ranked, count(*) FILTER (WHERE m.is_key) AS keys,
		sum(m.sales_12m) FILTER (WHERE m.is_key) AS key_sales INTO sums
	FROM account_month AS m WHERE m.report_month = month AND kam._is_chosen(chosen, m.manager, m.region, m.account_group);

	RETURN kam._section('figures', 'At a glance',
		jsonb_build_object('<dl', jsonb_build_array(
			kam._fact(CASE WHEN is_whole THEN 'Sales of the month' ELSE 'Sales of these accounts in the month' END, jsonb_build_array(
				kam._money(CASE WHEN is_whole THEN c.sales_amount ELSE sums.sales END),
				jsonb_build_object('<small', jsonb_build_array(
					CASE WHEN sums.sales_m1 > 0 THEN kam._say('$1 on the month before, accounts only', jsonb_build_object('growth', sums.sales / sums.sales_m1 - 1)) END,
					CASE WHEN sums.sales_m1 > 0 AND sums.sales_m12 > 0 THEN jsonb_build_object('<br', null) END,
					CASE WHEN sums.sales_m12 > 0 THEN kam._say('$1 on the same month last year, accounts only', jsonb_build_object('growth', sums.sales / sums.sales_m12 - 1)) END)))),
			kam._fact('Sales of twelve months', jsonb_build_array(
				kam._money(CASE WHEN is_whole THEN c.sales_12m ELSE sums.sales_12m END),
				jsonb_build_object('<small', CASE WHEN sums.sales_12m_before > 0 THEN kam._say('$1 on the twelve months before, accounts only', jsonb_build_object('growth', sums.sales_12m / sums.sales_12m_before - 1)) END))),
			kam._fact('Key accounts', jsonb_build_array(to_jsonb(sums.keys), jsonb_build_object('<small', jsonb_build_array(
				kam._say('$1 of the sales of twelve months', jsonb_build_object('share', sums.key_sales / nullif(CASE WHEN is_whole THEN c.sales_12m ELSE sums.sales_12m END, 0))),
				CASE WHEN is_whole AND c.band IS NOT NULL THEN jsonb_build_array(jsonb_build_object('<br', null),
					kam._say(c.band || ' the band of $1 to $2', jsonb_build_object('share', c.band_low), jsonb_build_object('share', c.band_high))) END)))),
			kam._fact('Accounts with sales in the key window', to_jsonb(sums.ranked)),
			kam._fact('Credits of twelve months', jsonb_build_array(
				kam._money(CASE WHEN is_whole THEN c.credited_12m ELSE sums.credited_12m END),
				jsonb_build_object('<small', kam._say('$1 of the purchases', jsonb_build_object('share',
					CASE WHEN is_whole THEN c.credited_12m / nullif(c.sales_12m + c.credited_12m, 0) ELSE sums.credited_12m / nullif(sums.sales_12m + sums.credited_12m, 0) END))))),
			CASE WHEN is_whole AND p.open_receivable IS NOT NULL THEN kam._fact('Open receivables', jsonb_build_array(kam._money(p.open_receivable),
				jsonb_build_object('<small', kam._say('$1 overdue', jsonb_build_object('share', p.overdue_share))))) END,
			CASE WHEN is_whole AND d.now IS NOT NULL THEN kam._fact('Running month', jsonb_build_array(kam._money(d.now),
				jsonb_build_object('<small', jsonb_build_array(kam._say('up to $1', jsonb_build_object('date', d.posted_until)),
					CASE WHEN d.before > 0 THEN jsonb_build_array(jsonb_build_object('<br', null),
						kam._say('$1 on as many working days of the month before', jsonb_build_object('growth', d.now / d.before - 1))) END)))) END),
			'class', 'cards'),
		CASE WHEN is_whole THEN kam._table('From the booked total to the key accounts',
			jsonb_build_array(kam._column('Part', 'h'), kam._column('Accounts', 'n w'), kam._column('Month', 'n'), kam._column('Twelve months', 'n'), kam._column('Share', 'n w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._say(r.part), CASE WHEN r.part NOT IN ('service', 'unattributed') THEN to_jsonb(r.account_count) END,
					jsonb_build_object('sum', r.month_amount), jsonb_build_object('sum', r.sales_12m), jsonb_build_object('share', r.share))
				ORDER BY r.place)
			FROM (SELECT v.part, v.account_count, v.month_amount, v.sales_12m, v.share, array_position(ARRAY['key', 'other classed', 'unclassed', 'excluded', 'service', 'unattributed'], v.part) AS place
				FROM reconciliation AS v WHERE v.report_month = month AND (v.month_amount <> 0 OR v.sales_12m <> 0 OR v.part = 'key')
				UNION ALL SELECT 'booked in all', sum(v.account_count), sum(v.month_amount), sum(v.sales_12m), NULL, 9 FROM reconciliation AS v WHERE v.report_month = month) AS r)) END);
END
$$;
COMMENT ON FUNCTION kam._page_headline(date, jsonb) IS 'Section of the monthly page: the main figures and how they add up. In the search_path of its caller.';

CREATE FUNCTION kam._page_structure(month date, chosen jsonb, lang text, unit text) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	c record;
	curve text;
	matrix text;
BEGIN
	SELECT * INTO STRICT c FROM concentration AS v WHERE v.report_month = month;
	-- Accounts are the labels of points; ABC goes by another value than sales
	-- where settings.abc_measure says so.
	SELECT kam.svg_pareto(coalesce(m.account_name, m.account_id::text), m.abc_value, NULL, CASE WHEN s.abc_measure = 'weight' THEN 'kg' ELSE unit END, lang, s.abc_a, s.abc_b)
	INTO curve
	FROM account_month AS m JOIN report_setting AS s ON s.report_month = m.report_month
	WHERE m.report_month = month AND m.exclusion IS NULL AND kam._is_chosen(chosen, m.manager, m.region, m.account_group);
	SELECT kam.svg_matrix(m.abc_class, m.frequency_class, m.sales_12m, NULL, unit, lang) INTO matrix
	FROM account_month AS m
	WHERE m.report_month = month AND m.exclusion IS NULL AND kam._is_chosen(chosen, m.manager, m.region, m.account_group);
	RETURN kam._section('structure', 'Who makes the sales',
		CASE WHEN chosen = '{}' THEN kam._note('The rule says 20 % make 80 %. Here $1 of the accounts make 80 %, and the largest fifth makes $2.',
			jsonb_build_object('share', c.accounts_for_80_percent), jsonb_build_object('share', c.top_20_percent_share)) END,
		jsonb_build_object('<div', jsonb_build_array(
			jsonb_build_object('<figure', jsonb_build_object('svg', curve)),
			jsonb_build_object('<figure', jsonb_build_object('svg', matrix))), 'class', 'pair'),
		kam._note('The curve has the accounts with more than nothing over the class window, the matrix all that ever bought.'),
		kam._table('What to do in each cell',
			jsonb_build_array(kam._column('Cell', 'h'), kam._column('Accounts', 'n'), kam._column('Twelve months', 'n'),
				kam._column('Key accounts: what to do'), kam._column('Others: what to do', 'w')),
			(SELECT jsonb_agg(jsonb_build_array(CASE WHEN v.cell = '-' THEN kam._say('no class') ELSE to_jsonb(v.cell) END, to_jsonb(x.account_count), kam._money(x.sales_12m),
					kam._say(v.advice_managed), kam._say(v.advice_other))
				ORDER BY v.cell = '-', v.cell COLLATE "C")
			FROM (SELECT CASE WHEN p.abc_class = '-' THEN '-' ELSE p.abc_class || p.xyz_class END AS cell, p.advice_managed, p.advice_other FROM cell_policy AS p) AS v
				JOIN (SELECT coalesce(m.abc_class || m.frequency_class, '-') AS cell, count(*) AS account_count, sum(m.sales_12m) AS sales_12m
					FROM account_month AS m WHERE m.report_month = month AND m.exclusion IS NULL AND kam._is_chosen(chosen, m.manager, m.region, m.account_group)
					GROUP BY 1) AS x ON x.cell = v.cell)));
END
$$;
COMMENT ON FUNCTION kam._page_structure(date, jsonb, text, text) IS 'Section of the monthly page: Pareto curve and ABC-XYZ matrix. In the search_path of its caller.';

CREATE FUNCTION kam._page_key_accounts(month date, chosen jsonb, accounts jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
BEGIN
	RETURN kam._section('key', 'Key accounts',
		jsonb_build_object('<div', jsonb_build_object(
			'table', jsonb_build_array(kam._column('No.', 'n'), kam._column('Change', 'o w'), kam._column('Account', 'h'),
				jsonb_build_object('title', jsonb_build_object('month', (month - interval '2 months')::date), 'class', 'n w'),
				jsonb_build_object('title', jsonb_build_object('month', (month - interval '1 month')::date), 'class', 'n w'),
				jsonb_build_object('title', jsonb_build_object('month', month), 'class', 'n w'),
				kam._column('Average a month', 'n'), kam._column('Twelve months, by month'), kam._column('Twelve months', 'n w'), kam._column('On the year before', 'n w'),
				kam._column('Share', 'n w'), kam._column('Class'), kam._column('Trend', 'o w'), kam._column('Payment habit', 'n w'), kam._column('Overdue', 'n w'), kam._column('Status', 'w')),
			'rows', (SELECT jsonb_agg(jsonb_build_array(to_jsonb(r.rank), kam._rank_node(r.rank, r.previous_rank), kam._account_node(r.account_id::text, r.account_name, accounts),
					kam._money(r.sales_m2), kam._money(r.sales_m1), kam._money(r.sales_m0), kam._money(r.key_average),
					jsonb_build_object('svg', accounts -> r.account_id::text ->> 'spark'),
					kam._money(r.sales_12m), jsonb_build_object('growth', r.change_12m_ratio), jsonb_build_object('share', r.share),
					to_jsonb(coalesce(r.abc_class || coalesce(r.frequency_class, ''), '')), kam._trend_node(r.trend, r.trend_p),
					to_jsonb(round(h.payment_habit)), kam._money(nullif(h.overdue_receivable, 0)),
					jsonb_build_object('join', jsonb_build_array(CASE WHEN t.is_strategic THEN kam._say('strategic') END, CASE WHEN NOT r.is_managed THEN kam._say('not managed yet') END), 'by', ', '))
				ORDER BY r.rank, r.account_id::text COLLATE "C")
				FROM account_rank AS r
					LEFT JOIN receivable_month AS h ON h.report_month = r.report_month AND h.account_id = r.account_id
					LEFT JOIN strategic_month AS t ON t.report_month = r.report_month AND t.account_id = r.account_id
				WHERE r.report_month = month AND r.is_key AND kam._is_chosen(chosen, r.manager, r.region, r.account_group)),
			'caption', kam._say('The list of the month: average over $1 full months, months without a purchase counted',
				to_jsonb((SELECT s.key_months FROM report_setting AS s WHERE s.report_month = month)))), 'class', 't'),
		kam._note('Class: A, B and C by sales, X, Y and Z by how regularly it buys. Trend: over the class window. Payment habit: 80 is prompt, 70 is 15 days late.'));
END
$$;
COMMENT ON FUNCTION kam._page_key_accounts(date, jsonb, jsonb) IS 'Section of the monthly page: the key accounts. In the search_path of its caller.';

CREATE FUNCTION kam._page_changes(month date, chosen jsonb, accounts jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
BEGIN
	RETURN kam._section('changes', 'Entered, left, close to key',
		kam._table('Changes of the list',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('What'), kam._column('No.', 'n'), kam._column('Previous no.', 'n w'), kam._column('Average a month', 'n'), kam._column('On the report before', 'n'),
				kam._column('Manager', 'w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(c.account_id::text, c.account_name, accounts), kam._say(c.change), to_jsonb(c.rank), to_jsonb(c.previous_rank),
					kam._money(c.key_average), jsonb_build_object('change', round(c.key_average_change)), to_jsonb(c.manager))
				ORDER BY c.change = 'left', c.change <> 'entered', c.rank, c.account_id::text COLLATE "C")
			FROM key_account_change AS c JOIN account_month AS f ON f.report_month = c.report_month AND f.account_id = c.account_id
			WHERE c.report_month = month AND c.change IN ('entered', 'left') AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)),
			'Nobody entered or left the list.'),
		kam._table('Watch list: close to key and not in the list',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('Direction'), kam._column('No.', 'n'), kam._column('Average a month', 'n'), kam._column('Missing to the list', 'n'),
				kam._column('Months to the list', 'n w'), kam._column('Class', 'w'), kam._column('Last purchase', 'n w'), kam._column('Manager', 'w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(w.account_id::text, w.account_name, accounts), kam._say(w.direction), to_jsonb(w.rank), kam._money(w.key_average),
					kam._money(w.distance_to_cut), to_jsonb(ceil(w.months_to_cut)), to_jsonb(concat(w.abc_class, w.frequency_class)), jsonb_build_object('date', w.last_purchase), to_jsonb(w.manager))
				ORDER BY w.rank, w.account_id::text COLLATE "C")
			FROM watch_list AS w JOIN account_month AS f ON f.report_month = w.report_month AND f.account_id = w.account_id
			WHERE w.report_month = month AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)),
			'Nobody is close to the list.'));
END
$$;
COMMENT ON FUNCTION kam._page_changes(date, jsonb, jsonb) IS 'Section of the monthly page: entrants, leavers, watch list. In the search_path of its caller.';

CREATE FUNCTION kam._page_strategic(month date, chosen jsonb, accounts jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	cap integer := (SELECT s.strategic_cap FROM report_setting AS s WHERE s.report_month = month);
	cut integer := (SELECT count(*) FROM strategic_cut AS c WHERE c.report_month = month);
BEGIN
	RETURN kam._section('strategic', 'Strategic accounts',
		kam._note('At most $1, since no more can really be treated differently. Scored high enough and left out by the cap: $2.', to_jsonb(cap), to_jsonb(cut)),
		kam._table('Strategic accounts and why',
			jsonb_build_array(kam._column('No.', 'n'), kam._column('Account', 'h'), kam._column('Score', 'n'), kam._column('Coverage', 'n w'), kam._column('Payment gate', 'w'),
				kam._column('Reasons'), kam._column('Decided', 'w'), kam._column('Twelve months', 'n w')),
			(SELECT jsonb_agg(jsonb_build_array(to_jsonb(t.score_rank), kam._account_node(t.account_id::text, t.account_name, accounts), to_jsonb(round(t.score::numeric, 1)),
					jsonb_build_object('share', t.coverage), kam._say(t.gate),
					jsonb_build_object('join', (SELECT jsonb_agg(kam._say(c.label) ORDER BY c.priority, c.criterion COLLATE "C")
						FROM strategic_reason AS c WHERE c.report_month = month AND c.account_id = t.account_id AND c.contribution > 0 AND c.normalized >= 0.5), 'by', ' - '),
					jsonb_build_object('join', jsonb_build_array(kam._say(t.decided), to_jsonb(t.override_reason)), 'by', ': '), kam._money(t.sales_12m))
				ORDER BY t.score_rank, t.account_id::text COLLATE "C")
			FROM strategic_account AS t JOIN account_month AS f ON f.report_month = t.report_month AND f.account_id = t.account_id
			WHERE t.report_month = month AND t.is_strategic AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)),
			'No account is strategic.'),
		kam._table('No place under the cap',
			jsonb_build_array(kam._column('No.', 'n'), kam._column('Account', 'h'), kam._column('Score', 'n'), kam._column('Missing to the last', 'n')),
			(SELECT jsonb_agg(jsonb_build_array(to_jsonb(t.score_rank), kam._account_node(t.account_id::text, t.account_name, accounts),
					to_jsonb(round(t.score::numeric, 1)), to_jsonb(round(t.score_to_cap::numeric, 1)))
				ORDER BY t.score_rank, t.account_id::text COLLATE "C")
			FROM (SELECT c.* FROM strategic_cut AS c JOIN account_month AS f ON f.report_month = c.report_month AND f.account_id = c.account_id
				WHERE c.report_month = month AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)
				ORDER BY c.score_rank, c.account_id::text COLLATE "C" LIMIT 10) AS t)));
END
$$;
COMMENT ON FUNCTION kam._page_strategic(date, jsonb, jsonb) IS 'Section of the monthly page: strategic accounts. In the search_path of its caller.';

CREATE FUNCTION kam._page_turnover(month date, chosen jsonb, accounts jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
BEGIN
	RETURN kam._section('turnover', 'Falling and silent',
		kam._table('Turnover alerts',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('Three months', 'n'), kam._column('Three before', 'n'), kam._column('Same last year', 'n w'), kam._column('Change', 'n'),
				kam._column('Change on the year', 'n w'), kam._column('Why'), kam._column('Trend', 'w'), kam._column('Manager', 'w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(t.account_id::text, t.account_name, accounts), kam._money(t.sales_3m), kam._money(t.sales_3m_before), kam._money(t.sales_3m_year_before),
					jsonb_build_object('growth', - t.fall), jsonb_build_object('growth', - t.fall_year),
					jsonb_build_object('join', jsonb_build_array(kam._say(w.main_order_cause), kam._say(w.main_product_cause)), 'by', '; '), kam._say(t.trend_note), to_jsonb(t.manager))
				ORDER BY t.alert_rank, t.account_id::text COLLATE "C")
			FROM turnover_alert AS t JOIN account_month AS f ON f.report_month = t.report_month AND f.account_id = t.account_id
				LEFT JOIN turnover_cause AS w ON w.report_month = t.report_month AND w.account_id = t.account_id
			WHERE t.report_month = month AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)),
			'No important account fell sharply.'),
		kam._table('Key accounts that did not buy every month',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('State'), kam._column('Months missed', 'n'), kam._column('Silent days', 'n'), kam._column('Usual gap in days', 'n w'), kam._column('Last purchase', 'n w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(p.account_id::text, p.account_name, accounts), kam._say(p.state), kam._say('$1 of $2', to_jsonb(p.missed_months), to_jsonb(p.expected_months)),
					to_jsonb(p.silent_days), to_jsonb(round(p.median_gap_days)), jsonb_build_object('date', p.last_purchase))
				ORDER BY p.silent_months DESC, p.silent_days DESC, p.account_id::text COLLATE "C")
			FROM periodicity AS p JOIN account_month AS f ON f.report_month = p.report_month AND f.account_id = p.account_id
			WHERE p.report_month = month AND p.state <> 'every month' AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)),
			'All bought every month.'));
END
$$;
COMMENT ON FUNCTION kam._page_turnover(date, jsonb, jsonb) IS 'Section of the monthly page: turnover alerts and periodicity. In the search_path of its caller.';

CREATE FUNCTION kam._page_concentration(month date, accounts jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	c record;
BEGIN
	SELECT * INTO STRICT c FROM concentration AS v WHERE v.report_month = month;
	RETURN kam._section('concentration', 'Dependence on few',
		jsonb_build_object('<dl', jsonb_build_array(
			kam._fact('Share of the key accounts', jsonb_build_object('share', c.key_share)),
			kam._fact('Herfindahl index (0 to 10,000)', to_jsonb(round(c.hhi))),
			kam._fact('Equivalent number of equal accounts', to_jsonb(round(c.effective_number))),
			kam._fact('Gini coefficient', jsonb_build_object('sum', c.gini))), 'class', 'cards'),
		kam._table('If the largest left: twelve months',
			jsonb_build_array(kam._column('Accounts lost', 'h'), kam._column('Sales lost', 'n'), kam._column('Share', 'n'), kam._column('Margin lost', 'n w'), kam._column('Sales that remain', 'n')),
			(SELECT jsonb_agg(jsonb_build_array(to_jsonb(l.lost_accounts), kam._money(l.lost_sales_12m), jsonb_build_object('share', l.lost_share), kam._money(l.lost_margin_12m), kam._money(l.remaining_sales_12m))
				ORDER BY l.lost_accounts)
			FROM loss_scenario AS l WHERE l.report_month = month)),
		kam._note('From $1 of the sales of twelve months on.', jsonb_build_object('share', (SELECT t.large_share FROM report_setting AS t WHERE t.report_month = month))),
		kam._table('Large accounts and groups',
			jsonb_build_array(kam._column('Account or group', 'h'), kam._column('Members', 'n'), kam._column('Twelve months', 'n'), kam._column('Share', 'n')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(l.account_id::text, l.name, accounts), to_jsonb(l.member_count), kam._money(l.sales_12m), jsonb_build_object('share', l.share))
				ORDER BY l.share DESC, l.name COLLATE "C")
			FROM large_account AS l WHERE l.report_month = month),
			'No account or group is that large.'));
END
$$;
COMMENT ON FUNCTION kam._page_concentration(date, jsonb) IS 'Section of the monthly page: concentration and loss scenario. In the search_path of its caller.';

CREATE FUNCTION kam._page_receivables(month date, chosen jsonb, accounts jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	p record;
	is_latest boolean := month = (SELECT max(r.report_month) FROM report_month AS r);
BEGIN
	IF NOT EXISTS (SELECT FROM binding AS b WHERE b.contract = 'receivables') THEN
		RETURN NULL;
	END IF;
	SELECT * INTO p FROM receivable_portfolio AS v WHERE v.report_month = month;
	RETURN kam._section('receivables', 'Receivables',
		jsonb_build_object('<dl', jsonb_build_array(
			kam._fact('Open at the end of the month', kam._money(p.open_receivable)),
			kam._fact('Of this overdue', jsonb_build_object('share', p.overdue_share)),
			kam._fact('Payment habit', to_jsonb(round(p.payment_habit))),
			kam._fact('Days sales outstanding, count-back', to_jsonb(round(p.dso_count_back))),
			kam._fact('Days sales outstanding, simple', to_jsonb(round(p.dso_simple_3m)))), 'class', 'cards'),
		CASE WHEN is_latest THEN kam._table('Overdue on the day of the last refresh, the largest',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('Overdue', 'n'), kam._column('1 to 30 days', 'n w'), kam._column('31 to 60', 'n w'), kam._column('61 to 90', 'n w'), kam._column('Over 90', 'n w'),
				kam._column('Oldest, days', 'n'), kam._column('Payment habit', 'n w'), kam._column('Manager', 'w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(o.account_id::text, o.account_name, accounts), kam._money(o.overdue_amount), kam._money(o.overdue_1_30_amount), kam._money(o.overdue_31_60_amount),
					kam._money(o.overdue_61_90_amount), kam._money(o.overdue_over_90_amount), to_jsonb(o.oldest_days_late), to_jsonb(round(o.payment_habit)), to_jsonb(o.manager))
				ORDER BY o.overdue_amount DESC, o.account_id::text COLLATE "C")
			FROM (SELECT v.* FROM overdue AS v JOIN account_month AS f ON f.report_month = month AND f.account_id = v.account_id
				WHERE kam._is_chosen(chosen, f.manager, f.region, f.account_group)
				ORDER BY v.overdue_amount DESC, v.account_id::text COLLATE "C" LIMIT 15) AS o),
			'Nothing is overdue.') END);
END
$$;
COMMENT ON FUNCTION kam._page_receivables(date, jsonb, jsonb) IS 'Section of the monthly page: receivables, where they are bound. In the search_path of its caller.';

CREATE FUNCTION kam._page_details(month date, accounts jsonb, lang text, with_persons boolean) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
BEGIN
	RETURN kam._section('accounts', 'Each account', (
		SELECT jsonb_agg(jsonb_build_object('<details', jsonb_build_array(
			jsonb_build_object('<summary', jsonb_build_object('<h3', jsonb_build_object('join', jsonb_build_array(jsonb_build_object('text', r.account_name, 'columns', 120), to_jsonb(r.account_id::text)), 'by', ' - '))),
			jsonb_build_object('<dl', jsonb_build_array(
				kam._fact('No.', to_jsonb(r.rank)), kam._fact('Average a month', kam._money(r.key_average)), kam._fact('Twelve months', kam._money(r.sales_12m)),
				kam._fact('On the year before', CASE WHEN r.change_12m_ratio IS NOT NULL THEN jsonb_build_object('growth', r.change_12m_ratio) END),
				kam._fact('Share', jsonb_build_object('share', r.share)),
				kam._fact('Class', to_jsonb(nullif(concat(r.abc_class, r.frequency_class), ''))), kam._fact('Trend', kam._trend_node(r.trend, r.trend_p)),
				kam._fact('Margin of twelve months', CASE WHEN r.margin_12m IS NOT NULL THEN kam._money(r.margin_12m) END),
				kam._fact('Credits of twelve months', CASE WHEN r.credited_12m > 0 THEN kam._money(r.credited_12m) END),
				kam._fact('Orders of twelve months', to_jsonb(r.orders_12m)), kam._fact('Average order', CASE WHEN r.average_order IS NOT NULL THEN kam._money(r.average_order) END),
				kam._fact('First purchase', jsonb_build_object('date', r.first_purchase)), kam._fact('Last purchase', jsonb_build_object('date', r.last_purchase)),
				kam._fact('Manager', to_jsonb(r.manager)), kam._fact('Region', to_jsonb(r.region)), kam._fact('Country', to_jsonb(r.country)), kam._fact('Group', to_jsonb(r.account_group)),
				kam._fact('Industry', to_jsonb(r.industry)), kam._fact('Channel', to_jsonb(r.channel)),
				kam._fact('Open', CASE WHEN h.open_receivable IS NOT NULL THEN kam._money(h.open_receivable) END),
				kam._fact('Overdue', CASE WHEN h.overdue_receivable > 0 THEN kam._money(h.overdue_receivable) END),
				kam._fact('Payment habit', to_jsonb(round(h.payment_habit))), kam._fact('Average days late', to_jsonb(round(h.days_late))),
				kam._fact('Still a customer', CASE WHEN v.alive IS NOT NULL THEN jsonb_build_object('share', v.alive) END),
				kam._fact('Expected, next twelve months', CASE WHEN v.expected_12m IS NOT NULL THEN kam._money(v.expected_12m) END),
				kam._fact('Value to come', CASE WHEN v.discounted_value IS NOT NULL THEN kam._money(v.discounted_value) END)), 'class', 'facts'),
			CASE WHEN r.managed_reason IS NOT NULL THEN kam._note(CASE WHEN r.is_managed THEN 'Managed as key: $1' ELSE 'No longer managed as key: $1' END, kam._say(r.managed_reason)) END,
			CASE WHEN r.advice IS NOT NULL THEN kam._note('Advice: $1', kam._say(r.advice)) END,
			jsonb_build_object('<figure', jsonb_build_object('svg', accounts -> r.account_id::text ->> 'bars')),
			CASE WHEN jsonb_typeof(accounts -> r.account_id::text -> 'season') = 'array' THEN jsonb_build_array(
				jsonb_build_object('<h4', kam._say('Season: each month against an average one')),
				jsonb_build_object('<dl', (SELECT jsonb_agg(kam._fact((ARRAY['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'])[n], jsonb_build_object('share', x)) ORDER BY n)
					FROM jsonb_array_elements(accounts -> r.account_id::text -> 'season') WITH ORDINALITY AS s (x, n)), 'class', 'season')) END,
			kam._table('What it buys most, and what it no longer buys',
				jsonb_build_array(kam._column('Product', 'h'), kam._column('Twelve months', 'n'), kam._column('Year before', 'n'), kam._column('Last purchase', 'n w')),
				(SELECT jsonb_agg(jsonb_build_array(jsonb_build_object('text', p.product_name, 'else', p.product, 'columns', 48), kam._money(p.sales_12m), kam._money(p.sales_12m_before), jsonb_build_object('date', p.last_purchase))
					ORDER BY p.sales_12m DESC, p.sales_12m_before DESC, p.product COLLATE "C")
				FROM (SELECT a.product, t.product_name, a.sales_12m, a.sales_12m_before, a.last_purchase,
						row_number() OVER (ORDER BY a.sales_12m DESC, a.product COLLATE "C") AS place,
						row_number() OVER (ORDER BY a.sales_12m > 0, a.sales_12m_before DESC, a.product COLLATE "C") AS place_before
					FROM product_reading AS g JOIN account_product AS a ON a.account_id = r.account_id LEFT JOIN product_total AS t ON t.product = a.product
					WHERE g.report_month = month) AS p
				WHERE p.place <= 5 AND p.sales_12m > 0 OR p.place_before <= 3 AND p.sales_12m <= 0 AND p.sales_12m_before > 0)),
			kam._table('Why its score is what it is',
				jsonb_build_array(kam._column('Criterion', 'h'), kam._column('Value', 'n'), kam._column('Weight', 'n w'), kam._column('Adds', 'n'), kam._column('Remark')),
				(SELECT jsonb_agg(jsonb_build_array(kam._say(c.label),
						CASE WHEN c.criterion IN ('profitability', 'growth', 'loyalty') THEN jsonb_build_object('share', c.raw_value)
							WHEN c.criterion IN ('distributor', 'test_partner', 'prestige', 'multinational', 'cash_payer') THEN kam._say(CASE WHEN c.raw_value > 0 THEN 'yes' ELSE 'no' END)
							ELSE kam._money(c.raw_value::numeric) END,
						jsonb_build_object('share', c.weight), to_jsonb(round(c.contribution::numeric, 1)),
						CASE WHEN c.is_gated_out THEN kam._say('does not count: the payment gate is not open') END)
					ORDER BY c.priority, c.criterion COLLATE "C")
				FROM strategic_reason AS c WHERE c.report_month = month AND c.account_id = r.account_id AND c.raw_value IS NOT NULL)),
			kam._page_card(r.account_id::text, month, lang, with_persons)),
			'id', accounts -> r.account_id::text -> 'anchor', 'open', true)
			ORDER BY substr(accounts -> r.account_id::text ->> 'anchor', 2)::integer)
		FROM (SELECT k.*, m.managed_reason, x.advice
			FROM account_rank AS k
				JOIN account_month AS m ON m.report_month = k.report_month AND m.account_id = k.account_id
				LEFT JOIN abc_xyz AS x ON x.report_month = k.report_month AND x.account_id = k.account_id
			WHERE k.report_month = month AND accounts ? k.account_id::text
				-- by an index, since the others are many
				AND k.account_id IN (SELECT x.account_id FROM account_month AS x WHERE x.report_month = month AND (x.is_key OR x.is_managed)
					UNION ALL SELECT x.account_id FROM strategic_month AS x WHERE x.report_month = month AND x.is_strategic)) AS r
			LEFT JOIN receivable_month AS h ON h.report_month = month AND h.account_id = r.account_id
			LEFT JOIN value_month AS v ON v.report_month = month AND v.account_id = r.account_id));
END
$$;
COMMENT ON FUNCTION kam._page_details(date, jsonb, text, boolean) IS 'Section of the monthly page: a part for each key, managed and strategic account; lang as in pictures. In the search_path of its caller.';

CREATE FUNCTION kam._page_quality(month date) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	is_latest boolean := month = (SELECT max(r.report_month) FROM report_month AS r);
BEGIN
	RETURN kam._section('quality', 'What was left out, and how good the data is',
		kam._table('Booked and not ranked',
			jsonb_build_array(kam._column('What', 'h'), kam._column('Name'), kam._column('Month', 'n'), kam._column('Twelve months', 'n'), kam._column('Reason', 'w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._say(o.kind), jsonb_build_object('join', jsonb_build_array(to_jsonb(o.item), to_jsonb(nullif(o.item_name, o.item))), 'by', ' '), jsonb_build_object('sum', o.month_amount), jsonb_build_object('sum', o.sales_12m), kam._say(o.reason))
				ORDER BY o.kind COLLATE "C", abs(o.sales_12m) DESC, o.item COLLATE "C")
			FROM (SELECT v.* FROM left_out AS v WHERE v.report_month = month AND (v.month_amount <> 0 OR v.sales_12m <> 0) ORDER BY abs(v.sales_12m) DESC, v.item COLLATE "C" LIMIT 30) AS o),
			'Everything that is booked is ranked.'),
		CASE WHEN is_latest THEN kam._table('Findings in the data',
			jsonb_build_array(kam._column('Check', 'h'), kam._column('Found', 'n'), kam._column('Amount', 'n w'), kam._column('Explanation')),
			(SELECT jsonb_agg(jsonb_build_array(jsonb_build_object('join', jsonb_build_array(kam._say(replace(q.check_name, '_', ' ')), kam._say(nullif(q.scope, ''))), 'by', ': '),
					to_jsonb(q.found_count), jsonb_build_object('amount', q.found_amount), kam._say(q.explanation))
				ORDER BY q.check_name COLLATE "C", q.scope COLLATE "C")
			FROM (SELECT v.* FROM data_quality AS v ORDER BY v.check_name COLLATE "C", v.found_count DESC, v.scope COLLATE "C" LIMIT 40) AS q),
			'No findings.') END,
		kam._table('Closed months whose sales have changed since',
			jsonb_build_array(kam._column('Month', 'h'), kam._column('Parts', 'n'), kam._column('As reported', 'n'), kam._column('As it stands', 'n')),
			(SELECT jsonb_agg(jsonb_build_array(jsonb_build_object('month', d.report_month), to_jsonb(d.parts), jsonb_build_object('sum', d.frozen), jsonb_build_object('sum', d.present)) ORDER BY d.report_month)
			FROM (SELECT v.report_month, count(*) AS parts, sum(v.frozen_amount) AS frozen, sum(v.present_amount) AS present FROM restatement AS v GROUP BY v.report_month) AS d)));
END
$$;
COMMENT ON FUNCTION kam._page_quality(date) IS 'Section of the monthly page: what was left out, findings, restatements. In the search_path of its caller.';

CREATE FUNCTION kam._page_origin(mart_name text, month date) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	c record;
	s record;
BEGIN
	SELECT * INTO STRICT c FROM report_calendar AS v WHERE v.report_month = month;
	SELECT * INTO STRICT s FROM report_setting AS v WHERE v.report_month = month;
	RETURN kam._section('origin', 'How this was computed',
		jsonb_build_object('<dl', jsonb_build_array(
			kam._fact('Mart', to_jsonb(mart_name)),
			kam._fact('Sales of', to_jsonb((SELECT b.expression FROM binding AS b WHERE b.contract = 'sales' AND b.column_name = 'relation'))),
			kam._fact('Sales posted up to', jsonb_build_object('date', c.posted_until)),
			kam._fact('Computed at', to_jsonb(to_char(c.refreshed_at AT TIME ZONE s.time_zone, 'YYYY-MM-DD HH24:MI') || ' ' || s.time_zone)),
			kam._fact('Month closed', kam._say(CASE WHEN c.is_closed THEN 'yes' ELSE 'no' END)),
			kam._fact('Amounts with VAT', kam._say(CASE WHEN c.amounts_include_vat THEN 'yes' ELSE 'no' END)),
			kam._fact('Ranked are', kam._say(CASE c.unit WHEN 'group' THEN 'groups' ELSE 'accounts' END)),
			kam._fact('Key accounts by', CASE s.key_rule WHEN 'top' THEN kam._say('the first $1 by the average of $2 months', to_jsonb(s.top), to_jsonb(s.key_months))
				WHEN 'pareto' THEN kam._say('those that together make $1 of the sales of $2 months', jsonb_build_object('share', s.key_pareto), to_jsonb(s.key_months))
				ELSE kam._say('at least $1 of the sales of $2 months', jsonb_build_object('share', s.key_share), to_jsonb(s.key_months)) END),
			kam._fact('Classes over', kam._say('$1 months', to_jsonb(s.class_months))),
			kam._fact('Version of kam', to_jsonb(s.kam_version))), 'class', 'facts'),
		kam._note('Credits (returns, discounts, corrections) are taken off the month in which they are booked. Months without a purchase count. Accounts with equal sales share a rank. Shares are of the booked net sales.'));
END
$$;
COMMENT ON FUNCTION kam._page_origin(text, date) IS 'Section of the monthly page: from what and how it was computed. In the search_path of its caller.';

CREATE FUNCTION kam._page_style() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $css$
:root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--m:#57606a;--l:#d8dee4;--s:#f3f6f9;--a:#005b8f}
@media (prefers-color-scheme:dark){:root{--bg:#16191d;--fg:#e6edf3;--m:#a5b0bb;--l:#30363d;--s:#1d2126;--a:#8ccaff}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 4rem;max-width:86rem;background:var(--bg);color:var(--fg);font:15px/1.45 system-ui,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK SC",Helvetica,Arial,sans-serif}
h1{font-size:1.9rem;line-height:1.2;margin:.1rem 0 .4rem}h1::first-letter{text-transform:uppercase}
h2{font-size:1.3rem;margin:2.6rem 0 .8rem;padding-top:.9rem;border-top:2px solid var(--l)}
h3,caption{font-size:1rem;font-weight:600;text-align:left;margin:1.2rem 0 .3rem}
caption{padding:.9rem 0 .4rem;margin:0}
.m,small{color:var(--m)}.m{margin:.3rem 0}small{display:block;font-size:.8rem;line-height:1.35}
a{color:var(--a)}
nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;padding:0;margin:1rem 0 0}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.36rem .75rem .36rem 0;border-bottom:1px solid var(--l);text-align:left;vertical-align:top;overflow-wrap:break-word}
tr>:last-child{padding-right:0}
thead th{color:var(--m);font-weight:600;font-size:.82rem;vertical-align:bottom;overflow-wrap:normal;hyphens:auto}
tbody th{font-weight:500;overflow-wrap:anywhere;min-width:6.5em}
.n{text-align:right;white-space:nowrap;overflow-wrap:normal}
thead .n{white-space:normal}
td svg{display:block;width:120px;height:28px}
th button{all:unset;cursor:pointer}
th button:hover,th button:focus-visible{text-decoration:underline}
th[aria-sort=ascending] button::after{content:" \2191"}
th[aria-sort=descending] button::after{content:" \2193"}
dl{margin:.6rem 0}dd{margin:0}dt{color:var(--m);font-size:.82rem}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(13.5rem,1fr));gap:.7rem}
.cards>div{background:var(--s);border-radius:8px;padding:.7rem .9rem}
.cards dd{font-size:1.45rem;font-weight:600;line-height:1.25}
.cards small{font-weight:400;margin-top:.25rem}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.5rem 1.1rem}
.facts dd{overflow-wrap:anywhere}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1rem}
figure{margin:.8rem 0}figure svg{display:block;width:100%;max-width:38rem;height:auto}
details{border-bottom:1px solid var(--l)}
summary{cursor:pointer;padding:.55rem 0}summary h3{display:inline;margin:0;overflow-wrap:anywhere}h4{margin:1rem 0 .3rem;font-size:.95rem}
.season{display:grid;grid-template-columns:repeat(auto-fill,minmax(4.5rem,1fr));gap:.4rem}
.o{white-space:nowrap}.n+td:not(.n),.n+th:not(.n){padding-left:.5rem}
details[open]{padding-bottom:1rem}
:target{scroll-margin-top:.5rem}
.t{overflow-x:auto}
@media (min-width:64rem){tbody th{min-width:9em}}
@media (max-width:47rem){.w{display:none}tbody th{min-width:4.5em}h1{font-size:1.5rem}.pair{grid-template-columns:1fr}.cards{grid-template-columns:1fr 1fr}.cards dd{font-size:1.15rem}th,td{padding-right:.45rem}body{padding:1rem .8rem 3rem}}
@media print{@page{size:A4;margin:12mm}.t{overflow:visible}tbody th{min-width:4.5em}:root{color-scheme:light;--bg:#fff;--fg:#000;--m:#444;--l:#bbb;--s:#f3f3f3;--a:#000}body{font-size:9pt;max-width:none;padding:0}nav{display:none}h2{break-after:avoid}tr,figure,details>*,.cards>div{break-inside:avoid}thead{display:table-header-group}td svg{width:80px}th,td{padding:.2rem .4rem .2rem 0}a{text-decoration:none}.pair{grid-template-columns:1fr 1fr}}
$css$;
COMMENT ON FUNCTION kam._page_style() IS 'Style sheet of the pages.';

CREATE FUNCTION kam._page_script() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $js$
(function () {
	var details = Array.from(document.querySelectorAll('details'));
	function show() {
		var d = location.hash && document.getElementById(location.hash.slice(1));
		if (d && d.tagName === 'DETAILS') { d.open = true; d.scrollIntoView(); }
	}
	details.forEach(function (d) { d.open = false; d.addEventListener('toggle', function () { reach(); }); });
	addEventListener('hashchange', show);
	addEventListener('beforeprint', function () { details.forEach(function (d) { d.open = true; }); });
	show();
	function reach() {
		document.querySelectorAll('.t').forEach(function (box) {
			if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute('tabindex');
		});
	}
	addEventListener('resize', reach);
	document.querySelectorAll('.t table').forEach(function (table) {
		var body = table.tBodies[0];
		if (body.rows.length < 3) return;
		Array.from(table.tHead.rows[0].cells).forEach(function (head, i) {
			var button = document.createElement('button');
			while (head.firstChild) button.appendChild(head.firstChild);
			if (!button.textContent) return;
			button.type = 'button';
			head.appendChild(button);
			button.addEventListener('click', function () {
				var up = head.getAttribute('aria-sort') === 'descending' || !head.hasAttribute('aria-sort') && !head.classList.contains('n');
				function key(row) {
					var cell = row.cells[i], v = cell.getAttribute('data-v');
					return v === null ? cell.textContent : isNaN(v) ? v : Number(v);
				}
				function order(a, b) {
					var x = key(a), y = key(b);
					if (x === '' || y === '') return (x === '') - (y === '');
					var d = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
					return up ? d : -d;
				}
				Array.from(table.tHead.rows[0].cells).forEach(function (h) { h.removeAttribute('aria-sort'); });
				head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
				Array.from(body.rows).sort(order).forEach(function (row) { body.appendChild(row); });
			});
		});
	});
	reach();
})();
$js$;
COMMENT ON FUNCTION kam._page_script() IS 'Script of the pages: sorts tables, lets the keyboard reach those that scroll, and folds the sections of accounts, which are open without it.';

CREATE FUNCTION kam.words(OUT english text, OUT ru text, OUT zh text, OUT de text, OUT is_in_pictures boolean) RETURNS SETOF record
	LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 400
	AS 'MODULE_PATHNAME', 'kam_words';
COMMENT ON FUNCTION kam.words() IS
'One row per text of pages and pictures: in English, as it is looked up, and in the languages that kam speaks; NULL where the encoding of the database lacks its letters. What is_in_pictures also stands in pictures. Whoever wants another language writes translations into the table translation of a mart, or gives a JSON object of them as lang. $1, $2 and so on stand for figures; "en" is translated by the code of the language, "1,234.5%" by the same number as the language writes it, "3=K 6=M 9=B 12=T" by powers of ten and the signs of large numbers.';

CREATE FUNCTION kam._page_language(lang text, is_for_pictures boolean) RETURNS text
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
BEGIN
	IF lang LIKE '{%' AND is_for_pictures THEN
		RETURN (SELECT jsonb_object_agg(t.english, t.said) FROM jsonb_each(lang::jsonb) AS t (english, said)
			WHERE t.english IN (SELECT w.english FROM kam.words() AS w WHERE w.is_in_pictures));
	ELSIF NOT EXISTS (SELECT FROM translation AS t WHERE t.lang = lang) THEN
		RETURN lang;
	END IF;
	RETURN (SELECT jsonb_build_object('en', lang) || jsonb_object_agg(t.english, t.said)
		FROM translation AS t
		WHERE t.lang = lang AND (NOT is_for_pictures OR t.english IN (SELECT w.english FROM kam.words() AS w WHERE w.is_in_pictures)));
END
$$;
COMMENT ON FUNCTION kam._page_language(text, boolean) IS 'The language as it is given to kam._html and to pictures: with the translations of the mart, if it has any. In the search_path of its caller.';

CREATE FUNCTION kam._page_month(mart_name text, month date) RETURNS date
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	found date;
BEGIN
	IF month IS NOT NULL AND NOT isfinite(month) THEN
		RAISE EXCEPTION USING ERRCODE = 'datetime_field_overflow', MESSAGE = 'month must be finite';
	END IF;
	SELECT max(r.report_month) INTO found FROM report_month AS r WHERE r.report_month = kam.month(month) OR month IS NULL;
	IF found IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
			MESSAGE = CASE WHEN month IS NULL THEN format('mart %I has no report month', mart_name) ELSE format('mart %I has no report month %s', mart_name, to_char(month, 'YYYY-MM')) END,
			HINT = coalesce((SELECT format('It has %s to %s.', to_char(min(r.report_month), 'YYYY-MM'), to_char(max(r.report_month), 'YYYY-MM')) FROM report_month AS r HAVING count(*) > 0),
				format('CALL kam.refresh(%L);', mart_name));
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION kam._page_month(text, date) IS 'The report month of a page: the latest without a date. In the search_path of its caller.';

CREATE FUNCTION kam.report_html(mart text, month date DEFAULT NULL, manager text DEFAULT NULL, region text DEFAULT NULL, account_group text DEFAULT NULL, lang text DEFAULT 'en', with_persons boolean DEFAULT true) RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
	chosen jsonb := jsonb_strip_nulls(jsonb_build_object('manager', manager, 'region', region, 'account_group', account_group));
	pictures text;
	unit text;
	accounts jsonb;
	parts jsonb;
	body jsonb;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	month := kam._page_month(mart, month);
	lang := coalesce(lang, 'en');
	pictures := kam._page_language(lang, true);
	lang := kam._page_language(lang, false);
	SELECT s.currency_label INTO STRICT unit FROM report_setting AS s WHERE s.report_month = month;
	accounts := coalesce(kam._page_accounts(month, chosen, pictures, unit), '{}');

	parts := jsonb_path_query_array(jsonb_build_array(
		kam._page_alerts(month, chosen, accounts),
		kam._page_agenda(month, chosen, accounts),
		kam._page_headline(month, chosen),
		kam._page_structure(month, chosen, pictures, unit),
		kam._page_key_accounts(month, chosen, accounts),
		kam._page_changes(month, chosen, accounts),
		kam._page_strategic(month, chosen, accounts),
		kam._page_turnover(month, chosen, accounts),
		kam._page_churn(month, chosen, accounts),
		kam._page_offer(month, chosen, accounts),
		kam._page_need(month, chosen, accounts),
		CASE WHEN chosen = '{}' THEN kam._page_concentration(month, accounts) END,
		kam._page_receivables(month, chosen, accounts),
		kam._page_details(month, accounts, pictures, coalesce(with_persons, false)),
		CASE WHEN chosen = '{}' THEN kam._page_quality(month) END,
		kam._page_origin(mart, month)), '$[*] ? (@ != null)');
	body := jsonb_build_array(
		jsonb_build_object('<header', jsonb_build_array(
			jsonb_build_object('<p', kam._say('Key-account report'), 'class', 'm'),
			jsonb_build_object('<h1', jsonb_build_object('month', month)),
			jsonb_build_object('<p', jsonb_build_object('join', jsonb_build_array(
				CASE WHEN unit <> '' THEN kam._say('Amounts in $1', to_jsonb(unit)) END,
				(SELECT kam._say('sales posted up to $1', jsonb_build_object('date', c.posted_until)) FROM report_calendar AS c WHERE c.report_month = month),
				(SELECT kam._say('computed $1', to_jsonb(to_char(c.refreshed_at AT TIME ZONE s.time_zone, 'YYYY-MM-DD HH24:MI')))
					FROM report_calendar AS c JOIN report_setting AS s ON s.report_month = c.report_month WHERE c.report_month = month)), 'by', ' - '), 'class', 'm'),
			CASE WHEN chosen <> '{}' THEN jsonb_build_object('<p', jsonb_build_array(jsonb_build_object('<b', kam._say('Only')), ' ',
				jsonb_build_object('join', jsonb_build_array(
					CASE WHEN manager IS NOT NULL THEN kam._say('manager: $1', to_jsonb(manager)) END,
					CASE WHEN region IS NOT NULL THEN kam._say('region: $1', to_jsonb(region)) END,
					CASE WHEN account_group IS NOT NULL THEN kam._say('group: $1', to_jsonb(account_group)) END), 'by', ', '))) END,
			jsonb_build_object('<nav', jsonb_build_object('<ul', (
				SELECT jsonb_agg(jsonb_build_object('<li', jsonb_build_object('<a', p -> '<section' -> 0 -> '<h2', 'href', '#' || (p ->> 'id'))) ORDER BY n)
				FROM jsonb_array_elements(parts) WITH ORDINALITY AS x (p, n))), 'aria-label', kam._say('Contents')))),
		jsonb_build_object('<main', parts));
	RETURN '<!DOCTYPE html>' || kam._html(jsonb_build_object('<html', jsonb_build_array(
		jsonb_build_object('<head', jsonb_build_array(
			jsonb_build_object('<meta', NULL, 'charset', 'utf-8'),
			jsonb_build_object('<meta', NULL, 'name', 'viewport', 'content', 'width=device-width, initial-scale=1'),
			jsonb_build_object('<title', jsonb_build_object('join', jsonb_build_array(kam._say('Key-account report'), jsonb_build_object('month', month)), 'by', ', ')),
			jsonb_build_object('css', kam._page_style()))),
		jsonb_build_object('<body', jsonb_build_array(body, jsonb_build_object('js', kam._page_script())))), 'lang', kam._say('en')), lang);
END
$$;
COMMENT ON FUNCTION kam.report_html(text, date, text, text, text, text, boolean) IS
'The report of a month (any day of it; NULL: the latest) as one page of HTML, in ASCII, that refers to nothing outside itself: alerts, what is due, main figures, structure, key accounts, changes, strategic accounts, falling and silent ones, who may leave, what to offer, what will be needed, dependence, receivables, a section per account, data quality. manager, region, account_group: only their accounts, as labelled in that month. lang: en, ru, zh, de, or another one of the mart''s table translation. with_persons: whether contacts and their days are on it, as far as the registers have them. Only for the owner of the mart. Errors: a month that the mart has not computed (22023), an infinite date (22008), an unknown language (22023).';

CREATE FUNCTION kam.report_mail(mart text, month date DEFAULT NULL, manager text DEFAULT NULL, lang text DEFAULT 'en') RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
	chosen jsonb := jsonb_strip_nulls(jsonb_build_object('manager', manager));
	sections jsonb;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	month := kam._page_month(mart, month);
	lang := kam._page_language(coalesce(lang, 'en'), false);
	sections := jsonb_build_array(kam._page_alerts(month, chosen, '{}'), kam._page_agenda(month, chosen, '{}'), kam._page_headline(month, chosen), kam._page_key_accounts(month, chosen, '{}'), kam._page_changes(month, chosen, '{}'));
	RETURN kam._html(jsonb_build_object('mail', jsonb_build_object('<div', jsonb_build_array(
		jsonb_build_object('<h1', jsonb_build_object('join', jsonb_build_array(kam._say('Key-account report'), jsonb_build_object('month', month), to_jsonb(manager)), 'by', ', '),
			'style', 'font-size:20px'),
		sections), 'lang', kam._say('en'), 'style', 'font-family:Arial,sans-serif;font-size:14px')), lang);
END
$$;
COMMENT ON FUNCTION kam.report_mail(text, date, text, text) IS
'The body of a mail with the main tables of the report of a month (any day of it; NULL: the latest), with styles inline and without pictures, of the accounts of one manager or all. lang as in kam.report_html. Only for the owner of the mart. Errors as of kam.report_html.';
