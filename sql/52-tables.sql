-- The tables of a mart.  kam._execute puts the mart's own types in the place of
-- account_key and of numeric(24,4), the type of money.
CREATE FUNCTION kam._core_tables() RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN $ddl$
CREATE TABLE refresh_lock ();
COMMENT ON TABLE refresh_lock IS 'Locked in EXCLUSIVE mode by whoever changes computed tables or contract views. Has no rows.';

CREATE TABLE settings (
	only_row boolean NOT NULL DEFAULT true CONSTRAINT settings_have_one_row PRIMARY KEY CHECK (only_row),
	unit text NOT NULL DEFAULT 'account' CONSTRAINT unit_is_account_or_group CHECK (unit IN ('account', 'group')),
	first_month date NOT NULL DEFAULT '1990-01-01' CONSTRAINT first_month_is_first_of_a_month CHECK (extract(day FROM first_month) = 1 AND isfinite(first_month)),
	history_months integer NOT NULL DEFAULT 13 CONSTRAINT history_months_from_1_to_1200 CHECK (history_months BETWEEN 1 AND 1200),
	posting_lag_days integer NOT NULL DEFAULT 5 CONSTRAINT posting_lag_days_from_0_to_90 CHECK (posting_lag_days BETWEEN 0 AND 90),
	time_zone text NOT NULL DEFAULT current_setting('TimeZone'),
	key_rule text NOT NULL DEFAULT 'top' CONSTRAINT key_rule_is_top_pareto_or_share CHECK (key_rule IN ('top', 'pareto', 'share')),
	key_months integer NOT NULL DEFAULT 3 CONSTRAINT key_months_from_1_to_24 CHECK (key_months BETWEEN 1 AND 24),
	top integer NOT NULL DEFAULT 20 CONSTRAINT top_is_positive CHECK (top > 0),
	key_pareto numeric(5,4) NOT NULL DEFAULT 0.80 CONSTRAINT key_pareto_between_0_and_1 CHECK (key_pareto > 0 AND key_pareto <= 1),
	key_share numeric(5,4) NOT NULL DEFAULT 0.01 CONSTRAINT key_share_between_0_and_1 CHECK (key_share > 0 AND key_share <= 1),
	max_key integer NOT NULL DEFAULT 50 CONSTRAINT max_key_is_positive CHECK (max_key > 0),
	enter_months integer NOT NULL DEFAULT 2 CONSTRAINT enter_months_from_1_to_12 CHECK (enter_months BETWEEN 1 AND 12),
	leave_months integer NOT NULL DEFAULT 3 CONSTRAINT leave_months_from_1_to_12 CHECK (leave_months BETWEEN 1 AND 12),
	watch_ratio numeric(5,4) NOT NULL DEFAULT 0.70 CONSTRAINT watch_ratio_between_0_and_1 CHECK (watch_ratio > 0 AND watch_ratio <= 1),
	max_watch integer NOT NULL DEFAULT 12 CONSTRAINT max_watch_is_not_negative CHECK (max_watch >= 0),
	class_months integer NOT NULL DEFAULT 12 CONSTRAINT class_months_from_3_to_60 CHECK (class_months BETWEEN 3 AND 60),
	abc_measure text NOT NULL DEFAULT 'sales' CONSTRAINT abc_measure_is_sales_margin_or_weight CHECK (abc_measure IN ('sales', 'margin', 'weight')),
	abc_a numeric(5,4) NOT NULL DEFAULT 0.80,
	abc_b numeric(5,4) NOT NULL DEFAULT 0.95,
	cv_x double precision NOT NULL DEFAULT 0.10,
	cv_y double precision NOT NULL DEFAULT 0.25,
	frequency_x double precision NOT NULL DEFAULT 0.75,
	frequency_y double precision NOT NULL DEFAULT 0.50,
	new_months integer NOT NULL DEFAULT 6 CONSTRAINT new_months_from_1_to_12 CHECK (new_months BETWEEN 1 AND 12),
	alert_fall numeric(5,4) NOT NULL DEFAULT 0.30 CONSTRAINT alert_fall_between_0_and_1 CHECK (alert_fall > 0 AND alert_fall <= 1),
	alert_share numeric(5,4) NOT NULL DEFAULT 0.005 CONSTRAINT alert_share_between_0_and_1 CHECK (alert_share >= 0 AND alert_share <= 1),
	alert_deviations double precision NOT NULL DEFAULT 3.5 CONSTRAINT alert_deviations_from_0_to_100 CHECK (alert_deviations BETWEEN 0 AND 100),
	large_share numeric(5,4) NOT NULL DEFAULT 0.10 CONSTRAINT large_share_between_0_and_1 CHECK (large_share > 0 AND large_share <= 1),
	band_low numeric(5,4) NOT NULL DEFAULT 0.30,
	band_high numeric(5,4) NOT NULL DEFAULT 0.55,
	strategic_cap integer NOT NULL DEFAULT 20 CONSTRAINT strategic_cap_is_positive CHECK (strategic_cap > 0),
	strategic_min_score double precision NOT NULL DEFAULT 40 CONSTRAINT strategic_min_score_from_0_to_100 CHECK (strategic_min_score BETWEEN 0 AND 100),
	weight_method text NOT NULL DEFAULT 'centroid' CONSTRAINT weight_method_is_known CHECK (weight_method IN ('centroid', 'sum', 'reciprocal')),
	score_scale text NOT NULL DEFAULT 'rank' CONSTRAINT score_scale_is_rank_or_percentile CHECK (score_scale IN ('rank', 'percentile')),
	habit_gate double precision NOT NULL DEFAULT 80 CONSTRAINT habit_gate_from_0_to_100 CHECK (habit_gate BETWEEN 0 AND 100),
	habit_months integer NOT NULL DEFAULT 12 CONSTRAINT habit_months_from_1_to_120 CHECK (habit_months BETWEEN 1 AND 120),
	gate_overdue_days integer NOT NULL DEFAULT 30 CONSTRAINT gate_overdue_days_is_not_negative CHECK (gate_overdue_days >= 0),
	cash_days integer NOT NULL DEFAULT 3 CONSTRAINT cash_days_is_not_negative CHECK (cash_days >= 0),
	prospect_threshold double precision NOT NULL DEFAULT 0 CONSTRAINT prospect_threshold_is_not_negative CHECK (prospect_threshold >= 0 AND prospect_threshold < 'Infinity'),
	lost_after_days integer NOT NULL DEFAULT 180 CONSTRAINT lost_after_days_from_30_to_3650 CHECK (lost_after_days BETWEEN 30 AND 3650),
	late_percentile double precision NOT NULL DEFAULT 0.90 CONSTRAINT late_percentile_between_0_and_1 CHECK (late_percentile > 0 AND late_percentile <= 1),
	late_min_days integer NOT NULL DEFAULT 30 CONSTRAINT late_min_days_is_not_negative CHECK (late_min_days >= 0),
	silence_factor double precision NOT NULL DEFAULT 4 CONSTRAINT silence_factor_from_1_to_100 CHECK (silence_factor BETWEEN 1 AND 100),
	silence_months integer NOT NULL DEFAULT 4 CONSTRAINT silence_months_from_1_to_60 CHECK (silence_months BETWEEN 1 AND 60),
	order_fall numeric(5,4) NOT NULL DEFAULT 0.50 CONSTRAINT order_fall_between_0_and_1 CHECK (order_fall > 0 AND order_fall <= 1),
	assortment_fall numeric(5,4) NOT NULL DEFAULT 0.50 CONSTRAINT assortment_fall_between_0_and_1 CHECK (assortment_fall > 0 AND assortment_fall <= 1),
	alive_threshold double precision NOT NULL DEFAULT 0.5 CONSTRAINT alive_threshold_between_0_and_1 CHECK (alive_threshold >= 0 AND alive_threshold <= 1),
	value_months integer NOT NULL DEFAULT 36 CONSTRAINT value_months_from_1_to_120 CHECK (value_months BETWEEN 1 AND 120),
	discount_rate double precision NOT NULL DEFAULT 0.10 CONSTRAINT discount_rate_from_0_to_1 CHECK (discount_rate BETWEEN 0 AND 1),
	max_product_accounts integer NOT NULL DEFAULT 500 CONSTRAINT max_product_accounts_is_not_negative CHECK (max_product_accounts >= 0),
	top_products integer NOT NULL DEFAULT 20 CONSTRAINT top_products_is_positive CHECK (top_products > 0),
	fiscal_year_start integer NOT NULL DEFAULT 1 CONSTRAINT fiscal_year_start_is_a_month CHECK (fiscal_year_start BETWEEN 1 AND 12),
	currency_label text NOT NULL DEFAULT '',
	amounts_include_vat boolean NOT NULL DEFAULT false,
	visit_days integer NOT NULL DEFAULT 31 CONSTRAINT visit_days_from_1_to_366 CHECK (visit_days BETWEEN 1 AND 366),
	executive_visit_days integer NOT NULL DEFAULT 182 CONSTRAINT executive_visit_days_from_1_to_1830 CHECK (executive_visit_days BETWEEN 1 AND 1830),
	executive_hours numeric(5,1) NOT NULL DEFAULT 160 CONSTRAINT executive_hours_from_1_to_744 CHECK (executive_hours BETWEEN 1 AND 744),
	executive_share numeric(5,4) NOT NULL DEFAULT 0.3333 CONSTRAINT executive_share_between_0_and_1 CHECK (executive_share >= 0 AND executive_share <= 1),
	contact_days integer NOT NULL DEFAULT 182 CONSTRAINT contact_days_from_1_to_1830 CHECK (contact_days BETWEEN 1 AND 1830),
	case_days integer NOT NULL DEFAULT 7 CONSTRAINT case_days_from_0_to_366 CHECK (case_days BETWEEN 0 AND 366),
	inform_days integer NOT NULL DEFAULT 1 CONSTRAINT inform_days_from_0_to_366 CHECK (inform_days BETWEEN 0 AND 366),
	report_months integer NOT NULL DEFAULT 6 CONSTRAINT report_months_from_1_to_24 CHECK (report_months BETWEEN 1 AND 24),
	survey_months integer NOT NULL DEFAULT 12 CONSTRAINT survey_months_from_1_to_60 CHECK (survey_months BETWEEN 1 AND 60),
	survey_half_life integer NOT NULL DEFAULT 365 CONSTRAINT survey_half_life_from_30_to_3650 CHECK (survey_half_life BETWEEN 30 AND 3650),
	dossier_days integer NOT NULL DEFAULT 31 CONSTRAINT dossier_days_from_1_to_366 CHECK (dossier_days BETWEEN 1 AND 366),
	season_days integer NOT NULL DEFAULT 60 CONSTRAINT season_days_from_1_to_183 CHECK (season_days BETWEEN 1 AND 183),
	bonus_reach numeric(5,4) NOT NULL DEFAULT 0.10 CONSTRAINT bonus_reach_between_0_and_1 CHECK (bonus_reach >= 0 AND bonus_reach <= 1),
	agenda_days integer NOT NULL DEFAULT 14 CONSTRAINT agenda_days_from_0_to_366 CHECK (agenda_days BETWEEN 0 AND 366),
	managers_edit_own boolean NOT NULL DEFAULT false,
	managers_read_own boolean NOT NULL DEFAULT false,
	kam_version text NOT NULL,
	CONSTRAINT top_is_at_most_max_key CHECK (top <= max_key),
	CONSTRAINT abc_cuts_rise CHECK (abc_a > 0 AND abc_a <= abc_b AND abc_b <= 1),
	CONSTRAINT cv_cuts_rise CHECK (cv_x >= 0 AND cv_x <= cv_y AND cv_y < 'Infinity'),
	CONSTRAINT frequency_cuts_fall CHECK (frequency_y >= 0 AND frequency_y <= frequency_x AND frequency_x <= 1),
	CONSTRAINT band_rises CHECK (band_low >= 0 AND band_low <= band_high AND band_high <= 1)
);
COMMENT ON TABLE settings IS 'One row: how the report is computed. Changes take effect at the next refresh, in all report months that are not closed.';
COMMENT ON COLUMN settings.only_row IS 'Always true: there is one row.';
COMMENT ON COLUMN settings.unit IS 'What is ranked: account, or group (the members of a group count as one, under its head).';
COMMENT ON COLUMN settings.first_month IS 'Lines before this month are set aside as faults.';
COMMENT ON COLUMN settings.history_months IS 'How many report months the first refresh computes.';
COMMENT ON COLUMN settings.posting_lag_days IS 'Days after the end of a month until its sales are taken as posted.';
COMMENT ON COLUMN settings.time_zone IS 'Zone in which moments (timestamp with time zone) become dates, and in which today is asked. Which zones there are depends on the machine, so that a refresh asks, and not a constraint.';
COMMENT ON COLUMN settings.key_rule IS 'Who is key: top (the first top accounts), pareto (the fewest that make key_pareto of the positive sales of the key window), share (key_share or more of the booked sales of the key window). Never more than max_key ranks.';
COMMENT ON COLUMN settings.key_months IS 'Months of the key window: rank and key_average go by its net sales.';
COMMENT ON COLUMN settings.top IS 'Ranks that are key by the rule top; equal ones are all in.';
COMMENT ON COLUMN settings.key_pareto IS 'Part of the sales that the key accounts make by the rule pareto.';
COMMENT ON COLUMN settings.key_share IS 'Smallest share of a key account by the rule share.';
COMMENT ON COLUMN settings.max_key IS 'Cap: no rank above it is key, whatever the rule.';
COMMENT ON COLUMN settings.enter_months IS 'Months in a row in the key list until an account is managed as key.';
COMMENT ON COLUMN settings.leave_months IS 'Months in a row out of the key list until an account is no longer managed as key.';
COMMENT ON COLUMN settings.watch_ratio IS 'An account is close to key from this part of the last key account''s average.';
COMMENT ON COLUMN settings.max_watch IS 'Ranks behind the key list that can be on the watch list; equal ones are all in.';
COMMENT ON COLUMN settings.class_months IS 'Months of the class window: ABC, CV, frequency and trend.';
COMMENT ON COLUMN settings.abc_measure IS 'What ABC goes by: net sales, margin (net sales less cost) or weight (the quantity of the mart).';
COMMENT ON COLUMN settings.abc_a IS 'Part of the total that class A makes.';
COMMENT ON COLUMN settings.abc_b IS 'Part of the total that classes A and B make.';
COMMENT ON COLUMN settings.cv_x IS 'Largest coefficient of variation of class X.';
COMMENT ON COLUMN settings.cv_y IS 'Largest coefficient of variation of class Y.';
COMMENT ON COLUMN settings.frequency_x IS 'Smallest part of active months of class X.';
COMMENT ON COLUMN settings.frequency_y IS 'Smallest part of active months of class Y.';
COMMENT ON COLUMN settings.new_months IS 'Accounts younger than this many months have no frequency class: they are new.';
COMMENT ON COLUMN settings.alert_fall IS 'Smallest fall of three months'' sales that raises an alert.';
COMMENT ON COLUMN settings.alert_share IS 'Smallest loss that raises an alert, as part of the booked sales of the three months before.';
COMMENT ON COLUMN settings.alert_deviations IS 'Smallest loss that raises an alert, in standard deviations of the account''s monthly net sales over the class window (cv times their mean): what it swings by anyway is no news.';
COMMENT ON COLUMN settings.large_share IS 'Part of twelve months'' booked sales from which an account or group is large: others depend on it.';
COMMENT ON COLUMN settings.band_low IS 'Usual share of the key accounts in all sales: lower end.';
COMMENT ON COLUMN settings.band_high IS 'Usual share of the key accounts in all sales: upper end.';
COMMENT ON COLUMN settings.strategic_cap IS 'Ranks that are proposed as strategic, equal ones all in: real differentiation is hard to create, to pay for and to keep.';
COMMENT ON COLUMN settings.strategic_min_score IS 'Smallest score of an account that is proposed as strategic.';
COMMENT ON COLUMN settings.weight_method IS 'How the priorities of the criteria become weights where none are given: centroid, sum or reciprocal, see kam.rank_weights.';
COMMENT ON COLUMN settings.score_scale IS 'Scale on which candidates are compared by a criterion: rank or percentile, see kam.strategic_score.';
COMMENT ON COLUMN settings.habit_gate IS 'Payment habit from which payment is excellent.';
COMMENT ON COLUMN settings.habit_months IS 'Months that the payment habit goes by: items issued or paid in them, and all that are open.';
COMMENT ON COLUMN settings.gate_overdue_days IS 'Days overdue beyond which an open item closes the gate, whatever the habit.';
COMMENT ON COLUMN settings.cash_days IS 'Days from issue to payment that count as cash.';
COMMENT ON COLUMN settings.prospect_threshold IS 'Rating of wallet, budget or competitor_share above which a new or small account is a prospect.';
COMMENT ON COLUMN settings.lost_after_days IS 'Days without a purchase after which an account is lost, however few purchases it made; one with a season not before the season has passed.';
COMMENT ON COLUMN settings.late_percentile IS 'An account of three purchases or more is late when it is silent for longer than this part of its own gaps.';
COMMENT ON COLUMN settings.late_min_days IS 'Fewest days of silence of a late account.';
COMMENT ON COLUMN settings.silence_factor IS 'An account of three purchases or more is silent when it has not bought for so many times its own median gap.';
COMMENT ON COLUMN settings.silence_months IS 'An account is inactive when it has bought in none of so many months.';
COMMENT ON COLUMN settings.order_fall IS 'Orders are smaller when the average order of three months is less by this part than that of the twelve months before.';
COMMENT ON COLUMN settings.assortment_fall IS 'The assortment is narrower when an account that buys has bought fewer products in three months, by this part, than on average in those of the four quarters before in which it bought.';
COMMENT ON COLUMN settings.alive_threshold IS 'An account is doubtful when the model gives it a smaller probability of being alive.';
COMMENT ON COLUMN settings.value_months IS 'Months ahead that the discounted value counts.';
COMMENT ON COLUMN settings.discount_rate IS 'Rate a year by which future sales or margin are discounted.';
COMMENT ON COLUMN settings.max_product_accounts IS 'Ranks by twelve months up to which accounts of class A are read by product; key, managed, watched, strategic and alerted ones always are.';
COMMENT ON COLUMN settings.top_products IS 'Products of a category, by its net sales of twelve months, that make the top assortment; equal ones are all in.';
COMMENT ON COLUMN settings.fiscal_year_start IS 'Calendar month in which the fiscal year begins, 1 to 12.';
COMMENT ON COLUMN settings.currency_label IS 'Name of the currency, for titles.';
COMMENT ON COLUMN settings.amounts_include_vat IS 'Whether the amounts include value added tax, for titles.';
COMMENT ON COLUMN settings.visit_days IS 'Days within which each key account is visited again.';
COMMENT ON COLUMN settings.executive_visit_days IS 'Days within which an executive visits it again.';
COMMENT ON COLUMN settings.executive_hours IS 'Working hours of an executive in a month.';
COMMENT ON COLUMN settings.executive_share IS 'Part of these that is meant for visits.';
COMMENT ON COLUMN settings.contact_days IS 'Days since the last talk with a person up to which we are in touch.';
COMMENT ON COLUMN settings.case_days IS 'Days to settle a case that has no day of its own.';
COMMENT ON COLUMN settings.inform_days IS 'Days within which accounts are told of an announcement, and management of news of an account.';
COMMENT ON COLUMN settings.report_months IS 'Months from one consumption report for an account to the next.';
COMMENT ON COLUMN settings.survey_months IS 'Months within which an account is asked for its opinion again.';
COMMENT ON COLUMN settings.survey_half_life IS 'Days after which an answer counts half as much.';
COMMENT ON COLUMN settings.dossier_days IS 'Days in which the dossier of a new key account, and the roles in its decisions, become known.';
COMMENT ON COLUMN settings.season_days IS 'Days before a season in which its need is agreed on.';
COMMENT ON COLUMN settings.bonus_reach IS 'What may be missing to a step of a bonus that is within reach, as part of it.';
COMMENT ON COLUMN settings.agenda_days IS 'How many days ahead the agenda looks.';
COMMENT ON COLUMN settings.managers_edit_own IS 'Whether roles edit in registers only what is said of the accounts of their manager, see manager_role. Only the owner of the mart sets it.';
COMMENT ON COLUMN settings.managers_read_own IS 'Whether they also see only that, in registers and in the reports made of them. Only the owner of the mart sets it.';
COMMENT ON COLUMN settings.kam_version IS 'Version of kam that the mart was made or upgraded by.';

CREATE TABLE binding (
	contract text NOT NULL,
	column_name text NOT NULL,
	expression text NOT NULL,
	bound_at timestamptz NOT NULL DEFAULT now(),
	bound_by text NOT NULL DEFAULT current_user,
	PRIMARY KEY (contract, column_name)
);
COMMENT ON TABLE binding IS 'One row per contract view and column that is bound: the expression it was made from. The rows named relation have the table.';

CREATE TABLE excluded_account (
	account_id account_key NOT NULL CONSTRAINT account_code_is_short CHECK (octet_length(account_id::text) <= 1024),
	reason text NOT NULL CONSTRAINT reason_is_given CHECK (btrim(reason) <> ''),
	excluded_at timestamptz NOT NULL DEFAULT now(),
	excluded_by text NOT NULL DEFAULT current_user,
	PRIMARY KEY (account_id)
);
COMMENT ON TABLE excluded_account IS 'One row per account that is not ranked (cash sales, staff, sister companies). Its sales stay in the booked total.';

CREATE TABLE account_alias (
	old_account_id account_key NOT NULL,
	account_id account_key NOT NULL,
	since date CONSTRAINT since_is_first_of_a_month CHECK (extract(day FROM since) = 1),
	merged_at timestamptz NOT NULL DEFAULT now(),
	merged_by text NOT NULL DEFAULT current_user,
	PRIMARY KEY (old_account_id),
	CONSTRAINT account_codes_are_short CHECK (octet_length(old_account_id::text) <= 1024 AND octet_length(account_id::text) <= 1024),
	CONSTRAINT alias_is_another_account CHECK (old_account_id <> account_id)
);
COMMENT ON TABLE account_alias IS 'One row per account code whose sales count for another account, from the month since on, or always if since is NULL. Deleting the row undoes it at the next refresh.';

CREATE TABLE override (
	override_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	account_id account_key NOT NULL CONSTRAINT account_code_is_short CHECK (octet_length(account_id::text) <= 1024),
	status text NOT NULL CONSTRAINT status_is_key_or_strategic CHECK (status IN ('key', 'strategic')),
	is_granted boolean NOT NULL,
	reason text NOT NULL CONSTRAINT reason_is_given CHECK (btrim(reason) <> ''),
	valid_from date NOT NULL DEFAULT (date_trunc('month', current_date) - interval '1 month')::date,
	valid_until date,
	set_at timestamptz NOT NULL DEFAULT now(),
	set_by text NOT NULL DEFAULT current_user,
	CONSTRAINT override_ends_after_it_begins CHECK (valid_until >= valid_from),
	UNIQUE (account_id, status, valid_from)
);
COMMENT ON TABLE override IS 'One row per decision of people about an account: it is (is_granted) or is not key or strategic, with the reason, from valid_from (by default the month before this one, so that the report of that month shows it) until valid_until. The newest in force at the end of the report month counts; what was computed stays visible beside it.';

CREATE TABLE criterion (
	criterion text PRIMARY KEY CONSTRAINT criterion_is_given CHECK (btrim(criterion) <> ''),
	criterion_set text NOT NULL DEFAULT 'strategic',
	priority integer NOT NULL CONSTRAINT priority_is_positive CHECK (priority > 0),
	label text NOT NULL CONSTRAINT label_is_given CHECK (btrim(label) <> ''),
	kind text NOT NULL CONSTRAINT kind_is_value_or_flag CHECK (kind IN ('value', 'flag')),
	source text NOT NULL CONSTRAINT source_is_known CHECK (source IN ('computed', 'account_month', 'account', 'rating')),
	source_column text,
	is_gated boolean NOT NULL DEFAULT false,
	is_active boolean NOT NULL DEFAULT true,
	weight double precision CONSTRAINT weight_is_not_negative CHECK (weight >= 0 AND weight <= 1000000),
	CONSTRAINT column_is_given CHECK (source IN ('computed', 'rating') OR source_column IS NOT NULL)
);
COMMENT ON TABLE criterion IS 'One row per criterion of strategic accounts, in the order of priority. The value is computed, or a column of account_month or of the view account, or the newest value of the rating register. Active ones count. Weights: those given, and then a criterion without one counts nothing; where none is given the priorities make them (settings.weight_method). Meant to be edited.';
COMMENT ON COLUMN criterion.kind IS 'value: compared among the candidates (settings.score_scale), 0 unless above zero. flag: 1 where it is above zero, else 0.';
COMMENT ON COLUMN criterion.source IS 'computed (those that kam knows by name; distributor: the channel says distributor, representative, dealer or agent), account_month or account (a column of it), or rating.';
COMMENT ON COLUMN criterion.is_gated IS 'Counts only with excellent payment habits.';
INSERT INTO criterion (criterion, criterion_set, priority, label, kind, source, is_gated, is_active) VALUES
	('money', 'strategic', 1, 'Large purchases in money', 'value', 'computed', true, true),
	('distributor', 'strategic', 2, 'Distributor or representative', 'flag', 'computed', true, true),
	('kilograms', 'strategic', 3, 'Large purchases in kilograms', 'value', 'computed', true, true),
	('profitability', 'strategic', 4, 'High profitability', 'value', 'computed', true, true),
	('growth', 'strategic', 5, 'High growth potential', 'value', 'computed', false, true),
	('loyalty', 'strategic', 6, 'High loyalty: buys without gaps', 'value', 'computed', false, true),
	('test_partner', 'strategic', 7, 'Small customer that tests and evaluates with us', 'flag', 'computed', false, true),
	('slow_stock', 'strategic', 8, 'Takes non-conforming and slow-moving stock', 'value', 'computed', false, true),
	('prestige', 'strategic', 9, 'Prestige', 'flag', 'computed', false, true),
	('multinational', 'strategic', 10, 'Multinational, interesting elsewhere', 'flag', 'computed', false, true),
	('cash_payer', 'strategic', 11, 'Pays cash, with excellent habits', 'flag', 'computed', false, true),
	('profit', 'membership', 1, 'Brings good profit', 'value', 'computed', false, false),
	('reliability', 'membership', 2, 'Reliable partner', 'value', 'computed', false, false),
	('long_term', 'membership', 3, 'Plans long-term co-operation', 'value', 'rating', false, false),
	('sales_growth', 'membership', 4, 'Contributes to the growth of sales', 'value', 'computed', false, false),
	('new_income', 'membership', 5, 'Opens new ways of income', 'value', 'rating', false, false),
	('reputation', 'membership', 6, 'Affects our reputation', 'value', 'rating', false, false);

CREATE TABLE rating (
	rating_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
	account_id account_key NOT NULL CONSTRAINT account_code_is_short CHECK (octet_length(account_id::text) <= 1024),
	criterion text NOT NULL CONSTRAINT criterion_is_given CHECK (btrim(criterion) <> ''),
	value double precision NOT NULL CONSTRAINT value_is_finite CHECK (value > '-Infinity' AND value < 'Infinity'),
	rated_on date NOT NULL DEFAULT current_date,
	rated_by text NOT NULL DEFAULT current_user,
	reason text,
	UNIQUE (account_id, criterion, rated_on)
);
COMMENT ON TABLE rating IS 'One row per value that people give an account by a criterion. The newest until the end of the report month counts, or the oldest if all are newer. wallet, budget and competitor_share make prospects.';

CREATE TABLE cell_policy (
	abc_class text NOT NULL CONSTRAINT abc_class_is_a_b_or_c CHECK (abc_class IN ('A', 'B', 'C', '-')),
	xyz_class text NOT NULL CONSTRAINT xyz_class_is_x_y_or_z CHECK (xyz_class IN ('X', 'Y', 'Z', '-')),
	advice_managed text NOT NULL,
	advice_other text NOT NULL,
	PRIMARY KEY (abc_class, xyz_class),
	CONSTRAINT no_class_has_no_letters CHECK ((abc_class = '-') = (xyz_class = '-'))
);
COMMENT ON TABLE cell_policy IS 'One row per cell of the ABC-XYZ matrix, and one (-, -) for accounts without class: what to do, for managed key accounts and for others. Meant to be edited.';
INSERT INTO cell_policy VALUES
	('A', 'X', 'Protect: executive sponsor, monthly visit, supply first', 'Protect: named contact, supply without gaps'),
	('A', 'Y', 'Secure the rhythm: joint plan, find the cause of the gaps', 'Find the cause of the gaps'),
	('A', 'Z', 'Project business? Watch credit and capacity, win the base load', 'Ask for the plan of purchases, win the base load'),
	('B', 'X', 'Grow: watch list first, widen the assortment', 'Grow: widen the assortment'),
	('B', 'Y', 'Develop: one aim a quarter', 'Develop where there is potential'),
	('B', 'Z', 'Clear up whether it stays a key account', 'Offers that bring them back between purchases'),
	('C', 'X', 'Clear up whether it stays a key account', 'Serve at low cost: automatic orders'),
	('C', 'Y', 'Clear up whether it stays a key account', 'Serve at low cost'),
	('C', 'Z', 'Clear up whether it stays a key account', 'Minimal service; win back those who were larger'),
	('-', '-', 'New, or nothing sold net: look at each', 'New, or nothing sold net');

CREATE TABLE quality_resolution (
	check_name text NOT NULL,
	scope text NOT NULL DEFAULT '',
	resolved_by text NOT NULL DEFAULT current_user,
	resolved_at timestamptz NOT NULL DEFAULT now(),
	valid_until date,
	reason text NOT NULL CONSTRAINT reason_is_given CHECK (btrim(reason) <> ''),
	PRIMARY KEY (check_name, scope)
);
COMMENT ON TABLE quality_resolution IS 'One row per finding of data_quality that is known: it is muted until valid_until. An empty scope mutes all findings of the check.';

CREATE TABLE translation (
	lang text NOT NULL CONSTRAINT lang_is_given CHECK (btrim(lang) <> ''),
	english text NOT NULL,
	said text NOT NULL,
	PRIMARY KEY (lang, english)
);
COMMENT ON TABLE translation IS 'One row per language and English text of kam.words() that pages say otherwise than kam does: words of the company, or a language that kam does not speak. What is missing is said as in the shipped language of that name, or in English.';
COMMENT ON COLUMN translation.lang IS 'Name of the language, as given to kam.report_html.';
COMMENT ON COLUMN translation.english IS 'The English text; also a text of one''s own, such as an advice or a reason.';

CREATE TABLE refresh_log (
	refresh_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	as_of date,
	since date,
	report_month date,
	status text NOT NULL DEFAULT 'running',
	step text NOT NULL DEFAULT 'start',
	month date,
	line_count bigint,
	month_count integer,
	started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	step_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	finished_at timestamptz,
	sales_seconds double precision,
	report_seconds double precision,
	posted_until date,
	started_by text NOT NULL DEFAULT current_user,
	pid integer NOT NULL DEFAULT pg_backend_pid()
);
COMMENT ON TABLE refresh_log IS 'One row per refresh: its step (sales, report, done), the report month it is at, and status running, done or abandoned.';

CREATE TABLE month_log (
	report_month date NOT NULL,
	action text NOT NULL CHECK (action IN ('close', 'reopen')),
	reason text,
	done_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	done_by text NOT NULL DEFAULT current_user
);
COMMENT ON TABLE month_log IS 'One row per closing or reopening of a report month.';

CREATE TABLE month_book (
	month date PRIMARY KEY,
	book kam.book,
	rest kam.book,
	slow kam.book,
	line_count bigint NOT NULL,
	last_purchase date,
	fingerprint text NOT NULL,
	changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE month_book IS 'One row per calendar month with sales, as they stand today: the ledgers of its accounts, and the rest: of the lines without account (key empty) and of service products (P and the product); and what the accounts took of slow-moving and non-conforming products.';

CREATE TABLE account_label (
	account_id account_key NOT NULL,
	head_id account_key,
	account_name text,
	manager text,
	account_group text,
	industry text,
	region text,
	country text,
	channel text,
	credit_limit numeric(24,4),
	payment_terms text,
	is_prestige boolean,
	is_multinational boolean,
	is_image_maker boolean,
	is_expert boolean,
	is_test_partner boolean,
	exclusion text,
	PRIMARY KEY (account_id)
);
CREATE INDEX account_label_marked ON account_label (account_id) WHERE is_image_maker OR is_expert;
COMMENT ON TABLE account_label IS 'One row per account of the bound account table or of the sales, as labelled today.';

CREATE TABLE account_month (
	report_month date NOT NULL,
	account_id account_key NOT NULL,
	sales_amount numeric(24,4) NOT NULL,
	credited_amount numeric(24,4) NOT NULL,
	cost_amount numeric(24,4),
	sold_quantity numeric(20,4),
	line_count integer NOT NULL,
	purchase_day_count smallint NOT NULL,
	rank integer,
	previous_rank integer,
	rank_year_before integer,
	is_key boolean NOT NULL,
	is_capped boolean NOT NULL,
	was_key boolean,
	is_watch boolean NOT NULL,
	is_managed boolean NOT NULL,
	is_alert boolean NOT NULL,
	key_run smallint,
	last_key_month date,
	managed_since date,
	managed_reason text,
	exclusion text,
	key_average numeric(24,4) NOT NULL,
	key_active_months smallint NOT NULL,
	sales_m1 numeric(24,4) NOT NULL,
	sales_m2 numeric(24,4) NOT NULL,
	sales_m12 numeric(24,4) NOT NULL,
	sales_3m_before numeric(24,4) NOT NULL,
	sales_3m_year_before numeric(24,4) NOT NULL,
	sales_12m numeric(24,4) NOT NULL,
	sales_12m_before numeric(24,4) NOT NULL,
	credited_12m numeric(24,4) NOT NULL,
	cost_12m numeric(24,4),
	quantity_12m numeric(20,4),
	purchase_days_12m integer NOT NULL,
	share double precision,
	cumulative_share double precision,
	abc_value numeric(28,8),
	abc_rank integer,
	abc_cumulative_share double precision,
	abc_class text,
	previous_abc_class text,
	abc_margin_class text,
	cv double precision,
	cv_class text,
	active_months smallint NOT NULL,
	frequency_class text,
	previous_frequency_class text,
	trend double precision,
	trend_p double precision,
	first_purchase date,
	last_purchase date,
	age_months integer,
	median_gap_days double precision,
	account_name text,
	manager text,
	account_group text,
	industry text,
	region text,
	country text,
	channel text,
	PRIMARY KEY (report_month, account_id)
);
COMMENT ON TABLE account_month IS 'One row per report month and account that bought until then: what refresh computed, with the labels of that time.';
CREATE INDEX account_month_account ON account_month (account_id, report_month);
CREATE INDEX account_month_listed ON account_month (report_month) 
	WHERE is_key OR was_key OR is_managed OR is_watch OR is_alert OR managed_reason IS NOT NULL;

CREATE TABLE group_month (
	report_month date NOT NULL,
	account_group text NOT NULL,
	member_count integer NOT NULL,
	sales_12m numeric(24,4) NOT NULL,
	margin_12m numeric(24,4),
	PRIMARY KEY (report_month, account_group)
);
COMMENT ON TABLE group_month IS 'One row per report month and group of accounts.';

CREATE TABLE member_month (
	report_month date NOT NULL,
	head_id account_key NOT NULL,
	account_id account_key NOT NULL,
	account_name text,
	sales_amount numeric(24,4) NOT NULL,
	credited_amount numeric(24,4) NOT NULL,
	sales_12m numeric(24,4) NOT NULL,
	last_purchase date,
	PRIMARY KEY (report_month, head_id, account_id)
);
COMMENT ON TABLE member_month IS 'One row per report month, head and member, where groups are ranked.';

CREATE TABLE report_month (
	report_month date PRIMARY KEY,
	fingerprint text NOT NULL,
	score_fingerprint text,
	computed_at timestamptz NOT NULL,
	refresh_id bigint NOT NULL,
	is_closed boolean NOT NULL DEFAULT false,
	closed_at timestamptz,
	closed_by text,
	compared text,
	posted_until date,
	has_cost boolean NOT NULL,
	has_quantity boolean NOT NULL,
	sales_amount numeric(24,4) NOT NULL,
	credited_amount numeric(24,4) NOT NULL,
	sales_12m numeric(24,4) NOT NULL,
	margin_12m numeric(24,4),
	credited_12m numeric(24,4) NOT NULL,
	unattributed_amount numeric(24,4) NOT NULL,
	unattributed_credited_amount numeric(24,4) NOT NULL,
	unattributed_line_count integer NOT NULL,
	unattributed_12m numeric(24,4) NOT NULL,
	service_amount numeric(24,4) NOT NULL,
	service_credited_amount numeric(24,4) NOT NULL,
	service_12m numeric(24,4) NOT NULL,
	ranked_count integer NOT NULL,
	classed_count integer NOT NULL,
	key_count integer NOT NULL,
	managed_count integer NOT NULL,
	capped_count integer NOT NULL,
	cut_average numeric(24,4),
	last_key_to_median double precision,
	natural_cut integer,
	natural_cut_ratio double precision,
	key_share double precision,
	top_20_percent_share double precision,
	accounts_for_80_percent double precision,
	hhi double precision,
	gini double precision,
	hhi_before_credits double precision,
	gini_before_credits double precision,
	key_share_before_credits double precision
);
COMMENT ON TABLE report_month IS 'One row per report month: its totals, concentration and state. A closed one is never computed again.';

CREATE TABLE report_setting (
	report_month date PRIMARY KEY REFERENCES report_month ON DELETE CASCADE,
	LIKE settings
);
COMMENT ON TABLE report_setting IS 'One row per report month: the settings it was computed with.';

CREATE TABLE receivable_month (
	report_month date NOT NULL,
	account_id account_key NOT NULL,
	item_count integer NOT NULL,
	payment_habit double precision,
	days_to_pay double precision,
	days_late double precision,
	cash_share double precision,
	worst_days_late integer,
	billed_amount numeric(24,4) NOT NULL,
	open_receivable numeric(24,4) NOT NULL,
	overdue_receivable numeric(24,4) NOT NULL,
	gate_overdue numeric(24,4) NOT NULL,
	PRIMARY KEY (report_month, account_id)
);
COMMENT ON TABLE receivable_month IS 'One row per report month and account with receivables, as they stood at the end of the month.';

CREATE TABLE receivable_total (
	report_month date PRIMARY KEY,
	billed_amount numeric(24,4) NOT NULL,
	billed_3m numeric(24,4) NOT NULL,
	open_receivable numeric(24,4) NOT NULL,
	overdue_receivable numeric(24,4) NOT NULL,
	payment_habit double precision,
	days_to_pay double precision,
	days_late double precision,
	dso_simple_3m double precision,
	dso_count_back double precision
);
COMMENT ON TABLE receivable_total IS 'One row per report month: the receivables of all accounts at the end of the month.';

CREATE TABLE account_receivable (
	account_id account_key NOT NULL PRIMARY KEY,
	as_of date NOT NULL,
	open_amount numeric(24,4) NOT NULL,
	current_amount numeric(24,4) NOT NULL,
	overdue_1_30_amount numeric(24,4) NOT NULL,
	overdue_31_60_amount numeric(24,4) NOT NULL,
	overdue_61_90_amount numeric(24,4) NOT NULL,
	overdue_over_90_amount numeric(24,4) NOT NULL,
	overdue_amount numeric(24,4) NOT NULL,
	oldest_due_on date,
	payment_habit double precision,
	days_to_pay double precision,
	days_late double precision,
	cash_share double precision,
	item_count integer NOT NULL
);
COMMENT ON TABLE account_receivable IS 'One row per account with receivables, as they stood on the day of the refresh.';

CREATE TABLE strategic_month (
	report_month date NOT NULL,
	account_id account_key NOT NULL,
	score double precision NOT NULL,
	coverage double precision NOT NULL,
	score_rank integer NOT NULL,
	gate text NOT NULL,
	gate_reason text NOT NULL,
	is_within_cap boolean NOT NULL,
	is_proposed boolean NOT NULL,
	is_strategic boolean NOT NULL,
	was_strategic boolean NOT NULL,
	override_id bigint,
	previous_score double precision,
	previous_rank integer,
	reasons text,
	raw_values double precision[] NOT NULL,
	normalized double precision[] NOT NULL,
	contributions double precision[] NOT NULL,
	PRIMARY KEY (report_month, account_id)
);
CREATE INDEX strategic_month_strategic ON strategic_month (report_month) WHERE is_strategic;
COMMENT ON TABLE strategic_month IS 'One row per report month and candidate: its score among the candidates, and what follows from it.';

CREATE TABLE criterion_month (
	report_month date NOT NULL,
	ordinal integer NOT NULL,
	criterion text NOT NULL,
	priority integer NOT NULL,
	label text NOT NULL,
	kind text NOT NULL,
	is_gated boolean NOT NULL,
	weight double precision NOT NULL,
	known_count integer,
	PRIMARY KEY (report_month, ordinal)
);
COMMENT ON TABLE criterion_month IS 'One row per report month and active criterion: its place in the lists of strategic_month, its weight, and of how many candidates it is known.';

CREATE TABLE left_out_part (
	report_month date NOT NULL REFERENCES report_month ON DELETE CASCADE,
	kind text NOT NULL,
	item text NOT NULL,
	item_name text,
	reason text,
	month_amount numeric(24,4) NOT NULL,
	sales_12m numeric(24,4) NOT NULL,
	PRIMARY KEY (report_month, kind, item)
);
COMMENT ON TABLE left_out_part IS 'One row per report month and account, service product or other part that is booked but not ranked.';

CREATE TABLE account_to_date (
	account_id account_key,
	account_name text,
	manager text,
	is_key boolean NOT NULL,
	month date NOT NULL,
	posted_until date NOT NULL,
	working_days integer NOT NULL,
	to_date_amount numeric(24,4) NOT NULL,
	month_before_amount numeric(24,4) NOT NULL,
	year_before_amount numeric(24,4) NOT NULL
);
COMMENT ON TABLE account_to_date IS 'One row per key, managed or watched account, and one for all others together: the running month against the same working days of the month before and of the same month a year before.';

CREATE TABLE closed_difference (
	report_month date NOT NULL REFERENCES report_month ON DELETE CASCADE,
	account_id account_key,
	part text NOT NULL,
	frozen_amount numeric(24,4) NOT NULL,
	present_amount numeric(24,4) NOT NULL,
	change_amount numeric(24,4) NOT NULL,
	frozen_credited_amount numeric(24,4) NOT NULL,
	present_credited_amount numeric(24,4) NOT NULL,
	found_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE closed_difference IS 'One row per closed report month and account whose sales of that month are no longer what they were when it was computed, and one each for lines without account and services.';
CREATE INDEX closed_difference_month ON closed_difference (report_month);

CREATE TABLE quality_finding (
	check_name text NOT NULL,
	scope text NOT NULL DEFAULT '',
	source text NOT NULL CHECK (source IN ('refresh', 'check_data')),
	found_count bigint NOT NULL,
	found_amount numeric(24,4),
	explanation text NOT NULL,
	query text NOT NULL,
	found_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (check_name, scope)
);
COMMENT ON TABLE quality_finding IS 'One row per check and scope that found something in the data, with the query that lists it.';
$ddl$;
COMMENT ON FUNCTION kam._core_tables() IS 'Tables of a mart: settings, registers, and what refresh computes from sales, receivables and ratings.';
