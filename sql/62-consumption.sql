-- The half-yearly consumption report of one account as a page to be sent.
CREATE FUNCTION kam._page_consumption(account text, half_year date, level text, title text, has_quantities boolean) RETURNS jsonb
	LANGUAGE plpgsql STABLE
AS $$
#variable_conflict use_variable
BEGIN
	RETURN kam._table(title,
		jsonb_build_array(kam._column(CASE level WHEN 'product' THEN 'Product' ELSE 'Category' END, 'h'),
			jsonb_build_object('title', jsonb_build_object('month', (half_year - interval '3 years')::date), 'class', 'n w'),
			jsonb_build_object('title', jsonb_build_object('month', (half_year - interval '2 years')::date), 'class', 'n w'),
			jsonb_build_object('title', jsonb_build_object('month', (half_year - interval '1 year')::date), 'class', 'n'),
			jsonb_build_object('title', jsonb_build_object('month', half_year), 'class', 'n'))
			|| CASE WHEN has_quantities THEN '[]' ELSE jsonb_build_array(kam._column('On the year before', 'n')) END
			|| jsonb_build_array(kam._column('Next half-year', 'n')),
		(SELECT jsonb_agg(jsonb_build_array(
				CASE WHEN level = 'product' THEN jsonb_build_object('text', r.product_name, 'else', coalesce(nullif(r.product, ''), '-'), 'columns', 60)
					WHEN r.level = 'account' THEN kam._say('All') ELSE jsonb_build_object('text', r.category, 'else', '-', 'columns', 60) END)
			|| CASE WHEN has_quantities THEN jsonb_build_array(trim_scale(r.half_units_y3), trim_scale(r.half_units_y2), trim_scale(r.half_units_y1), trim_scale(r.half_units), trim_scale(round(r.projected_units, 1)))
				ELSE jsonb_build_array(kam._money(r.half_sales_y3), kam._money(r.half_sales_y2), kam._money(r.half_sales_y1), kam._money(r.half_sales),
					jsonb_build_object('growth', r.half_change_ratio), kam._money(r.projected_sales)) END
			ORDER BY r.level = 'account' DESC, r.half_sales DESC, r.half_sales_y1 DESC, r.category COLLATE "C", r.product COLLATE "C")
		FROM consumption_report AS r
		WHERE r.account_id::text = account AND r.half_year = half_year AND (r.level = level OR r.level = 'account' AND level = 'category')
			AND (NOT has_quantities OR r.half_units_y3 <> 0 OR r.half_units_y2 <> 0 OR r.half_units_y1 <> 0 OR r.half_units <> 0 OR r.projected_units <> 0)
			AND (r.half_sales_y3, r.half_sales_y2, r.half_sales_y1, r.half_sales, r.projected_sales) <> (0, 0, 0, 0, 0)));
END
$$;
COMMENT ON FUNCTION kam._page_consumption(text, date, text, text, boolean) IS 'Table of the consumption report: half-years by category or product, in money or quantities. In the search_path of its caller.';

CREATE FUNCTION kam.consumption_html(mart text, account text, half_year date DEFAULT NULL, lang text DEFAULT 'en') RETURNS text
	LANGUAGE plpgsql STABLE
	SET search_path = pg_catalog, pg_temp
	SET jit = off
AS $$
#variable_conflict use_variable
DECLARE
	half record;
	fiscal_year date;
	unit text;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	IF account IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'account must not be NULL',
			HINT = format('SELECT DISTINCT account_id FROM %I.consumption_report;', mart);
	ELSIF half_year IS NOT NULL AND NOT isfinite(half_year) THEN
		RAISE EXCEPTION USING ERRCODE = 'datetime_field_overflow', MESSAGE = 'half_year must be finite';
	ELSIF NOT EXISTS (SELECT FROM consumption_report AS r WHERE r.account_id::text = account) THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('account %L has no consumption report', account),
			DETAIL = 'Accounts that are key, managed as key, watched or strategic in the latest report month have one, where sales have products.',
			HINT = format('SELECT DISTINCT account_id FROM %I.consumption_report;', mart);
	END IF;
	SELECT r.half_year AS first_month, r.is_complete, r.report_month, r.account_name INTO half
	FROM consumption_report AS r
	WHERE r.account_id::text = account AND r.level = 'account' AND CASE WHEN half_year IS NULL THEN r.is_complete ELSE half_year >= r.half_year AND half_year < r.half_year + interval '6 months' END
	ORDER BY r.half_year DESC LIMIT 1;
	IF half.first_month IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('account %L has no consumption report of a half-year with %s', account, half_year),
			HINT = (SELECT format('There are those from %s.', string_agg(to_char(h.half_year, 'YYYY-MM-DD'), ' and ' ORDER BY h.half_year)) FROM (SELECT DISTINCT r.half_year FROM consumption_report AS r WHERE r.account_id::text = account) AS h);
	END IF;
	lang := kam._page_language(coalesce(lang, 'en'), false);
	SELECT s.currency_label, kam._fiscal_start(half.first_month, s.fiscal_year_start, 12) INTO STRICT unit, fiscal_year FROM report_setting AS s WHERE s.report_month = half.report_month;

	RETURN '<!DOCTYPE html>' || kam._html(jsonb_build_object('<html', jsonb_build_array(
		jsonb_build_object('<head', jsonb_build_array(
			jsonb_build_object('<meta', NULL, 'charset', 'utf-8'),
			jsonb_build_object('<meta', NULL, 'name', 'viewport', 'content', 'width=device-width, initial-scale=1'),
			jsonb_build_object('<title', jsonb_build_object('join', jsonb_build_array(kam._say('Consumption report'), jsonb_build_object('text', half.account_name, 'else', account, 'columns', 80)), 'by', ', ')),
			jsonb_build_object('css', kam._page_style()))),
		jsonb_build_object('<body', jsonb_build_array(
			jsonb_build_object('<header', jsonb_build_array(
				jsonb_build_object('<p', kam._say('Consumption report'), 'class', 'm'),
				jsonb_build_object('<h1', jsonb_build_object('text', half.account_name, 'else', account, 'columns', 80)),
				jsonb_build_object('<p', jsonb_build_object('join', jsonb_build_array(
					kam._say('half-year from $1 to $2', jsonb_build_object('month', half.first_month), jsonb_build_object('month', (half.first_month + interval '5 months')::date)),
					CASE WHEN NOT half.is_complete THEN kam._say('up to $1', jsonb_build_object('month', half.report_month)) END,
					CASE WHEN unit <> '' THEN kam._say('Amounts in $1', to_jsonb(unit)) END), 'by', ' - '), 'class', 'm'))),
			jsonb_build_object('<main', jsonb_build_array(
				kam._section('categories', 'By category',
					kam._page_consumption(account, half.first_month, 'category', 'Half-years, by the month in which they begin', false),
					kam._table('Full years, by the month in which they begin',
						jsonb_build_array(kam._column('Category', 'h'),
							jsonb_build_object('title', jsonb_build_object('month', (fiscal_year - interval '3 years')::date), 'class', 'n'),
							jsonb_build_object('title', jsonb_build_object('month', (fiscal_year - interval '2 years')::date), 'class', 'n'),
							jsonb_build_object('title', jsonb_build_object('month', (fiscal_year - interval '1 year')::date), 'class', 'n')),
						(SELECT jsonb_agg(jsonb_build_array(CASE WHEN r.level = 'account' THEN kam._say('All') ELSE jsonb_build_object('text', r.category, 'else', '-', 'columns', 60) END,
								kam._money(r.year_sales_y3), kam._money(r.year_sales_y2), kam._money(r.year_sales_y1))
								ORDER BY r.level = 'account' DESC, r.year_sales_y1 DESC, r.category COLLATE "C")
							FROM consumption_report AS r
							WHERE r.account_id::text = account AND r.half_year = half.first_month AND r.level <> 'product'
								AND (r.year_sales_y3, r.year_sales_y2, r.year_sales_y1) <> (0, 0, 0)))),
				kam._section('products', 'By product',
					kam._page_consumption(account, half.first_month, 'product', 'Half-years, by the month in which they begin', false),
					kam._page_consumption(account, half.first_month, 'product', 'Quantities', true),
					kam._note('Next half-year: the same half-year of the last twelve months, times the change of twelve months against the twelve before, at least a half and at most two. It is a guide for planning and no promise.'))))))),
		'lang', kam._say('en')), lang);
END
$$;
COMMENT ON FUNCTION kam.consumption_html(text, text, date, text) IS
'The consumption report of an account for a half-year (any day of it; NULL: the latest one that is complete) as one page of HTML, in ASCII, that refers to nothing outside itself and is made to be printed or sent: what it bought by category and product in the same half-year of three years and in this one, in money and quantities, three full years, and what to plan for the next half-year. account is its key as text. lang: en, ru, zh, de, or another one of the mart''s table translation. Only for the owner of the mart. Errors: an account without such a report, or a half-year other than the one of the latest report month and the one before (22023), NULL for account (22004), an infinite date (22008), an unknown language (22023).';
