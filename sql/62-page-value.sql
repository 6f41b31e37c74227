-- The parts of the monthly page about what accounts are worth, what they lack
-- and what they will need.
CREATE FUNCTION kam._page_churn(month date, chosen jsonb, accounts jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
DECLARE
	t record;
	lost_after integer := (SELECT s.lost_after_days FROM report_setting AS s WHERE s.report_month = month);
BEGIN
	SELECT * INTO t FROM value_total AS v WHERE v.report_month = month;
	RETURN kam._section('churn', 'Who may leave, and who left',
		kam._table('At risk: the largest amounts',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('At risk', 'n'), kam._column('Alarm'), kam._column('Silent days', 'n'), kam._column('Usual gap in days', 'n w'),
				kam._column('Still a customer', 'n w'), kam._column('Twelve months', 'n w'), kam._column('Manager', 'w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(r.account_id::text, r.account_name, accounts), kam._money(r.value_at_risk),
					jsonb_build_object('join', jsonb_build_array(CASE WHEN r.is_late THEN kam._say('late') WHEN r.churn_state = 'out of season' THEN kam._say('out of season') END,
						CASE WHEN r.is_silent AND NOT r.is_late THEN kam._say('silent for longer than usual') END, CASE WHEN r.is_inactive THEN kam._say('months without a purchase') END,
						CASE WHEN r.has_smaller_orders THEN kam._say('smaller orders') END, CASE WHEN r.has_narrower_assortment THEN kam._say('narrower assortment') END, CASE WHEN r.is_doubtful THEN kam._say('doubtful by the model') END), 'by', ', '),
					to_jsonb(r.silent_days), to_jsonb(round(r.median_gap_days)), jsonb_build_object('share', r.alive), kam._money(r.sales_12m), to_jsonb(r.manager))
				ORDER BY r.value_at_risk DESC, r.account_id::text COLLATE "C")
			FROM (SELECT v.* FROM churn_risk AS v JOIN account_month AS f ON f.report_month = v.report_month AND f.account_id = v.account_id
				WHERE v.report_month = month AND v.value_at_risk > 0 AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)
				ORDER BY v.value_at_risk DESC, v.account_id::text COLLATE "C" LIMIT 20) AS r),
			'No account is at risk.'),
		kam._note('Late: silent for longer than $1 of its own gaps, and $2 days. At risk: sales of twelve months, as far as the model doubts them; without a model, those of late accounts.',
			(SELECT jsonb_build_object('share', s.late_percentile) FROM report_setting AS s WHERE s.report_month = month), (SELECT to_jsonb(s.late_min_days) FROM report_setting AS s WHERE s.report_month = month)),
		kam._table('Lost, to be won back: the largest amounts',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('Value lost', 'n'), kam._column('Lost since', 'n'), kam._column('Last purchase', 'n w'), kam._column('Reason', 'w'), kam._column('Last action', 'w'), kam._column('Manager', 'w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(w.account_id::text, w.account_name, accounts), kam._money(w.value_lost), jsonb_build_object('month', w.lost_month), jsonb_build_object('date', w.last_purchase),
					CASE WHEN w.loss_reason IS NOT NULL THEN kam._say(w.loss_reason) END, CASE WHEN w.last_action_kind IS NOT NULL THEN jsonb_build_object('join', jsonb_build_array(kam._say(w.last_action_kind), kam._say(w.last_action_outcome)), 'by', ': ') END, to_jsonb(w.manager))
				ORDER BY w.value_lost DESC, w.account_id::text COLLATE "C")
			FROM (SELECT v.* FROM win_back AS v JOIN account_month AS f ON f.report_month = v.report_month AND f.account_id = v.account_id
				WHERE v.report_month = month AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)
				ORDER BY v.value_lost DESC, v.account_id::text COLLATE "C" LIMIT 10) AS w),
			'Nobody is lost.'),
		kam._note('Lost: no purchase for $1 days.', to_jsonb(lost_after)),
		CASE WHEN chosen = '{}' THEN kam._table('Lost and won back, by month',
			jsonb_build_array(kam._column('Month', 'h'), kam._column('Lost', 'n'), kam._column('Value lost', 'n'), kam._column('Won back', 'n')),
			-- As churn_dynamics has them, which reads the labels of the accounts, too
			(SELECT jsonb_agg(jsonb_build_array(jsonb_build_object('month', d.report_month), to_jsonb(d.lost), kam._money(d.value_lost), to_jsonb(d.won_back)) ORDER BY d.report_month DESC)
			FROM (SELECT v.report_month, count(*) FILTER (WHERE v.lost_month = v.report_month) AS lost, coalesce(sum(v.year_sales) FILTER (WHERE v.lost_month = v.report_month), 0) AS value_lost,
					count(*) FILTER (WHERE v.is_won_back) AS won_back
				FROM value_month AS v WHERE (v.lost_month = v.report_month OR v.is_won_back) AND v.report_month > month - interval '12 months' AND v.report_month <= month
				GROUP BY v.report_month) AS d)) END,
		CASE WHEN chosen = '{}' THEN kam._table('How good the alarms were: those of three months ago',
			jsonb_build_array(kam._column('Alarm', 'h'), kam._column('Raised', 'n'), kam._column('Did not come back', 'n'), kam._column('Share of alarms', 'n'), kam._column('Share of all it can judge', 'n')),
			(SELECT jsonb_agg(jsonb_build_array(kam._say(q.rule), to_jsonb(q.accounts_flagged), to_jsonb(q.accounts_gone), jsonb_build_object('share', q.hit_rate), jsonb_build_object('share', q.base_rate))
				ORDER BY q.hit_rate DESC, q.rule COLLATE "C")
			FROM rule_quality AS q WHERE q.report_month = month AND q.horizon_months = 3 AND q.accounts_flagged > 0)) END,
		kam._table('Most valuable in the years to come',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('Value to come', 'n'), kam._column('Share', 'n'), kam._column('Cumulative share of value', 'n w'), kam._column('Expected, next twelve months', 'n w'), kam._column('Value so far', 'n w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(l.account_id::text, l.account_name, accounts), kam._money(l.discounted_value), jsonb_build_object('share', l.value_share), jsonb_build_object('share', l.value_cumulative_share),
					kam._money(l.expected_12m), kam._money(l.historic_value))
				ORDER BY l.value_rank, l.account_id::text COLLATE "C")
			FROM (SELECT v.* FROM lifetime_value AS v JOIN account_month AS f ON f.report_month = v.report_month AND f.account_id = v.account_id
				WHERE v.report_month = month AND v.discounted_value > 0 AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)
				ORDER BY v.value_rank, v.account_id::text COLLATE "C" LIMIT 10) AS l)),
		CASE WHEN t.value_basis IS NOT NULL THEN kam._note(CASE t.value_basis WHEN 'margin' THEN 'Value in margin, discounted.' ELSE 'Value in net sales, discounted.' END) END);
END
$$;
COMMENT ON FUNCTION kam._page_churn(date, jsonb, jsonb) IS 'Section of the monthly page: risk, losses, win-back, value to come. In the search_path of its caller.';

CREATE FUNCTION kam._page_offer(month date, chosen jsonb, accounts jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
BEGIN
	-- What accounts buy is known for the latest report month.
	IF NOT EXISTS (SELECT FROM product_reading AS r WHERE r.report_month = month) THEN
		RETURN NULL;
	END IF;
	RETURN kam._section('offer', 'What to offer and what to talk about',
		kam._table('Bought by peers and not by the account, largest value first',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('Product'), kam._column('Category', 'w'), kam._column('Peers that buy it', 'n'), kam._column('Value a year', 'n'), kam._column('Manager', 'w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(w.account_id::text, w.account_name, accounts), jsonb_build_object('text', w.product_name, 'else', w.product, 'columns', 48), to_jsonb(w.category),
					jsonb_build_object('share', w.buyer_share), kam._money(w.white_space_value), to_jsonb(w.manager))
				ORDER BY w.white_space_value DESC, w.account_id::text COLLATE "C", w.product COLLATE "C")
			FROM (SELECT v.* FROM white_space AS v JOIN account_month AS f ON f.report_month = month AND f.account_id = v.account_id
				WHERE v.report_month = month AND v.product IS NOT NULL AND (v.is_key OR v.is_managed) AND v.white_space_rank <= 3 AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)
				ORDER BY v.white_space_value DESC, v.account_id::text COLLATE "C", v.product COLLATE "C" LIMIT 15) AS w),
			'Key accounts buy what their peers buy.'),
		kam._table('Key accounts: how much of our assortment they buy',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('Top products', 'n'), kam._column('Share of top products by value', 'n w'), kam._column('Products', 'n'), kam._column('Year before', 'n w'), kam._column('New', 'n w'), kam._column('Dropped', 'n')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(a.account_id::text, a.account_name, accounts), jsonb_build_object('share', a.top_share), jsonb_build_object('share', a.top_value_share), to_jsonb(a.products_12m),
					to_jsonb(a.products_12m_before), to_jsonb(a.new_products), to_jsonb(a.dropped_products))
				ORDER BY a.rank, a.account_id::text COLLATE "C")
			FROM assortment AS a JOIN account_month AS f ON f.report_month = month AND f.account_id = a.account_id
			WHERE a.report_month = month AND a.is_key AND kam._is_chosen(chosen, f.manager, f.region, f.account_group))),
		kam._table('With potential: growing, and not key yet',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('Growth', 'n'), kam._column('Twelve months', 'n'), kam._column('Potential, 0 to 100', 'n'), kam._column('Could buy in addition', 'n w'), kam._column('Class', 'w'), kam._column('Manager', 'w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(p.account_id::text, p.account_name, accounts), jsonb_build_object('growth', p.growth), kam._money(p.sales_12m), to_jsonb(round(p.potential_score)),
					kam._money(p.white_space_value), to_jsonb(p.abc_class), to_jsonb(p.manager))
				ORDER BY p.potential_rank, p.account_id::text COLLATE "C")
			FROM (SELECT v.* FROM potential_account AS v JOIN account_month AS f ON f.report_month = month AND f.account_id = v.account_id
				WHERE v.report_month = month AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)
				ORDER BY v.potential_rank, v.account_id::text COLLATE "C" LIMIT 10) AS p)),
		kam._table('Terms to review this quarter, largest price effects first',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('Why'), kam._column('Effect of prices', 'n'), kam._column('Largest changes', 'w'), kam._column('Last review', 'n w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(d.account_id::text, d.account_name, accounts), kam._say(d.due_reason), jsonb_build_object('change', round(d.drift_value)), to_jsonb(d.largest_drifts), jsonb_build_object('date', d.reviewed_on))
				ORDER BY abs(d.drift_value) DESC NULLS LAST, d.account_id::text COLLATE "C")
			FROM (SELECT v.* FROM terms_review_due AS v JOIN account_month AS f ON f.report_month = month AND f.account_id = v.account_id
				WHERE v.report_month = month AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)
				ORDER BY abs(v.drift_value) DESC NULLS LAST, v.account_id::text COLLATE "C" LIMIT 15) AS d)));
END
$$;
COMMENT ON FUNCTION kam._page_offer(date, jsonb, jsonb) IS 'Section of the monthly page: what accounts lack, potential, terms. Nothing where no product is bound, and in earlier months. In the search_path of its caller.';

CREATE FUNCTION kam._page_need(month date, chosen jsonb, accounts jsonb) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
BEGIN
	RETURN kam._section('need', 'What will be needed',
		kam._table('Key accounts: expected sales of the next six months',
			jsonb_build_array(kam._column('Account', 'h')) || (SELECT jsonb_agg(jsonb_build_object('title', jsonb_build_object('month', (month + make_interval(months => i))::date), 'class', CASE WHEN i > 3 THEN 'n w' ELSE 'n' END) ORDER BY i) FROM generate_series(1, 6) AS i)
				|| jsonb_build_array(kam._column('Season of', 'w')),
			(SELECT jsonb_agg(n.cells ORDER BY n.rank, n.account_id COLLATE "C")
			FROM (SELECT e.account_id::text AS account_id, min(f.rank) AS rank,
					jsonb_build_array(kam._account_node(e.account_id::text, min(e.account_name), accounts)) || jsonb_agg(kam._money(e.expected_sales) ORDER BY e.months_ahead) || jsonb_build_array(kam._say(min(e.season_source))) AS cells
				FROM expected_need AS e JOIN account_month AS f ON f.report_month = e.report_month AND f.account_id = e.account_id
				WHERE e.report_month = month AND e.is_key AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)
				GROUP BY e.account_id) AS n)),
		kam._table('Key accounts: peaks ahead, the largest rises',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('Month', 'n'), kam._column('Expected', 'n'), kam._column('More than now', 'n'), kam._column('Season of', 'w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(p.account_id::text, p.account_name, accounts), jsonb_build_object('month', p.needed_in), kam._money(p.expected_sales), jsonb_build_object('change', round(p.expected_rise)), kam._say(p.season_source))
				ORDER BY p.expected_rise DESC, p.account_id::text COLLATE "C")
			FROM (SELECT v.* FROM peak_need AS v JOIN account_month AS f ON f.report_month = v.report_month AND f.account_id = v.account_id
				WHERE v.report_month = month AND (v.is_key OR v.is_managed) AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)
				ORDER BY v.expected_rise DESC, v.account_id::text COLLATE "C" LIMIT 10) AS p)),
		kam._table('Late deliveries of the month',
			jsonb_build_array(kam._column('Account', 'h'), kam._column('Lines due', 'n'), kam._column('In time', 'n'), kam._column('Late', 'n'), kam._column('Not delivered', 'n'), kam._column('Longest delay, days', 'n w')),
			(SELECT jsonb_agg(jsonb_build_array(kam._account_node(d.account_id::text, d.account_name, accounts), to_jsonb(d.due_line_count), jsonb_build_object('share', d.on_time_share), to_jsonb(d.late_line_count), to_jsonb(d.undelivered_line_count), to_jsonb(d.worst_delay))
				ORDER BY d.late_line_count + d.undelivered_line_count DESC, d.account_id::text COLLATE "C")
			FROM (SELECT v.* FROM delivery AS v JOIN account_month AS f ON f.report_month = v.report_month AND f.account_id = v.account_id
				WHERE v.report_month = month AND v.late_line_count + v.undelivered_line_count > 0 AND kam._is_chosen(chosen, f.manager, f.region, f.account_group)
				ORDER BY v.late_line_count + v.undelivered_line_count DESC, v.account_id::text COLLATE "C" LIMIT 15) AS d)));
END
$$;
COMMENT ON FUNCTION kam._page_need(date, jsonb, jsonb) IS 'Section of the monthly page: expected need, peaks, delivery. In the search_path of its caller.';
