-- What accounts buy: account x product, read apart from the books of accounts,
-- for the accounts that are worked on.  It shows today's truth as of the latest
-- report month; only turnover_cause_month is kept by report month.
CREATE FUNCTION kam._product_tables() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $ddl$
CREATE TABLE product_reading (
	only_row boolean NOT NULL DEFAULT true CONSTRAINT reading_has_one_row PRIMARY KEY CHECK (only_row),
	report_month date NOT NULL,
	first_month date NOT NULL
);
COMMENT ON TABLE product_reading IS 'One row, or none where no product column is bound: the report month until which and the first month from which on sales were read by account and product.';

CREATE TABLE account_product (
	account_id account_key NOT NULL,
	product text NOT NULL,
	ledger kam.ledger NOT NULL,
	list_ledger kam.ledger,
	sales_12m numeric(24,4) NOT NULL,
	sales_12m_before numeric(24,4) NOT NULL,
	last_purchase date,
	PRIMARY KEY (account_id, product)
);
COMMENT ON TABLE account_product IS 'One row per account that is key, managed, watched, strategic or alerted and product that it bought in the months that are read: as they stand today, to the end of the latest report month. The product of lines without one is empty. list_ledger has the list amounts as amount and the net amounts of the same lines as cost.';

CREATE TABLE account_basket (
	account_id account_key NOT NULL PRIMARY KEY,
	products text[] NOT NULL,
	sales_12m numeric[] NOT NULL,
	sales_12m_before numeric[] NOT NULL,
	quarter_products integer[] NOT NULL
);
COMMENT ON TABLE account_basket IS 'One row per account that is read by product: what it bought in twelve months and in the twelve before, in three lists of equal length; and how many products in the last three months and in each of the four quarters before.';

CREATE TABLE account_assortment (
	account_id account_key NOT NULL PRIMARY KEY,
	is_listed boolean NOT NULL,
	is_focus boolean NOT NULL,
	size_class text,
	peer_basis text,
	peer_group text,
	peers integer,
	products_3m integer NOT NULL,
	products_quarter double precision,
	products_12m integer NOT NULL,
	products_12m_before integer NOT NULL,
	categories_12m integer NOT NULL,
	categories_12m_before integer NOT NULL,
	new_products integer NOT NULL,
	dropped_products integer NOT NULL,
	top_products_bought integer NOT NULL,
	top_share double precision,
	top_value_share double precision,
	white_space_value numeric(24,4),
	growth double precision,
	growth_score double precision,
	fit_score double precision
);
COMMENT ON TABLE account_assortment IS 'One row per account that is read by product: key, managed, watched, strategic, alerted, or of class A and among the first settings.max_product_accounts; is_listed but for alerts of months before of accounts that are none of these now; is_focus if key, managed, watched or strategic.';

CREATE TABLE product_month (
	account_id account_key NOT NULL,
	product text NOT NULL,
	month date NOT NULL,
	quarter date NOT NULL,
	sales_amount numeric(24,4) NOT NULL,
	credited_amount numeric(24,4) NOT NULL,
	sold_quantity numeric(20,4),
	cost_amount numeric(24,4),
	list_amount numeric(24,4),
	listed_amount numeric(24,4),
	line_count bigint NOT NULL,
	PRIMARY KEY (account_id, product, month)
);
COMMENT ON TABLE product_month IS 'One row per account that is key, managed, watched or strategic, product and month with lines, as they stand today. quarter is the quarter of the fiscal year; listed_amount are the net sales of the lines with a list amount.';

CREATE TABLE product_half (
	account_id account_key NOT NULL,
	product text NOT NULL,
	half_year date NOT NULL,
	half_sales_y3 numeric(24,4) NOT NULL,
	half_sales_y2 numeric(24,4) NOT NULL,
	half_sales_y1 numeric(24,4) NOT NULL,
	half_sales_to_date_y1 numeric(24,4) NOT NULL,
	half_sales numeric(24,4) NOT NULL,
	year_sales_y3 numeric(24,4) NOT NULL,
	year_sales_y2 numeric(24,4) NOT NULL,
	year_sales_y1 numeric(24,4) NOT NULL,
	projected_sales numeric(24,4) NOT NULL,
	half_units_y3 numeric(20,4),
	half_units_y2 numeric(20,4),
	half_units_y1 numeric(20,4),
	half_units numeric(20,4),
	projected_units numeric(20,4),
	PRIMARY KEY (account_id, product, half_year)
);
COMMENT ON TABLE product_half IS 'One row per account and product of product_month and half-year, the one of the latest report month and the one before: what consumption_report adds up.';

CREATE TABLE product_price (
	account_id account_key NOT NULL,
	product text NOT NULL,
	quarter date NOT NULL,
	quarter_sales numeric(24,4) NOT NULL,
	quarter_units numeric(20,4) NOT NULL,
	price double precision NOT NULL,
	price_before double precision,
	list_price double precision,
	discount double precision,
	PRIMARY KEY (account_id, product, quarter)
);
COMMENT ON TABLE product_price IS 'One row per account and product of product_month and each of the last four full quarters in which it bought: the prices.';

CREATE TABLE product_total (
	product text PRIMARY KEY,
	product_name text,
	category text,
	sales_12m numeric(24,4) NOT NULL,
	sales_12m_before numeric(24,4) NOT NULL,
	category_rank integer,
	is_top boolean NOT NULL
);
COMMENT ON TABLE product_total IS 'One row per product that was sold in two years, services left out: what all accounts and lines without account bought, as it stands today, and its rank in its category.';

CREATE TABLE product_quarter (
	product text NOT NULL,
	quarter date NOT NULL,
	median_price double precision NOT NULL,
	buyers integer NOT NULL,
	PRIMARY KEY (product, quarter)
);
COMMENT ON TABLE product_quarter IS 'One row per product of product_month and each of the last four full quarters: the median of the prices that the accounts which are read by product realised.';

CREATE TABLE white_space_product (
	account_id account_key NOT NULL,
	product text NOT NULL,
	buyers integer NOT NULL,
	buyer_share double precision NOT NULL,
	value numeric(24,4) NOT NULL,
	place integer NOT NULL,
	PRIMARY KEY (account_id, product)
);
COMMENT ON TABLE white_space_product IS 'One row per account and product that its peers buy and it does not, the ten of the largest value.';

CREATE TABLE turnover_cause_month (
	report_month date NOT NULL,
	account_id account_key NOT NULL,
	lost_products numeric(24,4) NOT NULL,
	new_products numeric(24,4) NOT NULL,
	price numeric(24,4) NOT NULL,
	volume numeric(24,4) NOT NULL,
	mix numeric(24,4) NOT NULL,
	other numeric(24,4) NOT NULL,
	fewer_orders numeric(24,4) NOT NULL,
	smaller_orders numeric(24,4) NOT NULL,
	credits numeric(24,4) NOT NULL,
	orders_3m integer NOT NULL,
	orders_3m_before integer NOT NULL,
	lost_names text,
	PRIMARY KEY (report_month, account_id)
);
COMMENT ON TABLE turnover_cause_month IS 'One row per report month and account with a turnover alert: the parts of the loss, by products and by orders.';

CREATE TABLE churn_category_month (
	report_month date NOT NULL,
	account_id account_key NOT NULL,
	category text,
	PRIMARY KEY (report_month, account_id)
);
COMMENT ON TABLE churn_category_month IS 'One row per report month and account that was lost or won back in it: the category of which it bought most in the twelve months up to its last purchase, or that it is not read by product.';

CREATE TABLE wallet (
	wallet_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	account_id account_key NOT NULL CONSTRAINT account_code_is_short CHECK (octet_length(account_id::text) <= 1024),
	category text CONSTRAINT category_is_given_or_null CHECK (btrim(category) <> ''),
	yearly_amount numeric(24,4) CONSTRAINT yearly_amount_is_positive CHECK (yearly_amount > 0 AND yearly_amount < 'NaN'),
	supplier_rank integer CONSTRAINT supplier_rank_is_positive CHECK (supplier_rank > 0),
	suppliers integer CONSTRAINT suppliers_is_positive CHECK (suppliers > 0),
	as_of date NOT NULL DEFAULT current_date CONSTRAINT as_of_is_finite CHECK (isfinite(as_of)),
	source text,
	entered_at timestamptz NOT NULL DEFAULT now(),
	entered_by text NOT NULL DEFAULT current_user,
	CONSTRAINT amount_or_rank_is_given CHECK (yearly_amount IS NOT NULL OR supplier_rank IS NOT NULL),
	CONSTRAINT rank_is_among_suppliers CHECK ((supplier_rank IS NULL) = (suppliers IS NULL) AND supplier_rank <= suppliers)
);
CREATE INDEX wallet_account ON wallet (account_id, as_of);
COMMENT ON TABLE wallet IS 'One row per statement about what an account buys in a year, from us and from others: of a category, or of all that we could sell it (category NULL); the amount, or our rank among the suppliers that it uses. The newest until the end of the report month counts, or the oldest if all are newer; an amount counts before a rank.';

CREATE TABLE terms_review (
	terms_review_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	account_id account_key NOT NULL CONSTRAINT account_code_is_short CHECK (octet_length(account_id::text) <= 1024),
	reviewed_on date NOT NULL DEFAULT current_date CONSTRAINT reviewed_on_is_finite CHECK (isfinite(reviewed_on)),
	outcome text NOT NULL CONSTRAINT outcome_is_known CHECK (outcome IN ('kept', 'raised', 'lowered', 'renegotiated', 'open')),
	market_price_note text,
	next_review_on date CONSTRAINT next_review_comes_after_review CHECK (next_review_on > reviewed_on AND isfinite(next_review_on)),
	note text,
	entered_at timestamptz NOT NULL DEFAULT now(),
	entered_by text NOT NULL DEFAULT current_user
);
CREATE INDEX terms_review_account ON terms_review (account_id, reviewed_on);
COMMENT ON TABLE terms_review IS 'One row per review of the trade terms of an account against the market: what came of it, what the market pays, and when to look again.';
$ddl$;
COMMENT ON FUNCTION kam._product_tables() IS 'Tables of a mart about what accounts buy, and the registers wallet and terms_review.';

-- The months that are read: three fiscal years before the one of the half-year
-- before this one, so that both half-years can be compared with three.
CREATE FUNCTION kam._fiscal_start(month date, fiscal_year_start integer, months integer) RETURNS date
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (month - make_interval(months => (extract(month FROM month)::integer + 12 - fiscal_year_start) % months))::date;
COMMENT ON FUNCTION kam._fiscal_start(date, integer, integer) IS 'First month of the quarter (3), half-year (6) or year (12) in which a month lies, counted from the start of the fiscal year.';

CREATE FUNCTION kam._collect_products(key anyelement, epochs date[], codes text[], deep_codes text[], services text[], first_month date, recent_month date, last_day date)
	RETURNS TABLE (epoch integer, account_id anyelement, product text, ledger kam.ledger, list_ledger kam.ledger)
	LANGUAGE plpgsql ROWS 100000
AS $$
#variable_conflict use_column
DECLARE
	key_type text := (SELECT format_type(a.atttypid, NULL) FROM pg_attribute AS a WHERE a.attrelid = '_key'::regclass AND a.attname = 'account_id');
BEGIN
	-- RETURN QUERY, since INSERT would not run in parallel.  A product is cut,
	-- since an index entry is at most a third of a page.
	RETURN QUERY EXECUTE format($query$
		SELECT %1$s, s.account_id, left(coalesce(s.product, ''), 250),
			kam.ledger(s.sold_on, s.amount, nullif(s.cost, 'NaN'), nullif(s.quantity, 'NaN')), %3$s
		FROM source_sale AS s
		WHERE s.account_id = ANY ($2::%2$s[]) AND s.sold_on >= $4 AND s.sold_on <= $6 AND (s.sold_on >= $5 OR s.account_id = ANY ($3::%2$s[])) AND s.amount <> 'NaN'%4$s
		GROUP BY 1, 2, 3
		$query$,
		CASE WHEN epochs = '{}' THEN '0' ELSE 'width_bucket(s.sold_on, $1)' END, key_type,
		CASE WHEN EXISTS (SELECT FROM binding AS b WHERE b.contract = 'sales' AND b.column_name = 'list_amount')
			THEN 'kam.ledger(s.sold_on, s.list_amount, s.amount, nullif(s.quantity, ''NaN'')) FILTER (WHERE s.list_amount <> ''NaN'')' ELSE 'NULL::kam.ledger' END,
		CASE WHEN services <> '{}' THEN ' AND (s.product = ANY ($7)) IS NOT TRUE' ELSE '' END)
	USING epochs, codes, deep_codes, first_month, recent_month, last_day, services;
END
$$;
COMMENT ON FUNCTION kam._collect_products(anyelement, date[], text[], text[], text[], date, date, date) IS
'Reads the sales of some account codes, by code, product and dates of aliases: from first_month on of the deep codes, from recent_month on of the others. Of the key only the type counts. In the search_path of its caller.';

CREATE FUNCTION kam._collect_totals(services text[], latest date, last_day date) RETURNS TABLE (product text, sales_12m numeric, sales_12m_before numeric)
	LANGUAGE plpgsql ROWS 2000
AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY EXECUTE format($query$
		SELECT left(coalesce(s.product, ''), 250), coalesce(sum(s.amount) FILTER (WHERE s.sold_on >= $2), 0), coalesce(sum(s.amount) FILTER (WHERE s.sold_on < $2), 0)
		FROM source_sale AS s
		WHERE s.sold_on >= $1 AND s.sold_on <= $3 AND s.amount <> 'NaN'%s
		GROUP BY 1
		$query$, CASE WHEN services <> '{}' THEN ' AND (s.product = ANY ($4)) IS NOT TRUE' ELSE '' END)
	USING (latest - interval '23 months')::date, (latest - interval '11 months')::date, last_day, services;
END
$$;
COMMENT ON FUNCTION kam._collect_totals(text[], date, date) IS 'Reads what all bought of each product, services left out, in twelve months and in the twelve before. In the search_path of its caller.';

CREATE FUNCTION kam._forget_products() RETURNS void
	LANGUAGE plpgsql
AS $$
BEGIN
	DELETE FROM product_reading;
	DELETE FROM account_product;
	DELETE FROM account_basket;
	DELETE FROM account_assortment;
	DELETE FROM product_month;
	DELETE FROM product_half;
	DELETE FROM product_price;
	DELETE FROM product_total;
	DELETE FROM product_quarter;
	DELETE FROM white_space_product;
	DELETE FROM turnover_cause_month AS o WHERE NOT EXISTS (SELECT FROM report_month AS r WHERE r.report_month = o.report_month AND r.is_closed);
	DELETE FROM churn_category_month AS o WHERE NOT EXISTS (SELECT FROM report_month AS r WHERE r.report_month = o.report_month AND r.is_closed);
END
$$;
COMMENT ON FUNCTION kam._forget_products() IS 'Deletes what was computed by product, but the causes and categories of closed months. In the search_path of its caller.';

CREATE FUNCTION kam._read_products() RETURNS void
	LANGUAGE plpgsql
	-- A list of accounts is hashed where it is a constant, and else searched
	-- for each row.
	SET plan_cache_mode = force_custom_plan
AS $$
#variable_conflict use_variable
DECLARE
	started timestamptz := clock_timestamp();
	setting record;
	latest date := (SELECT max(r.report_month) FROM report_month AS r);
	last_day date := latest + interval '1 month' - interval '1 day';
	first_month date;
	epochs date[];
	services text[];
	deep text[];
	wanted text[];
	deep_codes text[];
	codes text[];
	is_mapped boolean;
	quarters date[];
BEGIN
	IF latest IS NULL OR NOT EXISTS (SELECT FROM binding AS b WHERE b.contract = 'sales' AND b.column_name = 'product') THEN
		PERFORM kam._forget_products();
		RETURN;
	END IF;
	SELECT * INTO STRICT setting FROM settings;
	first_month := kam._fiscal_start((kam._fiscal_start(latest, setting.fiscal_year_start, 6) - interval '6 months')::date, setting.fiscal_year_start, 12) - interval '3 years';
	quarters := ARRAY(SELECT (kam._fiscal_start((latest + interval '1 month')::date, setting.fiscal_year_start, 3) - make_interval(months => 3 * i))::date FROM generate_series(1, 4) AS i);
	epochs := ARRAY(SELECT DISTINCT a.since FROM account_alias AS a WHERE a.since IS NOT NULL ORDER BY a.since);
	services := ARRAY(SELECT DISTINCT p.product FROM source_product AS p WHERE p.is_service);

	deep := ARRAY(
		SELECT m.account_id::text FROM account_month AS m LEFT JOIN strategic_month AS t ON t.report_month = m.report_month AND t.account_id = m.account_id
		WHERE m.report_month = latest AND m.exclusion IS NULL AND (m.is_key OR m.is_managed OR m.is_watch OR t.is_strategic)
		UNION
		-- Alerts of all months that are read are explained.
		SELECT m.account_id::text FROM account_month AS m JOIN report_month AS r ON r.report_month = m.report_month
		WHERE m.is_alert AND NOT r.is_closed AND m.report_month >= first_month + interval '5 months');
	wanted := ARRAY(
		SELECT d FROM unnest(deep) AS d
		UNION
		SELECT a.account_id::text
		FROM (SELECT m.account_id, m.abc_class, rank() OVER (ORDER BY m.sales_12m DESC) AS place FROM account_month AS m WHERE m.report_month = latest AND m.exclusion IS NULL) AS a
		WHERE a.abc_class = 'A' AND a.place <= setting.max_product_accounts);
	SELECT wanted || coalesce(array_agg(DISTINCT m.old_account_id::text), '{}'),
		deep || coalesce(array_agg(DISTINCT m.old_account_id::text) FILTER (WHERE m.account_id::text = ANY (deep)), '{}')
	INTO codes, deep_codes
	FROM unnest(ARRAY[NULL::date] || epochs) AS e (since), LATERAL kam._account_map((SELECT k.account_id FROM _key AS k), e.since, setting.unit = 'group') AS m
	WHERE m.account_id::text = ANY (wanted);

	-- Each epoch of dated merges has its own lines, also of accounts that none of
	-- them touches.
	is_mapped := cardinality(epochs) > 0 OR cardinality(codes) > cardinality(wanted) OR EXISTS (SELECT FROM account_alias AS a WHERE a.old_account_id::text = ANY (wanted));

	DELETE FROM account_basket;
	DELETE FROM product_quarter;
	WITH line AS MATERIALIZED (
		SELECT l.*, kam.total(l.ledger, latest, 12) AS sales_12m, kam.total(l.ledger, (latest - interval '1 year')::date, 12) AS sales_12m_before
		FROM kam._collect_products((SELECT k.account_id FROM _key AS k), epochs, codes, deep_codes, services, first_month, (latest - interval '23 months')::date, last_day) AS l
	), map AS (
		SELECT e.ordinal - 1 AS epoch, m.old_account_id, m.account_id
		FROM unnest(ARRAY[NULL::date] || epochs) WITH ORDINALITY AS e (since, ordinal), LATERAL kam._account_map((SELECT k.account_id FROM _key AS k), e.since, setting.unit = 'group') AS m
	), part AS MATERIALIZED (
		SELECT l.account_id, l.product, l.ledger, l.list_ledger, l.sales_12m, l.sales_12m_before FROM line AS l WHERE NOT is_mapped
		UNION ALL
		SELECT coalesce(m.account_id, l.account_id), l.product, kam.rollup(l.ledger), kam.rollup(l.list_ledger), sum(l.sales_12m), sum(l.sales_12m_before)
		FROM line AS l LEFT JOIN map AS m ON m.epoch = l.epoch AND m.old_account_id = l.account_id
		WHERE is_mapped AND coalesce(m.account_id, l.account_id)::text = ANY (wanted)
		GROUP BY coalesce(m.account_id, l.account_id), l.product
	), bought AS MATERIALIZED (
		SELECT p.*, kam.last_purchase(p.ledger) AS last_purchase FROM part AS p WHERE p.account_id::text = ANY (deep)
	), basket AS (
		INSERT INTO account_basket (account_id, products, sales_12m, sales_12m_before, quarter_products)
		SELECT p.account_id, array_agg(p.product), array_agg(p.sales_12m), array_agg(p.sales_12m_before),
			ARRAY[count(*) FILTER (WHERE kam.total(p.ledger, latest, 3) > 0), count(*) FILTER (WHERE kam.total(p.ledger, (latest - interval '3 months')::date, 3) > 0), count(*) FILTER (WHERE kam.total(p.ledger, (latest - interval '6 months')::date, 3) > 0), count(*) FILTER (WHERE kam.total(p.ledger, (latest - interval '9 months')::date, 3) > 0), count(*) FILTER (WHERE kam.total(p.ledger, (latest - interval '12 months')::date, 3) > 0)]
		FROM part AS p WHERE p.product <> '' AND (p.sales_12m <> 0 OR p.sales_12m_before <> 0)
		GROUP BY p.account_id
	), quarter AS (
		INSERT INTO product_quarter (product, quarter, median_price, buyers)
		SELECT x.product, x.quarter, percentile_cont(0.5) WITHIN GROUP (ORDER BY (x.sales / x.quantity)::double precision), count(*)
		FROM (SELECT p.product, q.quarter, kam.total(p.ledger, q.last_month, 3) AS sales, kam.quantity(p.ledger, q.last_month, 3) AS quantity
			FROM part AS p CROSS JOIN (SELECT u.quarter, (u.quarter + interval '2 months')::date AS last_month FROM unnest(quarters) AS u (quarter)) AS q
			WHERE p.product IN (SELECT b.product FROM bought AS b WHERE b.last_purchase >= quarters[4] AND b.product <> '')) AS x
		WHERE x.sales > 0 AND x.quantity > 0
		GROUP BY x.product, x.quarter
	), sold AS MATERIALIZED (
		SELECT t.product, n.product_name, n.category, t.sales_12m, t.sales_12m_before
		FROM kam._collect_totals(services, latest, last_day) AS t
			LEFT JOIN (SELECT left(p.product, 250) AS product, min(p.product_name COLLATE "C") AS product_name, min(p.category COLLATE "C") AS category
				FROM source_product AS p GROUP BY 1) AS n ON n.product = t.product
	), ranked AS (
		SELECT s.*, CASE WHEN s.sales_12m > 0 AND s.product <> '' THEN rank() OVER (PARTITION BY s.category, s.sales_12m > 0 AND s.product <> '' ORDER BY s.sales_12m DESC) END AS category_rank FROM sold AS s
	), vanished AS (
		DELETE FROM account_product AS o WHERE NOT EXISTS (SELECT FROM bought AS b WHERE b.account_id = o.account_id AND b.product = o.product)
	), unsold AS (
		DELETE FROM product_total AS o WHERE NOT EXISTS (SELECT FROM sold AS s WHERE s.product = o.product)
	), total AS (
		INSERT INTO product_total AS o (product, product_name, category, sales_12m, sales_12m_before, category_rank, is_top)
		SELECT r.product, r.product_name, r.category, r.sales_12m, r.sales_12m_before, r.category_rank, coalesce(r.category_rank <= setting.top_products, false) FROM ranked AS r
		ON CONFLICT (product) DO UPDATE SET product_name = excluded.product_name, category = excluded.category, sales_12m = excluded.sales_12m,
			sales_12m_before = excluded.sales_12m_before, category_rank = excluded.category_rank, is_top = excluded.is_top
		WHERE (o.product_name, o.category, o.sales_12m, o.sales_12m_before, o.category_rank, o.is_top)
			IS DISTINCT FROM (excluded.product_name, excluded.category, excluded.sales_12m, excluded.sales_12m_before, excluded.category_rank, excluded.is_top)
	)
	INSERT INTO account_product AS o (account_id, product, ledger, list_ledger, sales_12m, sales_12m_before, last_purchase)
	SELECT b.account_id, b.product, b.ledger, b.list_ledger, b.sales_12m, b.sales_12m_before, b.last_purchase FROM bought AS b
	ON CONFLICT (account_id, product) DO UPDATE SET ledger = excluded.ledger, list_ledger = excluded.list_ledger, sales_12m = excluded.sales_12m, sales_12m_before = excluded.sales_12m_before,
		last_purchase = excluded.last_purchase
	WHERE o.ledger OPERATOR(kam.<>) excluded.ledger OR (o.list_ledger IS NULL) <> (excluded.list_ledger IS NULL) OR o.list_ledger OPERATOR(kam.<>) excluded.list_ledger
		OR o.sales_12m <> excluded.sales_12m OR o.sales_12m_before <> excluded.sales_12m_before;
	ANALYZE account_product, account_basket, product_total, product_quarter;

	DELETE FROM product_reading;
	INSERT INTO product_reading (report_month, first_month) VALUES (latest, first_month);
	PERFORM kam._compute_assortment(latest, wanted);
	PERFORM kam._unfold_products(setting.fiscal_year_start);
	PERFORM kam._sum_products();
	PERFORM kam._compare_with_peers();
	PERFORM kam._explain_alerts(first_month);
	PERFORM kam._categorise_churn(first_month);
	ANALYZE account_assortment, white_space_product, turnover_cause_month, churn_category_month, wallet, terms_review;
	RAISE NOTICE 'read products of % accounts in % s', cardinality(wanted), round(extract(epoch FROM clock_timestamp() - started), 2);
END
$$;
COMMENT ON FUNCTION kam._read_products() IS 'Step of a refresh, after its months: reads the sales by product of the accounts that are worked on, always all of them, and what all bought of each product, and computes what follows. In the search_path of its caller.';

CREATE FUNCTION kam._compute_assortment(latest date, wanted text[]) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
BEGIN
	DELETE FROM account_assortment;
	WITH member AS MATERIALIZED (
		SELECT m.account_id, m.industry, m.region, m.sales_12m, m.sales_12m_before, m.is_key OR m.is_managed AS is_key,
			m.exclusion IS NULL AND coalesce(m.is_key OR m.is_managed OR m.is_watch OR m.is_alert OR m.abc_class = 'A' OR t.is_strategic, false) AS is_listed,
			m.exclusion IS NULL AND coalesce(m.is_key OR m.is_managed OR m.is_watch OR t.is_strategic, false) AS is_focus
		FROM account_month AS m LEFT JOIN strategic_month AS t ON t.report_month = m.report_month AND t.account_id = m.account_id
		WHERE m.report_month = latest AND m.account_id::text = ANY (wanted)
	), sized AS (
		-- Thirds of the accounts, equal ones together
		SELECT m.account_id, m.industry, m.region,
			CASE (3 * rank() OVER (ORDER BY m.sales_12m DESC) - 1) / count(*) OVER () WHEN 0 THEN 'large' WHEN 1 THEN 'middle' ELSE 'small' END AS size_class
		FROM member AS m WHERE m.is_listed AND m.sales_12m > 0
	), peered AS (
		SELECT s.account_id, s.size_class, s.industry, s.region,
			count(*) OVER (PARTITION BY s.size_class, s.industry, s.region) - 1 AS near, count(*) OVER (PARTITION BY s.size_class, s.industry) - 1 AS middle,
			count(*) OVER (PARTITION BY s.size_class) - 1 AS far
		FROM sized AS s
	), top AS (
		SELECT count(*) AS products, sum(t.sales_12m) AS sales_12m FROM product_total AS t WHERE t.is_top
	), item AS MATERIALIZED (
		SELECT b.account_id, p.product, p.sales_12m, p.sales_12m_before
		FROM account_basket AS b CROSS JOIN LATERAL unnest(b.products, b.sales_12m, b.sales_12m_before) AS p (product, sales_12m, sales_12m_before)
	), bought AS (
		SELECT c.account_id, sum(c.products_12m) AS products_12m, sum(c.products_12m_before) AS products_12m_before,
			count(c.category) FILTER (WHERE c.products_12m > 0) AS categories_12m, count(c.category) FILTER (WHERE c.products_12m_before > 0) AS categories_12m_before,
			sum(c.new_products) AS new_products, sum(c.dropped_products) AS dropped_products, sum(c.top_products_bought) AS top_products_bought, sum(c.top_sales_12m) AS top_sales_12m
		FROM (SELECT p.account_id, t.category,
				count(*) FILTER (WHERE p.sales_12m > 0) AS products_12m, count(*) FILTER (WHERE p.sales_12m_before > 0) AS products_12m_before,
				count(*) FILTER (WHERE p.sales_12m > 0 AND p.sales_12m_before <= 0) AS new_products, count(*) FILTER (WHERE p.sales_12m <= 0 AND p.sales_12m_before > 0) AS dropped_products,
				count(*) FILTER (WHERE p.sales_12m > 0 AND t.is_top) AS top_products_bought, sum(t.sales_12m) FILTER (WHERE p.sales_12m > 0 AND t.is_top) AS top_sales_12m
			FROM item AS p LEFT JOIN product_total AS t ON t.product = p.product
			GROUP BY p.account_id, t.category) AS c
		GROUP BY c.account_id
	), judged AS (
		SELECT m.account_id, m.is_listed, m.is_focus, g.size_class, g.industry, g.region, g.near, g.middle, g.far, b.*,
			coalesce(b.top_products_bought, 0) / nullif(top.products, 0)::double precision AS top_share,
			(coalesce(b.top_sales_12m, 0) / top.sales_12m)::double precision AS top_value_share,
			CASE WHEN NOT m.is_key AND m.is_listed AND m.sales_12m > 0 THEN ((m.sales_12m - greatest(m.sales_12m_before, 0)) / (m.sales_12m + greatest(m.sales_12m_before, 0)))::double precision END AS growth
		FROM member AS m CROSS JOIN top LEFT JOIN peered AS g ON g.account_id = m.account_id
			LEFT JOIN (SELECT x.account_id AS buyer_id, x.products_12m, x.products_12m_before, x.categories_12m, x.categories_12m_before, x.new_products, x.dropped_products, x.top_products_bought, x.top_sales_12m FROM bought AS x) AS b
				ON b.buyer_id = m.account_id
	)
	INSERT INTO account_assortment (account_id, is_listed, is_focus, size_class, peer_basis, peer_group, peers,
		products_3m, products_quarter, products_12m, products_12m_before, categories_12m, categories_12m_before, new_products, dropped_products, top_products_bought, top_share, top_value_share,
		growth, growth_score, fit_score)
	SELECT j.account_id, j.is_listed, j.is_focus, j.size_class,
		CASE WHEN j.near >= 10 THEN concat_ws(', ', 'size', CASE WHEN j.industry IS NOT NULL THEN 'industry' END, CASE WHEN j.region IS NOT NULL THEN 'region' END)
			WHEN j.middle >= 10 THEN concat_ws(', ', 'size', CASE WHEN j.industry IS NOT NULL THEN 'industry' END)
			WHEN j.size_class IS NOT NULL THEN 'size' END,
		CASE WHEN j.near >= 10 THEN jsonb_build_array(j.size_class, j.industry, j.region)::text WHEN j.middle >= 10 THEN jsonb_build_array(j.size_class, j.industry)::text
			WHEN j.size_class IS NOT NULL THEN jsonb_build_array(j.size_class)::text END,
		CASE WHEN j.near >= 10 THEN j.near WHEN j.middle >= 10 THEN j.middle ELSE j.far END,
		coalesce(k.quarter_products[1], 0), (SELECT avg(q)::double precision FROM unnest(k.quarter_products[2:]) AS q WHERE q > 0), coalesce(j.products_12m, 0), coalesce(j.products_12m_before, 0), coalesce(j.categories_12m, 0), coalesce(j.categories_12m_before, 0),
		coalesce(j.new_products, 0), coalesce(j.dropped_products, 0), coalesce(j.top_products_bought, 0), j.top_share, j.top_value_share,
		j.growth, kam.percentile_score(j.growth) OVER (), CASE WHEN j.growth IS NOT NULL THEN kam.percentile_score(CASE WHEN j.growth IS NOT NULL THEN j.top_value_share END) OVER () END
	FROM judged AS j LEFT JOIN account_basket AS k ON k.account_id = j.account_id;
	ANALYZE account_assortment;
END
$$;
COMMENT ON FUNCTION kam._compute_assortment(date, text[]) IS 'Writes one row per account that is read by product: its assortment, its peers and its potential. In the search_path of its caller.';

CREATE FUNCTION kam._unfold_products(fiscal_year_start integer) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
BEGIN
	WITH bought AS MATERIALIZED (
		SELECT p.account_id, p.product, m.month, kam._fiscal_start(m.month, fiscal_year_start, 3) AS quarter, m.sales, m.credited, m.quantity, m.cost, l.list_amount, l.listed_amount, m.lines
		FROM account_assortment AS a JOIN account_product AS p ON p.account_id = a.account_id
			CROSS JOIN LATERAL kam.months(p.ledger) AS m
			LEFT JOIN (SELECT x.account_id, x.product, y.month, y.sales AS list_amount, y.cost AS listed_amount FROM account_product AS x CROSS JOIN LATERAL kam.months(x.list_ledger) AS y WHERE y.lines > 0) AS l
				ON l.account_id = p.account_id AND l.product = p.product AND l.month = m.month
		WHERE a.is_focus AND m.lines > 0
	), vanished AS (
		DELETE FROM product_month AS o WHERE NOT EXISTS (SELECT FROM bought AS b WHERE b.account_id = o.account_id AND b.product = o.product AND b.month = o.month)
	)
	INSERT INTO product_month AS o (account_id, product, month, quarter, sales_amount, credited_amount, sold_quantity, cost_amount, list_amount, listed_amount, line_count)
	SELECT b.account_id, b.product, b.month, b.quarter, b.sales, b.credited, b.quantity, b.cost, b.list_amount, b.listed_amount, b.lines FROM bought AS b
	ON CONFLICT (account_id, product, month) DO UPDATE SET quarter = excluded.quarter, sales_amount = excluded.sales_amount, credited_amount = excluded.credited_amount, sold_quantity = excluded.sold_quantity,
		cost_amount = excluded.cost_amount, list_amount = excluded.list_amount, listed_amount = excluded.listed_amount, line_count = excluded.line_count
	WHERE (o.quarter, o.sales_amount, o.credited_amount, o.sold_quantity, o.cost_amount, o.list_amount, o.listed_amount, o.line_count)
		IS DISTINCT FROM (excluded.quarter, excluded.sales_amount, excluded.credited_amount, excluded.sold_quantity, excluded.cost_amount, excluded.list_amount, excluded.listed_amount, excluded.line_count);
	ANALYZE product_month;
END
$$;
COMMENT ON FUNCTION kam._unfold_products(integer) IS 'Writes the months of the accounts that are key, managed, watched or strategic, by product. In the search_path of its caller.';

CREATE FUNCTION kam._sum_products() RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_column
BEGIN
	DELETE FROM product_half;
	-- To expect: the half-year before this one, which is the next one a year
	-- earlier, times the change of twelve months, which is held between a half
	-- and two; half of twelve months where there is nothing to compare with.
	INSERT INTO product_half (account_id, product, half_year, half_sales_y3, half_sales_y2, half_sales_y1, half_sales_to_date_y1, half_sales, year_sales_y3, year_sales_y2, year_sales_y1, projected_sales, half_units_y3, half_units_y2, half_units_y1, half_units, projected_units)
	SELECT h.account_id, h.product, h.half_year, h.half_sales_y3, h.half_sales_y2, h.half_sales_y1, h.half_sales_to_date_y1, h.half_sales, h.year_sales_y3, h.year_sales_y2, h.year_sales_y1,
		greatest(CASE WHEN h.base_sales > 0 AND h.before_sales > 0 THEN h.base_sales * greatest(least(h.last_sales / h.before_sales, 2), 0.5) ELSE coalesce(h.last_sales, 0) / 2 END, 0),
		h.half_units_y3, h.half_units_y2, h.half_units_y1, h.half_units,
		CASE WHEN h.last_units IS NOT NULL THEN greatest(CASE WHEN h.base_units > 0 AND h.before_units > 0 THEN h.base_units * greatest(least(h.last_units / h.before_units, 2), 0.5) ELSE h.last_units / 2 END, 0) END
	FROM (
		SELECT c.report_month, c.half_year, p.account_id, p.product,
			coalesce(sum(p.sales_amount) FILTER (WHERE p.month >= c.half_year - interval '36 months' AND p.month < c.half_year - interval '30 months'), 0) AS half_sales_y3,
			coalesce(sum(p.sales_amount) FILTER (WHERE p.month >= c.half_year - interval '24 months' AND p.month < c.half_year - interval '18 months'), 0) AS half_sales_y2,
			coalesce(sum(p.sales_amount) FILTER (WHERE p.month >= c.half_year - interval '12 months' AND p.month < c.half_year - interval '6 months'), 0) AS half_sales_y1,
			coalesce(sum(p.sales_amount) FILTER (WHERE p.month >= c.half_year - interval '12 months' AND p.month < c.half_year - interval '6 months' AND p.month <= c.report_month - interval '12 months'), 0) AS half_sales_to_date_y1,
			coalesce(sum(p.sales_amount) FILTER (WHERE p.month >= c.half_year AND p.month < c.half_year + interval '6 months'), 0) AS half_sales,
			coalesce(sum(p.sales_amount) FILTER (WHERE p.month >= c.fiscal_year - interval '36 months' AND p.month < c.fiscal_year - interval '24 months'), 0) AS year_sales_y3,
			coalesce(sum(p.sales_amount) FILTER (WHERE p.month >= c.fiscal_year - interval '24 months' AND p.month < c.fiscal_year - interval '12 months'), 0) AS year_sales_y2,
			coalesce(sum(p.sales_amount) FILTER (WHERE p.month >= c.fiscal_year - interval '12 months' AND p.month < c.fiscal_year), 0) AS year_sales_y1,
			sum(p.sales_amount) FILTER (WHERE p.month >= c.half_year - interval '6 months' AND p.month < c.half_year) AS base_sales,
			sum(p.sales_amount) FILTER (WHERE p.month > c.last_month - interval '12 months' AND p.month <= c.last_month) AS last_sales,
			sum(p.sales_amount) FILTER (WHERE p.month > c.last_month - interval '24 months' AND p.month <= c.last_month - interval '12 months') AS before_sales,
			CASE WHEN count(p.sold_quantity) > 0 THEN coalesce(sum(p.sold_quantity) FILTER (WHERE p.month >= c.half_year - interval '36 months' AND p.month < c.half_year - interval '30 months'), 0) END AS half_units_y3,
			CASE WHEN count(p.sold_quantity) > 0 THEN coalesce(sum(p.sold_quantity) FILTER (WHERE p.month >= c.half_year - interval '24 months' AND p.month < c.half_year - interval '18 months'), 0) END AS half_units_y2,
			CASE WHEN count(p.sold_quantity) > 0 THEN coalesce(sum(p.sold_quantity) FILTER (WHERE p.month >= c.half_year - interval '12 months' AND p.month < c.half_year - interval '6 months'), 0) END AS half_units_y1,
			CASE WHEN count(p.sold_quantity) > 0 THEN coalesce(sum(p.sold_quantity) FILTER (WHERE p.month >= c.half_year AND p.month < c.half_year + interval '6 months'), 0) END AS half_units,
			CASE WHEN count(p.sold_quantity) > 0 THEN coalesce(sum(p.sold_quantity) FILTER (WHERE p.month >= c.half_year - interval '6 months' AND p.month < c.half_year), 0) END AS base_units,
			CASE WHEN count(p.sold_quantity) > 0 THEN coalesce(sum(p.sold_quantity) FILTER (WHERE p.month > c.last_month - interval '12 months' AND p.month <= c.last_month), 0) END AS last_units,
			CASE WHEN count(p.sold_quantity) > 0 THEN coalesce(sum(p.sold_quantity) FILTER (WHERE p.month > c.last_month - interval '24 months' AND p.month <= c.last_month - interval '12 months'), 0) END AS before_units
		FROM (
			SELECT f.report_month, f.half_year, least(f.report_month, (f.half_year + interval '5 months')::date) AS last_month,
				(f.half_year - make_interval(months => (extract(month FROM f.half_year)::integer + 12 - f.fiscal_year_start) % 12))::date AS fiscal_year
			FROM (
				SELECT r.report_month, e.fiscal_year_start,
					(r.report_month - make_interval(months => (extract(month FROM r.report_month)::integer + 12 - e.fiscal_year_start) % 6 + 6 * n.n))::date AS half_year
				FROM product_reading AS r JOIN report_setting AS e ON e.report_month = r.report_month CROSS JOIN (VALUES (0), (1)) AS n (n)) AS f) AS c
			CROSS JOIN product_month AS p
		GROUP BY c.report_month, c.half_year, p.account_id, p.product) AS h;
	DELETE FROM product_price;
	INSERT INTO product_price (account_id, product, quarter, quarter_sales, quarter_units, price, price_before, list_price, discount)
	SELECT x.account_id, x.product, x.quarter, x.quarter_sales, x.quarter_units,
		(x.quarter_sales / x.quarter_units)::double precision AS price,
		(x.sales_before / x.units_before)::double precision AS price_before,
		CASE WHEN x.listed_amount > 0 AND x.list_amount > 0 THEN (x.quarter_sales / x.quarter_units * x.list_amount / x.listed_amount)::double precision END AS list_price,
		CASE WHEN x.list_amount > 0 THEN (1 - x.listed_amount / x.list_amount)::double precision END AS discount
	FROM (
		SELECT s.report_month, s.account_id, s.product, s.quarter, s.last_quarter, s.quarter_sales, nullif(s.quarter_units, 0) AS quarter_units, s.list_amount, s.listed_amount,
			sum(s.quarter_sales) FILTER (WHERE s.quarter_sales > 0 AND s.quarter_units > 0) OVER w AS sales_before,
			nullif(sum(s.quarter_units) FILTER (WHERE s.quarter_sales > 0 AND s.quarter_units > 0) OVER w, 0) AS units_before
		FROM (
			SELECT c.report_month, c.last_quarter, p.account_id, p.product, p.quarter,
				sum(p.sales_amount) AS quarter_sales, sum(p.sold_quantity) AS quarter_units, sum(p.list_amount) AS list_amount, sum(p.listed_amount) AS listed_amount
			FROM (SELECT r.report_month, (r.report_month + interval '1 month' - make_interval(months => 3 + (extract(month FROM r.report_month + interval '1 month')::integer + 12 - e.fiscal_year_start) % 3))::date AS last_quarter
					FROM product_reading AS r JOIN report_setting AS e ON e.report_month = r.report_month) AS c
				JOIN product_month AS p ON p.quarter >= c.last_quarter - interval '21 months' AND p.quarter <= c.last_quarter
			WHERE p.product <> ''
			GROUP BY c.report_month, c.last_quarter, p.account_id, p.product, p.quarter) AS s
		WINDOW w AS (PARTITION BY s.account_id, s.product ORDER BY s.quarter RANGE BETWEEN interval '12 months' PRECEDING AND interval '3 months' PRECEDING)) AS x
	WHERE x.quarter >= x.last_quarter - interval '9 months' AND x.quarter_sales > 0 AND x.quarter_units > 0;
	ANALYZE product_half, product_price;
END
$$;
COMMENT ON FUNCTION kam._sum_products() IS 'Writes the half-years and the prices by quarter of product_month. In the search_path of its caller.';

CREATE FUNCTION kam._compare_with_peers() RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	scale integer := (SELECT ((a.atttypmod - 4) & 2047) FROM pg_attribute AS a WHERE a.attrelid = 'white_space_product'::regclass AND a.attname = 'value');
BEGIN
	DELETE FROM white_space_product;
	WITH member AS MATERIALIZED (
		SELECT a.account_id, a.size_class, a.peer_group, a.peers, m.industry, m.region, m.sales_12m
		FROM account_assortment AS a JOIN account_month AS m ON m.account_id = a.account_id AND m.report_month = (SELECT r.report_month FROM product_reading AS r)
		WHERE a.size_class IS NOT NULL
	), crowd AS (
		SELECT DISTINCT m.peer_group, m.peers FROM member AS m WHERE m.peers >= 10
	), belongs AS (
		SELECT m.account_id, m.sales_12m, c.peer_group, c.peers
		FROM member AS m CROSS JOIN LATERAL (VALUES (jsonb_build_array(m.size_class, m.industry, m.region)::text), (jsonb_build_array(m.size_class, m.industry)::text), (jsonb_build_array(m.size_class)::text)) AS g (peer_group)
			JOIN crowd AS c ON c.peer_group = g.peer_group
	), item AS MATERIALIZED (
		SELECT b.account_id, p.product, p.sales_12m FROM account_basket AS b CROSS JOIN LATERAL unnest(b.products, b.sales_12m) AS p (product, sales_12m) WHERE p.sales_12m > 0
	), popular AS MATERIALIZED (
		SELECT b.peer_group, i.product, count(*) AS buyers, percentile_cont(0.5) WITHIN GROUP (ORDER BY (i.sales_12m / b.sales_12m)::double precision) AS part
		FROM belongs AS b JOIN item AS i ON i.account_id = b.account_id
		GROUP BY b.peer_group, b.peers, i.product
		HAVING 5 * count(*) >= b.peers
	), missing AS (
		SELECT m.account_id, p.product, p.buyers, p.buyers / m.peers::double precision AS buyer_share, round((p.part * m.sales_12m::double precision)::numeric, scale) AS value
		FROM member AS m JOIN popular AS p ON p.peer_group = m.peer_group
			LEFT JOIN item AS i ON i.account_id = m.account_id AND i.product = p.product
		WHERE m.peers >= 10 AND i.account_id IS NULL
	), placed AS (
		SELECT m.*, row_number() OVER (PARTITION BY m.account_id ORDER BY m.value DESC, m.product COLLATE "C") AS place FROM missing AS m
	)
	INSERT INTO white_space_product (account_id, product, buyers, buyer_share, value, place)
	SELECT p.account_id, p.product, p.buyers, p.buyer_share, p.value, p.place FROM placed AS p WHERE p.place <= 10;
	UPDATE account_assortment AS a SET white_space_value = w.value
	FROM (SELECT x.account_id, sum(x.value) AS value FROM white_space_product AS x GROUP BY x.account_id) AS w
	WHERE w.account_id = a.account_id;
END
$$;
COMMENT ON FUNCTION kam._compare_with_peers() IS 'Writes what the peers of an account buy and it does not. In the search_path of its caller.';

CREATE FUNCTION kam._explain_alerts(first_month date) RETURNS void
	LANGUAGE plpgsql
AS $$
#variable_conflict use_variable
DECLARE
	scale integer := (SELECT ((a.atttypmod - 4) & 2047) FROM pg_attribute AS a WHERE a.attrelid = 'turnover_cause_month'::regclass AND a.attname = 'price');
BEGIN
	DELETE FROM turnover_cause_month AS o WHERE NOT EXISTS (SELECT FROM report_month AS r WHERE r.report_month = o.report_month AND r.is_closed);
	WITH alert AS MATERIALIZED (
		SELECT m.report_month, m.account_id, m.sales_3m_before - (m.sales_amount + m.sales_m1 + m.sales_m2) AS loss, (m.report_month - interval '3 months')::date AS before
		FROM account_month AS m JOIN report_month AS r ON r.report_month = m.report_month
		WHERE m.is_alert AND NOT r.is_closed AND m.report_month >= first_month + interval '5 months'
	), bought AS MATERIALIZED (
		SELECT a.report_month, a.account_id, a.loss, a.before, p.product, p.ledger,
			kam.quantity(p.ledger, a.before, 3) AS quantity_before, kam.total(p.ledger, a.before, 3) AS sales_before, kam.quantity(p.ledger, a.report_month, 3) AS quantity_now, kam.total(p.ledger, a.report_month, 3) AS sales_now
		FROM alert AS a LEFT JOIN account_product AS p ON p.account_id = a.account_id
	), summed AS (
		SELECT b.report_month, b.account_id, b.loss, b.before,
			kam.price_volume_mix(nullif(b.product, ''), b.quantity_before, b.sales_before, b.quantity_now, b.sales_now) AS part, kam.rollup(b.ledger) AS ledger
		FROM bought AS b GROUP BY b.report_month, b.account_id, b.loss, b.before
	), lost AS (
		SELECT x.report_month, x.account_id, string_agg(coalesce(t.product_name, x.product), ', ' ORDER BY x.place) FILTER (WHERE x.place <= 3)
			|| CASE WHEN count(*) > 3 THEN format(' and %s more', count(*) - 3) ELSE '' END AS names
		FROM (SELECT b.report_month, b.account_id, b.product, row_number() OVER (PARTITION BY b.report_month, b.account_id ORDER BY b.sales_before DESC, b.product COLLATE "C") AS place
				FROM bought AS b WHERE b.product <> '' AND b.sales_before > 0 AND b.sales_now <= 0) AS x
			LEFT JOIN product_total AS t ON t.product = x.product
		GROUP BY x.report_month, x.account_id
	), ordered AS (
		SELECT s.*, coalesce(kam.purchase_days(s.ledger, s.report_month, 3), 0) AS orders, coalesce(kam.purchase_days(s.ledger, s.before, 3), 0) AS orders_before,
			coalesce(kam.total(s.ledger, s.report_month, 3) + kam.credited(s.ledger, s.report_month, 3), 0) AS bought, coalesce(kam.total(s.ledger, s.before, 3) + kam.credited(s.ledger, s.before, 3), 0) AS bought_before,
			coalesce(kam.credited(s.ledger, s.report_month, 3) - kam.credited(s.ledger, s.before, 3), 0) AS credits
		FROM summed AS s
	), fewer AS (
		-- By the mean of both average orders, as price against volume
		SELECT o.*, CASE WHEN o.orders = 0 OR o.orders_before = 0 THEN o.bought_before - o.bought
			ELSE round((o.orders_before - o.orders) * (o.bought_before / o.orders_before + o.bought / o.orders) / 2, scale) END AS fewer_orders
		FROM ordered AS o
	)
	INSERT INTO turnover_cause_month (report_month, account_id, lost_products, new_products, price, volume, mix, other, fewer_orders, smaller_orders, credits, orders_3m, orders_3m_before, lost_names)
	SELECT f.report_month, f.account_id, - f.part[6], - f.part[5], - f.part[1], - f.part[2], - f.part[3],
		f.loss + f.part[6] + f.part[5] + f.part[1] + f.part[2] + f.part[3],
		f.fewer_orders, f.loss - f.fewer_orders - f.credits, f.credits, f.orders, f.orders_before, l.names
	FROM fewer AS f LEFT JOIN lost AS l ON l.report_month = f.report_month AND l.account_id = f.account_id;
END
$$;
COMMENT ON FUNCTION kam._explain_alerts(date) IS 'Takes the loss of each turnover alert of an open month apart, by products and by orders. In the search_path of its caller.';

CREATE FUNCTION kam._categorise_churn(first_month date) RETURNS void
	LANGUAGE plpgsql
AS $$
BEGIN
	DELETE FROM churn_category_month AS o WHERE NOT EXISTS (SELECT FROM report_month AS r WHERE r.report_month = o.report_month AND r.is_closed);
	INSERT INTO churn_category_month (report_month, account_id, category)
	SELECT v.report_month, v.account_id, CASE WHEN b.sales IS NULL THEN 'not read by product' ELSE b.category END
	FROM value_month AS v
		JOIN report_month AS r ON r.report_month = v.report_month AND NOT r.is_closed
		JOIN account_month AS m ON m.report_month = v.report_month AND m.account_id = v.account_id
		LEFT JOIN LATERAL (SELECT t.category, sum(kam.total(p.ledger, m.last_purchase, 12)) AS sales
			FROM account_product AS p LEFT JOIN product_total AS t ON t.product = p.product
			-- Twelve months that were read
			WHERE p.account_id = v.account_id AND m.last_purchase >= first_month + interval '11 months'
			GROUP BY t.category ORDER BY sales DESC, t.category COLLATE "C" LIMIT 1) AS b ON true
	WHERE v.lost_month = v.report_month OR v.is_won_back;
END
$$;
COMMENT ON FUNCTION kam._categorise_churn(date) IS 'Writes what accounts that were lost or won back in open months bought most of. In the search_path of its caller.';

CREATE FUNCTION kam._product_views() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $ddl$
CREATE VIEW turnover_cause AS
SELECT a.report_month, a.is_latest, a.alert_rank,
	a.account_id, a.account_name, a.manager, a.account_group, a.is_key, a.is_managed,
	a.sales_3m, a.sales_3m_before, a.loss_3m, a.fall,
	c.lost_products AS loss_by_lost_products, c.new_products AS loss_by_new_products, c.price AS loss_by_price, c.volume AS loss_by_volume, c.mix AS loss_by_mix, c.other AS loss_by_other,
	c.fewer_orders AS loss_by_fewer_orders, c.smaller_orders AS loss_by_smaller_orders, c.credits AS loss_by_credits,
	c.orders_3m, c.orders_3m_before,
	CASE greatest(c.lost_products, c.price, c.volume, c.mix, c.other)
		WHEN c.lost_products THEN 'lost products' WHEN c.volume THEN 'smaller volume' WHEN c.price THEN 'lower prices' WHEN c.mix THEN 'cheaper mix' WHEN c.other THEN 'other' END AS main_product_cause,
	CASE greatest(c.fewer_orders, c.smaller_orders, c.credits)
		WHEN c.fewer_orders THEN 'fewer orders' WHEN c.smaller_orders THEN 'smaller orders' WHEN c.credits THEN 'credits' END AS main_order_cause,
	c.lost_names AS lost_product_names,
	CASE WHEN c.account_id IS NULL THEN CASE WHEN r.first_month IS NULL THEN 'no product column is bound' ELSE 'before the months that are read by product' END END AS no_figure_reason
FROM turnover_alert AS a
	LEFT JOIN turnover_cause_month AS c ON c.report_month = a.report_month AND c.account_id = a.account_id
	LEFT JOIN product_reading AS r ON true;
COMMENT ON VIEW turnover_cause IS 'One row per row of turnover_alert: why its three months'' sales fell. The parts by products add up to loss_3m, and so do the parts by orders and credits; negative parts are gains.';

CREATE VIEW assortment AS
SELECT r.report_month, true AS is_latest,
	a.account_id, m.account_name, m.manager, m.account_group, m.industry, m.region, m.is_key, m.is_managed, m.rank,
	m.sales_12m, a.products_3m, a.products_quarter, a.products_12m, a.products_12m_before, a.categories_12m, a.categories_12m_before, a.new_products, a.dropped_products,
	a.top_products_bought, a.top_share, a.top_value_share, a.size_class
FROM product_reading AS r
	JOIN account_assortment AS a ON a.is_listed
	JOIN account_month AS m ON m.report_month = r.report_month AND m.account_id = a.account_id;
COMMENT ON VIEW assortment IS 'One row per account that is read by product (key, managed, watched, strategic, alerted, or of class A), in the latest report month: how much of our assortment it buys.';

CREATE VIEW top_product AS
SELECT r.report_month, true AS is_latest,
	t.product, t.product_name, t.category, t.category_rank,
	t.sales_12m, t.sales_12m_before,
	CASE WHEN t.sales_12m_before > 0 THEN (t.sales_12m / t.sales_12m_before - 1)::double precision END AS change_12m_ratio
FROM product_reading AS r JOIN product_total AS t ON t.is_top;
COMMENT ON VIEW top_product IS 'One row per product of the top assortment in the latest report month: the first settings.top_products of each category by what all accounts bought in twelve months, services left out.';

CREATE VIEW missing_top_product AS
SELECT r.report_month, true AS is_latest,
	a.account_id, m.account_name, m.manager, m.is_key, m.is_managed,
	t.product, t.product_name, t.category, t.category_rank,
	t.sales_12m AS product_sales_12m,
	p.sales_12m_before,
	p.last_purchase AS last_purchase_of_product
FROM product_reading AS r
	JOIN account_assortment AS a ON a.is_focus
	JOIN account_month AS m ON m.report_month = r.report_month AND m.account_id = a.account_id
	JOIN product_total AS t ON t.is_top
	LEFT JOIN account_product AS p ON p.account_id = a.account_id AND p.product = t.product
WHERE p.sales_12m IS NULL OR p.sales_12m <= 0;
COMMENT ON VIEW missing_top_product IS 'One row per account that is key, managed, watched or strategic in the latest report month and product of the top assortment that it did not buy in twelve months.';

CREATE VIEW white_space AS
SELECT r.report_month, true AS is_latest,
	a.account_id, m.account_name, m.manager, m.is_key, m.is_managed, a.size_class, a.peer_basis, a.peers,
	w.place AS white_space_rank, w.product, t.product_name, t.category,
	w.buyers, w.buyer_share, w.value AS white_space_value,
	CASE WHEN a.size_class IS NULL THEN 'no sales in twelve months' WHEN a.peers < 10 THEN 'fewer than ten peers' END AS no_figure_reason
FROM product_reading AS r
	JOIN account_assortment AS a ON a.is_listed
	JOIN account_month AS m ON m.report_month = r.report_month AND m.account_id = a.account_id
	LEFT JOIN white_space_product AS w ON w.account_id = a.account_id
	LEFT JOIN product_total AS t ON t.product = w.product
WHERE w.account_id IS NOT NULL OR a.size_class IS NULL OR a.peers < 10;
COMMENT ON VIEW white_space IS 'One row per account that is read by product, in the latest report month, and product that a fifth or more of its peers bought in twelve months and it did not, the ten of the largest value; one row without product where it has under ten peers.';

CREATE VIEW potential_account AS
SELECT p.report_month, true AS is_latest,
	rank() OVER (ORDER BY p.potential_score DESC) AS potential_rank,
	p.account_id, p.account_name, p.manager, p.industry, p.region, p.rank, p.abc_class, p.is_watch,
	p.sales_12m, p.sales_12m_before, p.growth, p.growth_score, p.top_value_share, p.fit_score, p.potential_score, p.white_space_value, p.trend, p.trend_p
FROM (
	SELECT r.report_month, a.account_id, m.account_name, m.manager, m.industry, m.region, m.rank, m.abc_class, m.is_watch, m.sales_12m, m.sales_12m_before,
		a.growth, a.growth_score, a.top_value_share, a.fit_score, 50 * (a.growth_score + coalesce(a.fit_score, 0)) AS potential_score, a.white_space_value, m.trend, m.trend_p
	FROM product_reading AS r
		JOIN account_assortment AS a ON a.growth IS NOT NULL
		JOIN account_month AS m ON m.report_month = r.report_month AND m.account_id = a.account_id) AS p;
COMMENT ON VIEW potential_account IS 'One row per account that is read by product and is neither key nor managed as key, in the latest report month: how it grows, and how far its assortment is that of the company.';

CREATE VIEW price_drift AS
SELECT d.report_month, true AS is_latest,
	d.account_id, m.account_name, m.manager, m.is_key, m.is_managed,
	d.product, t.product_name, t.category, d.quarter,
	d.quarter_sales::numeric(24,4) AS quarter_sales, d.quarter_units::numeric(20,4) AS quarter_units,
	d.price, d.price_before,
	d.price / nullif(d.price_before, 0) - 1 AS price_change,
	((d.price - d.price_before) * d.quarter_units::double precision)::numeric(24,4) AS price_effect,
	q.median_price, q.buyers,
	d.price / nullif(q.median_price, 0) - 1 AS to_median,
	d.list_price,
	d.discount
FROM (SELECT r.report_month, p.* FROM product_reading AS r CROSS JOIN product_price AS p) AS d
	JOIN account_month AS m ON m.report_month = d.report_month AND m.account_id = d.account_id
	LEFT JOIN product_total AS t ON t.product = d.product
	LEFT JOIN product_quarter AS q ON q.product = d.product AND q.quarter = d.quarter;
COMMENT ON VIEW price_drift IS 'One row per account that is key, managed, watched or strategic, product and quarter (the last four full ones) in which it bought: the price that it paid, against its own past, the median of the accounts that are read by product, and the list price.';

CREATE VIEW consumption_report AS
SELECT r.report_month, true AS is_latest,
	h.account_id, m.account_name, m.manager, h.half_year, h.half_year + interval '5 months' <= r.report_month AS is_complete,
	h.level, h.category, h.product, h.product_name,
	h.half_sales_y3::numeric(24,4) AS half_sales_y3, h.half_sales_y2::numeric(24,4) AS half_sales_y2, h.half_sales_y1::numeric(24,4) AS half_sales_y1, h.half_sales::numeric(24,4) AS half_sales, h.year_sales_y3::numeric(24,4) AS year_sales_y3, h.year_sales_y2::numeric(24,4) AS year_sales_y2, h.year_sales_y1::numeric(24,4) AS year_sales_y1,
	(h.half_sales - h.half_sales_to_date_y1)::numeric(24,4) AS half_change,
	CASE WHEN h.half_sales_to_date_y1 > 0 THEN (h.half_sales / h.half_sales_to_date_y1 - 1)::double precision END AS half_change_ratio,
	h.projected_sales::numeric(24,4) AS projected_sales,
	h.half_units_y3::numeric(20,4) AS half_units_y3, h.half_units_y2::numeric(20,4) AS half_units_y2, h.half_units_y1::numeric(20,4) AS half_units_y1, h.half_units::numeric(20,4) AS half_units, h.projected_units::numeric(20,4) AS projected_units
FROM product_reading AS r
	CROSS JOIN (
		SELECT x.account_id, x.half_year, 'product' AS level, t.category, x.product, t.product_name,
			x.half_sales_y3, x.half_sales_y2, x.half_sales_y1, x.half_sales, x.year_sales_y3, x.year_sales_y2, x.year_sales_y1, x.half_sales_to_date_y1, x.projected_sales,
			x.half_units_y3, x.half_units_y2, x.half_units_y1, x.half_units, x.projected_units
		FROM product_half AS x LEFT JOIN product_total AS t ON t.product = x.product
		UNION ALL
		SELECT x.account_id, x.half_year, l.level, CASE WHEN l.level = 'category' THEN t.category END, NULL, NULL,
			sum(x.half_sales_y3), sum(x.half_sales_y2), sum(x.half_sales_y1), sum(x.half_sales), sum(x.year_sales_y3), sum(x.year_sales_y2), sum(x.year_sales_y1), sum(x.half_sales_to_date_y1), sum(x.projected_sales),
			sum(x.half_units_y3), sum(x.half_units_y2), sum(x.half_units_y1), sum(x.half_units), sum(x.projected_units)
		FROM product_half AS x LEFT JOIN product_total AS t ON t.product = x.product CROSS JOIN (VALUES ('category'), ('account')) AS l (level)
		GROUP BY x.account_id, x.half_year, l.level, CASE WHEN l.level = 'category' THEN t.category END) AS h
	JOIN account_month AS m ON m.report_month = r.report_month AND m.account_id = h.account_id;
COMMENT ON VIEW consumption_report IS 'One row per account that is key, managed, watched or strategic, half-year (of the fiscal year: the one of the latest report month and the one before) and product, category, or all together: the same half-year of three years, three full years, and what to expect of the next half-year.';
$ddl$;
COMMENT ON FUNCTION kam._product_views() IS 'Report views of a mart about what accounts buy.';

CREATE FUNCTION kam._terms_views() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $ddl$
CREATE VIEW share_of_wallet WITH (security_barrier) AS
SELECT v.report_month, true AS is_latest, v.account_id, v.account_name, v.manager, v.is_key, v.is_managed,
	v.category, v.wallet_basis, v.stated_on, v.supplier_rank, v.suppliers,
	v.sales_12m::numeric(24,4) AS sales_12m,
	v.wallet_value::numeric(24,4) AS wallet_value,
	CASE WHEN v.wallet_basis = 'rank' THEN v.rule_share ELSE (v.sales_12m / v.wallet_value)::double precision END AS share_of_wallet,
	(v.wallet_value - v.sales_12m)::numeric(24,4) AS wallet_gap,
	CASE WHEN v.sales_12m IS NULL THEN CASE WHEN v.category IS NULL THEN 'no sales until the report month' ELSE 'the account is not read by product' END
		WHEN v.wallet_value IS NULL THEN 'no sales to infer the wallet from' END AS no_figure_reason
FROM (
	SELECT l.report_month, w.account_id, m.account_name, m.manager, coalesce(m.is_key, false) AS is_key, coalesce(m.is_managed, false) AS is_managed,
		w.category, CASE WHEN w.yearly_amount IS NULL THEN 'rank' ELSE 'amount' END AS wallet_basis, w.as_of AS stated_on, w.supplier_rank, w.suppliers,
		u.rule_share, s.sales_12m, coalesce(w.yearly_amount, CASE WHEN s.sales_12m > 0 THEN s.sales_12m / u.rule_share::numeric END) AS wallet_value
	FROM (SELECT max(x.report_month) AS report_month FROM report_month AS x) AS l
		CROSS JOIN (
			SELECT DISTINCT ON (coalesce(a.account_id, o.account_id), o.category) coalesce(a.account_id, o.account_id) AS account_id, o.category, o.yearly_amount, o.supplier_rank, o.suppliers, o.as_of
			FROM wallet AS o LEFT JOIN merged_account AS a ON a.old_account_id = o.account_id
				CROSS JOIN (SELECT (max(x.report_month) + interval '1 month')::date AS next_month FROM report_month AS x) AS n
			WHERE VISIBLE(o.account_id)
			ORDER BY coalesce(a.account_id, o.account_id), o.category, o.as_of >= n.next_month, CASE WHEN o.as_of >= n.next_month THEN o.as_of END, o.as_of DESC, o.wallet_id DESC) AS w
		LEFT JOIN account_month AS m ON m.report_month = l.report_month AND m.account_id = w.account_id
		LEFT JOIN account_assortment AS g ON g.account_id = w.account_id
		CROSS JOIN LATERAL (SELECT CASE WHEN w.category IS NULL THEN m.sales_12m WHEN g.account_id IS NOT NULL THEN coalesce((
			SELECT sum(p.sales_12m) FROM account_basket AS b CROSS JOIN LATERAL unnest(b.products, b.sales_12m) AS p (product, sales_12m) JOIN product_total AS t ON t.product = p.product
				WHERE b.account_id = w.account_id AND t.category = w.category), 0) END AS sales_12m) AS s
		CROSS JOIN LATERAL (SELECT (1 - w.supplier_rank / (w.suppliers + 1)::double precision) * 2 / w.suppliers AS rule_share) AS u
	WHERE l.report_month IS NOT NULL) AS v;
COMMENT ON VIEW share_of_wallet IS 'One row per account and category, or all it buys, with a row in wallet, in the latest report month: our part of its purchases, and what others sell it. By rank the part follows from the wallet allocation rule: (1 - rank / (suppliers + 1)) * 2 / suppliers.';

CREATE VIEW terms_review_due WITH (security_barrier) AS
SELECT a.report_month, true AS is_latest,
	a.account_id, a.account_name, a.manager, a.is_key, a.is_managed, a.rank, a.sales_12m,
	a.quarter, v.reviewed_on, v.outcome, v.next_review_on,
	CASE WHEN v.reviewed_on IS NULL THEN 'never reviewed' WHEN v.reviewed_on < a.quarter THEN 'not reviewed this quarter' ELSE 'agreed to look again' END AS due_reason,
	d.drift_value::numeric(24,4) AS drift_value, d.largest_drifts
FROM (SELECT m.report_month, m.account_id, m.account_name, m.manager, m.is_key, m.is_managed, m.rank, m.sales_12m,
			(m.report_month - make_interval(months => (extract(month FROM m.report_month)::integer + 12 - e.fiscal_year_start) % 3))::date AS quarter,
			(m.report_month + interval '1 month' - interval '1 day')::date AS last_day
		FROM account_month AS m JOIN report_setting AS e ON e.report_month = m.report_month
		WHERE m.report_month = (SELECT max(l.report_month) FROM report_month AS l) AND (m.is_key OR m.is_managed)) AS a
	LEFT JOIN (SELECT DISTINCT ON (coalesce(o.account_id, t.account_id)) coalesce(o.account_id, t.account_id) AS account_id, t.reviewed_on, t.outcome, t.next_review_on
			FROM terms_review AS t LEFT JOIN merged_account AS o ON o.old_account_id = t.account_id
			ORDER BY coalesce(o.account_id, t.account_id), t.reviewed_on DESC, t.terms_review_id DESC) AS v ON v.account_id = a.account_id
	LEFT JOIN (SELECT x.account_id, sum(x.price_effect) AS drift_value,
				string_agg(format('%s %s %%', coalesce(x.product_name, x.product), to_char(100 * x.price_change, 'FMSG999999990.0')), '; ' ORDER BY x.place) FILTER (WHERE x.place <= 3) AS largest_drifts
			FROM (SELECT p.account_id, p.product, p.product_name, p.price_effect, p.price_change,
						row_number() OVER (PARTITION BY p.account_id ORDER BY abs(p.price_effect) DESC, p.product COLLATE "C") AS place
					FROM (
						-- As price_drift has them
						SELECT y.account_id, y.product, t.product_name, y.quarter, ((y.price - y.price_before) * y.quarter_units::double precision)::numeric(24,4) AS price_effect,
							y.price / nullif(y.price_before, 0) - 1 AS price_change, max(y.quarter) OVER (PARTITION BY y.account_id) AS last_quarter
						FROM product_price AS y LEFT JOIN product_total AS t ON t.product = y.product) AS p
					WHERE p.quarter = p.last_quarter AND p.price_effect IS NOT NULL AND p.price_effect <> 0) AS x
			GROUP BY x.account_id) AS d ON d.account_id = a.account_id
WHERE (v.reviewed_on IS NULL OR v.reviewed_on < a.quarter OR v.next_review_on BETWEEN a.quarter AND a.last_day AND v.reviewed_on < v.next_review_on)
	AND VISIBLE(a.account_id);
COMMENT ON VIEW terms_review_due IS 'One row per account that is key or managed as key in the latest report month and whose terms were not reviewed since its quarter began, or are due again: with what its prices drifted by in the last full quarter.';
$ddl$;
COMMENT ON FUNCTION kam._terms_views() IS 'Report views of a mart about wallets and terms, to be fitted by kam._fit_views.';

CREATE FUNCTION kam._product_glossary(OUT column_name text, OUT description text) RETURNS SETOF record
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
	VALUES
	('loss_by_lost_products', 'Part of the loss from products that were bought in the three months before and no longer.'),
	('loss_by_new_products', 'Part of the loss from products that were bought now and not before: a gain, so never above zero but for their credits.'),
	('loss_by_price', 'Part of the loss from other prices of the products bought in both, each by the mean of both quantities.'),
	('loss_by_volume', 'Part of the loss from a smaller quantity of these, at their mean price.'),
	('loss_by_mix', 'Part of the loss from other proportions among these.'),
	('loss_by_other', 'Part of the loss that no price explains: returns, amounts without a quantity, lines without a product, and what has been posted since the month was computed.'),
	('loss_by_fewer_orders', 'Part of the loss from fewer days with a purchase, at the mean of both average orders.'),
	('loss_by_smaller_orders', 'Part of the loss from smaller orders.'),
	('loss_by_credits', 'Part of the loss from more credits.'),
	('orders_3m', 'Days with a purchase in three months.'),
	('orders_3m_before', 'Days with a purchase in the three months before these.'),
	('main_product_cause', 'The largest of the parts by products: lost products, lower prices, smaller volume, cheaper mix or other.'),
	('main_order_cause', 'The largest of the parts by orders: fewer orders, smaller orders or credits.'),
	('lost_product_names', 'The three largest of the products that are no longer bought, and how many more.'),
	('no_figure_reason', 'Why there is no figure; empty if there is one.'),
	('product', 'Key of the product; empty for lines without one.'),
	('product_name', 'Name of the product, of today.'),
	('category', 'Category of the product, of today.'),
	('category_rank', 'Rank of the product in its category, by what all bought in twelve months.'),
	('product_sales_12m', 'Net sales of the product to all in twelve months, to the end of the report month.'),
	('last_purchase_of_product', 'Date of the last purchase of the product by the account, in the years that are read.'),
	('products_3m', 'Number of products bought net in three months.'),
	('products_quarter', 'The same on average of those of the four quarters before these in which it bought.'),
	('products_12m', 'Number of products bought net in twelve months.'),
	('products_12m_before', 'Number of products bought net in the twelve months before these.'),
	('categories_12m', 'Number of categories bought from in twelve months.'),
	('categories_12m_before', 'Number of categories bought from in the twelve months before these.'),
	('new_products', 'Number of products bought in twelve months and not in the twelve before.'),
	('dropped_products', 'Number of products bought in the twelve months before and no longer.'),
	('top_products_bought', 'Number of products of the top assortment bought in twelve months.'),
	('top_share', 'Part of the products of the top assortment that it buys.'),
	('top_value_share', 'The same, each product weighed by what all bought of it.'),
	('size_class', 'Thirds of the accounts that are read by product, by net sales of twelve months: large, middle or small.'),
	('peer_basis', 'By what its peers are alike: size, and industry and region as far as these are known and leave ten of them.'),
	('peers', 'Number of its peers among the accounts that are read by product.'),
	('white_space_rank', 'Rank of the product by white_space_value, 1 to 10.'),
	('buyers', 'Number of accounts that bought the product: peers in twelve months, or accounts that are read by product in the quarter.'),
	('buyer_share', 'Part of the peers that bought the product.'),
	('white_space_value', 'What peers of its size buy of it a year: the median of their part of it in all that they buy, times its own net sales of twelve months.'),
	('wallet_basis', 'How the wallet is known: amount, or rank among the suppliers.'),
	('stated_on', 'Day for which the wallet was stated.'),
	('supplier_rank', 'Our rank among its suppliers.'),
	('suppliers', 'Number of suppliers that it uses.'),
	('wallet_value', 'What the account buys in a year, from us and others: as stated, or what our sales are by the share that the rank gives.'),
	('share_of_wallet', 'Our part of it.'),
	('wallet_gap', 'What others sell it.'),
	('potential_rank', 'Rank by potential_score.'),
	('growth', 'Net sales of twelve months less those of the twelve before, as part of both together: -1 to 1; 1 for new ones.'),
	('growth_score', 'Part of the accounts with potential that grow less, 0 to 1.'),
	('fit_score', 'Part of the accounts with potential that buy less of the top assortment, 0 to 1.'),
	('potential_score', 'Growth and fit at equal weights, 0 to 100.'),
	('quarter', 'Quarter of the fiscal year, as its first day.'),
	('quarter_sales', 'Net sales of the product in the quarter.'),
	('quarter_units', 'Quantity of the product in the quarter, returns taken off.'),
	('price', 'Realised price: net sales by quantity.'),
	('price_before', 'Realised price of the four quarters before.'),
	('price_change', 'Change of the price against these, as part of them.'),
	('price_effect', 'What the change of price made in the quarter.'),
	('median_price', 'Median of the prices that the accounts which are read by product realised in the quarter.'),
	('to_median', 'How far the price lies above the median, as part of it; negative below.'),
	('list_price', 'List price of what was bought; empty where no list amounts are bound.'),
	('discount', 'Part of the list amounts that was not charged.'),
	('reviewed_on', 'Day of the last review of its terms.'),
	('outcome', 'What came of the last review.'),
	('next_review_on', 'Day that was agreed for the next review.'),
	('due_reason', 'Why a review is due.'),
	('drift_value', 'What changes of price made in the last full quarter with purchases, all products together.'),
	('largest_drifts', 'The three products whose change of price made most of it.'),
	('half_year', 'Half of the fiscal year, as its first day.'),
	('is_complete', 'Whether the half-year has ended.'),
	('level', 'What the row sums up: product, category or account.'),
	('half_sales', 'Net sales of the half-year, to the end of the report month.'),
	('half_sales_y1', 'Net sales of the same half-year a year before.'),
	('half_sales_y2', 'Net sales of the same half-year two years before.'),
	('half_sales_y3', 'Net sales of the same half-year three years before.'),
	('year_sales_y1', 'Net sales of the full fiscal year before.'),
	('year_sales_y2', 'Net sales of the full fiscal year two years before.'),
	('year_sales_y3', 'Net sales of the full fiscal year three years before.'),
	('half_change', 'Net sales of the half-year less those of the same months a year before.'),
	('half_change_ratio', 'The same, as part of these.'),
	('projected_sales', 'Net sales to expect of the next half-year, product by product: those of the same half-year of the last twelve months, times the change of twelve months against the twelve before, at least a half and at most two; half of twelve months where one of these is missing.'),
	('half_units', 'Quantity of the half-year, to the end of the report month.'),
	('half_units_y1', 'Quantity of the same half-year a year before.'),
	('half_units_y2', 'Quantity of the same half-year two years before.'),
	('half_units_y3', 'Quantity of the same half-year three years before.'),
	('projected_units', 'Quantity to expect of the next half-year, by the same rule.');
END;
COMMENT ON FUNCTION kam._product_glossary() IS 'What each column of these views means.';
