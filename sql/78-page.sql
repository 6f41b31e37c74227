-- Parts of the monthly page about what is due and what people know.  They show
-- today, and so stand only on the page of the latest report month.
CREATE FUNCTION kam._task_node(why_pattern text, subject text, last_on date, figure numeric, figure_share double precision, days_since integer, task text) RETURNS jsonb
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN kam._say(why_pattern,
	CASE WHEN subject IS NULL THEN 'null'
		-- A list of roles, each said by itself
		WHEN task = 'decision roles' THEN jsonb_build_object('join', (SELECT jsonb_agg(kam._say(r.role) ORDER BY r.i) FROM unnest(string_to_array(subject, ', ')) WITH ORDINALITY AS r (role, i)), 'by', ', ')
		WHEN task IN ('date', 'gift') THEN kam._say(subject) ELSE to_jsonb(subject) END,
	CASE WHEN last_on IS NULL THEN 'null' ELSE jsonb_build_object('date', last_on) END,
	CASE WHEN figure IS NULL THEN 'null' WHEN task = 'holiday' THEN to_jsonb(figure) ELSE kam._money(figure) END,
	CASE WHEN figure_share IS NULL THEN 'null' ELSE jsonb_build_object('share', figure_share) END,
	coalesce(to_jsonb(days_since), 'null'));
COMMENT ON FUNCTION kam._task_node(text, text, date, numeric, double precision, integer, text) IS 'Node of a page: why something is due, from the columns of the view agenda.';

CREATE FUNCTION kam._page_agenda(month date, chosen jsonb, accounts jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	listed jsonb;
	total bigint;
BEGIN
	IF month <> (SELECT max(r.report_month) FROM report_month AS r) THEN
		RETURN NULL;
	END IF;
	-- Four of a kind, so that one rule does not fill the list.
	SELECT jsonb_agg(jsonb_build_array(
				CASE WHEN t.account_id IS NULL THEN to_jsonb(t.account_name) ELSE kam._account_node(t.account_id::text, t.account_name, accounts) END,
				kam._say(t.task), kam._task_node(t.why_pattern, t.subject, t.last_on, t.figure, t.figure_share, t.days_since, t.task),
				jsonb_build_object('date', t.due_on), to_jsonb(t.owner))
			ORDER BY t.place) FILTER (WHERE t.place <= 15), max(t.total)
	INTO listed, total
	FROM (SELECT x.*, row_number() OVER (ORDER BY x.task_place > 4, x.task_priority, x.due_on, x.account_rank, x.task COLLATE "C", x.account_id::text COLLATE "C", x.why COLLATE "C", x.row_id) AS place, count(*) OVER () AS total
		FROM (SELECT a.*, f.rank AS account_rank, row_number() OVER (PARTITION BY a.task ORDER BY a.task_priority, a.due_on, f.rank, a.account_id::text COLLATE "C", a.why COLLATE "C", a.row_id) AS task_place
			FROM agenda AS a LEFT JOIN account_month AS f ON f.report_month = month AND f.account_id = a.account_id
			WHERE CASE WHEN f.account_id IS NULL THEN chosen = '{}' ELSE kam._is_chosen(chosen, f.manager, f.region, f.account_group) END) AS x) AS t;
	RETURN kam._section('agenda', 'Who does what next',
		kam._table('The most urgent tasks', jsonb_build_array(kam._column('Account', 'h'), kam._column('Task'), kam._column('Why'), kam._column('Due', 'n'), kam._column('Who', 'w')), listed, 'Nothing is due.'),
		CASE WHEN total > 15 THEN kam._note('Tasks in all: $1', to_jsonb(total)) END);
END
$$;
COMMENT ON FUNCTION kam._page_agenda(date, jsonb, jsonb) IS 'Section of the monthly page: the fifteen most urgent tasks of the agenda, four of a kind at most if there are others. NULL for other months than the latest. In the search_path of its caller.';

CREATE FUNCTION kam._page_card(account text, month date, lang text, with_persons boolean DEFAULT true) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	plan jsonb;
	map text;
	tables jsonb;
BEGIN
	IF month <> (SELECT max(r.report_month) FROM report_month AS r) THEN
		RETURN NULL;
	END IF;
	-- As the type of the key, whatever that is
	SELECT jsonb_agg(jsonb_build_array(jsonb_build_object('month', p.month), jsonb_build_object('amount', p.target), jsonb_build_object('amount', p.sales), CASE WHEN p.target > 0 THEN jsonb_build_object('share', p.sales / p.target) END) ORDER BY p.month)
	INTO plan
	FROM (SELECT t.month, sum(t.target_sales) AS target, CASE WHEN t.month <= _page_card.month THEN coalesce((SELECT m.sales_amount FROM account_month AS m WHERE m.report_month = t.month AND m.account_id = k.account_id), 0) END AS sales
		FROM jsonb_populate_record(NULL::_key, jsonb_build_object('account_id', account)) AS k
			JOIN target AS t ON t.account_id = ANY (ARRAY(SELECT k.account_id UNION ALL SELECT g.old_account_id FROM merged_account AS g WHERE g.account_id = k.account_id))
		WHERE t.month > _page_card.month - interval '6 months' AND t.month <= _page_card.month + interval '3 months'
		GROUP BY t.month, k.account_id) AS p;
	IF with_persons THEN
		SELECT kam.svg_decision_map(array_agg(d.role ORDER BY d.role_order, d.level_order, d.name COLLATE "C", d.contact_id), array_agg(d.name ORDER BY d.role_order, d.level_order, d.name COLLATE "C", d.contact_id),
			array_agg(d.level ORDER BY d.role_order, d.level_order, d.name COLLATE "C", d.contact_id), array_agg(d.is_in_touch ORDER BY d.role_order, d.level_order, d.name COLLATE "C", d.contact_id), NULL, lang)
		INTO map
		FROM (SELECT r.role_order, r.role, p.contact_name AS name, p.contact_level AS level, array_position('{executive,manager,specialist,front_line}', p.contact_level) AS level_order, p.contact_id,
				coalesce((SELECT max(v.done_on) FROM visit AS v WHERE v.contact_id = p.contact_id AND v.done_on <= t.today) >= t.today - (SELECT s.contact_days FROM settings AS s), false) AS is_in_touch
			FROM today AS t CROSS JOIN jsonb_populate_record(NULL::_key, jsonb_build_object('account_id', account)) AS k
				JOIN contact AS p ON p.account_id = ANY (ARRAY(SELECT k.account_id UNION ALL SELECT g.old_account_id FROM merged_account AS g WHERE g.account_id = k.account_id)) AND (p.left_on IS NULL OR p.left_on > t.today)
				CROSS JOIN LATERAL (VALUES (1, 'decides', p.decides_purchase), (2, 'influences', p.influences_purchase), (3, 'technical', p.is_technical), (4, 'pays', p.decides_payment), (5, 'influences payment', p.influences_payment),
					(6, 'other', NOT (p.decides_purchase OR p.influences_purchase OR p.is_technical OR p.decides_payment OR p.influences_payment))) AS r (role_order, role, is_held)
			WHERE r.is_held) AS d;
	END IF;
	SELECT jsonb_agg(kam._table(s.title, jsonb_build_array(kam._column('What', 'h'), kam._column('What is known'), kam._column('Day', 'n'), kam._column('Figure', 'n w')), s.rows) ORDER BY s.section_order)
	INTO tables
	FROM (SELECT c.section_order, h.title, jsonb_agg(jsonb_build_array(CASE WHEN c.section = 'contacts' THEN to_jsonb(c.fact) ELSE kam._say(c.fact) END, jsonb_build_object('text', coalesce(c.value, ''), 'columns', 120),
				CASE WHEN c.noted_on IS NOT NULL THEN jsonb_build_object('date', c.noted_on) END, CASE WHEN c.figure IS NOT NULL THEN jsonb_build_object('amount', c.figure) END) ORDER BY c.fact_order, c.fact COLLATE "C", c.value COLLATE "C") AS rows
		FROM account_card AS c
			JOIN (VALUES ('responsible', 'Who is responsible'), ('contacts', 'Persons'), ('visits', 'Visits and talks'), ('cases', 'Cases'), ('plan', 'Plan'), ('dates', 'Days to think of'), ('dossier', 'Dossier'), ('knowledge', 'How well we know it'),
				('satisfaction', 'What it thinks of us'), ('benefits', 'Benefits'), ('bonus', 'Bonuses'), ('competitors', 'Competitors there'), ('tenders', 'Tenders'), ('logistics', 'How goods get there'), ('news', 'News of the account')) AS h (section, title) ON h.section = c.section
		WHERE c.account_id = (SELECT k.account_id FROM jsonb_populate_record(NULL::_key, jsonb_build_object('account_id', account)) AS k) AND (with_persons OR c.section NOT IN ('contacts', 'dates'))
		GROUP BY c.section_order, h.title) AS s;
	RETURN jsonb_build_array(
		CASE WHEN map IS NOT NULL THEN jsonb_build_object('<figure', jsonb_build_object('svg', map)) END,
		kam._table('Plan against actual', jsonb_build_array(kam._column('Month', 'h'), kam._column('Planned', 'n'), kam._column('Actual', 'n'), kam._column('Attained', 'n')), plan),
		tables);
END
$$;
COMMENT ON FUNCTION kam._page_card(text, date, text, boolean) IS 'What people know of one account, for its part of the monthly page: decision map (lang as in pictures), plan against actual, then the sections of account_card. with_persons: whether contacts, their map and their days are shown. NULL for other months than the latest. In the search_path of its caller.';
