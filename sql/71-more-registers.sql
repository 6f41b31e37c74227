-- The registers that kam.add_register makes when they are wanted.
CREATE FUNCTION kam._more_registers() RETURNS TABLE (register text, given_by text, requires text[], meaning text, columns text, rows text)
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 25
BEGIN ATOMIC
	SELECT v.register, v.given_by, v.requires::text[], v.meaning, v.columns, v.rows
	FROM (VALUES
		-- What the account is
		('dossier', 'grant_editor', '{dossier_field}', 'One row per account: what is known of it beyond its sales. Which columns should be filled, and how fresh, dossier_field says.', $columns$
account
legal_name text -- Name as registered.
tax_number text -- Tax or registration number.
address text -- Registered address.
website text -- Address of its site.
bank_details text -- Requisites for payment.
industry text -- Industry it works in.
industry_position text -- How important it is in its industry.
region_traits text -- What marks its region.
financial_position text -- How it stands financially.
annual_sales numeric(24,4) CONSTRAINT annual_sales_are_not_negative CHECK (annual_sales >= 0) -- Its own sales a year.
employee_count integer CONSTRAINT employees_are_not_negative CHECK (employee_count >= 0) -- How many people work there.
founded_on date -- Day of its foundation or opening.
history text -- How it came to be what it is.
parent_company text -- Company that it belongs to.
organisation text -- How it is organised and managed.
power_structure text -- Who has the say, and how decisions come about.
environment text -- What surrounds it: market, law, owners.
main_partners text -- Its main partners.
certificates text -- Its certificates.
achievements text -- What it has achieved.
projects text -- What it works at.
recent_changes text -- What has changed there.
forecasts text -- What it expects.
future_plans text -- What it plans.
how_it_sells text -- How it sells.
sells_to text -- To whom it sells.
its_prices text -- At what prices it sells.
work_with_competitors text -- How it works with our competitors.
relationship_history text -- How we came together, and what happened since.
is_prestige boolean -- Whether its name lends prestige.
is_multinational boolean -- Whether it is multinational, so of interest elsewhere.
is_image_maker boolean -- Whether others follow it.
is_expert boolean -- Whether it is an expert of its field.
purchase_terms text -- Terms it buys at.
discount_percent numeric(7,4) CONSTRAINT discount_is_from_0_to_100_percent CHECK (discount_percent BETWEEN 0 AND 100) -- Discount it has.
payment_form one of (cash, prepaid, transfer, credit, instalments, other) -- How it pays.
payment_days integer CONSTRAINT payment_days_from_0_to_365 CHECK (payment_days BETWEEN 0 AND 365) -- Days until payment is due.
present_stage one of (prospect, first_orders, growing, stable, declining, leaving, lost) -- Stage of the relation.
next_step text -- What is to happen next.
next_step_on date -- Until when.
checked_on date -- Day on which somebody last went through all of it.
UNIQUE (account_id)
$columns$, NULL),
		('dossier_field', 'grant_editor', '{}', 'One row per field of the dossier: a column of dossier, or one that the company adds and fills in dossier_entry.', $columns$
field_name text NOT NULL -- Name of the field; that of a column of dossier, if it is one.
field_group text NOT NULL one of (card, facts, logistics, satisfaction, special_knowledge, relationship, terms) -- Group that it belongs to.
description text NOT NULL -- What is to be written there.
weight numeric(6,2) NOT NULL DEFAULT 1 CONSTRAINT weight_is_not_negative CHECK (weight >= 0) -- How much it counts for coverage; 0 is optional.
fresh_days integer NOT NULL DEFAULT 180 CONSTRAINT fresh_days_from_1_to_3650 CHECK (fresh_days BETWEEN 1 AND 3650) -- Days after which it is stale.
UNIQUE (field_name)
$columns$, $rows$
INSERT INTO dossier_field (field_name, field_group, description, weight, fresh_days) VALUES
	('legal_name', 'card', 'Name as registered', 1, 730), ('tax_number', 'card', 'Tax or registration number', 1, 730), ('address', 'card', 'Registered address', 1, 365),
	('website', 'card', 'Address of its site', 0, 730), ('bank_details', 'card', 'Requisites for payment', 1, 365), ('industry', 'card', 'Industry it works in', 1, 730),
	('industry_position', 'card', 'How important it is in its industry', 1, 365), ('region_traits', 'card', 'What marks its region', 1, 730),
	('financial_position', 'card', 'How it stands financially', 2, 180), ('annual_sales', 'card', 'Its own sales a year', 2, 365), ('employee_count', 'card', 'How many people work there', 1, 365),
	('founded_on', 'card', 'Day of its foundation or opening', 0, 3650), ('history', 'card', 'How it came to be what it is', 0, 730), ('parent_company', 'card', 'Company that it belongs to', 0, 365),
	('organisation', 'special_knowledge', 'How it is organised and managed', 2, 365), ('power_structure', 'special_knowledge', 'Who has the say', 2, 180),
	('environment', 'card', 'What surrounds it', 0, 365), ('main_partners', 'special_knowledge', 'Its main partners', 1, 365), ('certificates', 'card', 'Its certificates', 0, 365),
	('achievements', 'card', 'What it has achieved', 0, 365), ('projects', 'special_knowledge', 'What it works at', 1, 180), ('recent_changes', 'special_knowledge', 'What has changed there', 1, 180),
	('forecasts', 'special_knowledge', 'What it expects', 1, 180), ('future_plans', 'special_knowledge', 'What it plans', 2, 180), ('how_it_sells', 'special_knowledge', 'How it sells', 1, 365),
	('sells_to', 'special_knowledge', 'To whom it sells', 1, 365), ('its_prices', 'special_knowledge', 'At what prices it sells', 1, 180), ('work_with_competitors', 'special_knowledge', 'How it works with our competitors', 1, 180),
	('relationship_history', 'relationship', 'What happened between us', 0, 730), ('is_prestige', 'relationship', 'Whether its name lends prestige', 1, 730),
	('is_multinational', 'relationship', 'Whether it is multinational', 1, 730), ('is_image_maker', 'relationship', 'Whether others follow it', 0, 730), ('is_expert', 'relationship', 'Whether it is an expert of its field', 0, 730),
	('purchase_terms', 'terms', 'Terms it buys at', 1, 180), ('discount_percent', 'terms', 'Discount it has', 1, 180), ('payment_form', 'terms', 'How it pays', 1, 365), ('payment_days', 'terms', 'Days until payment is due', 1, 365),
	('present_stage', 'relationship', 'Stage of the relation', 1, 180), ('next_step', 'relationship', 'What is to happen next', 1, 90);
$rows$),
		('dossier_entry', 'grant_editor', '{dossier_field}', 'One row per account and field that the company added to the dossier.', $columns$
account
field_name text NOT NULL REFERENCES dossier_field (field_name) ON UPDATE CASCADE ON DELETE CASCADE -- Field, as in dossier_field.
value text NOT NULL -- What is known.
checked_on date NOT NULL DEFAULT current_date -- Day on which somebody last looked whether it holds.
UNIQUE (account_id, field_name)
$columns$, NULL),
		('knowledge', 'grant_editor', '{}', 'One row per account, topic and day: how well we know it, as somebody judged.', $columns$
account
topic text NOT NULL one of (management, power_structure, organisation, partners, plans) -- What is known or not.
level integer NOT NULL CONSTRAINT level_from_0_to_5 CHECK (level BETWEEN 0 AND 5) -- 0 nothing, 5 all that matters.
assessed_on date NOT NULL DEFAULT current_date -- Day of the judgement.
assessed_by text NOT NULL DEFAULT current_user -- Who judged.
UNIQUE (account_id, topic, assessed_on)
$columns$, NULL),
		('contact_relation', 'grant_personal', '{contact}', 'One row per person at an account and person of ours, and day: how good the relation is.', $columns$
account
contact_id bigint NOT NULL REFERENCES contact ON DELETE CASCADE -- Person at the account.
our_person text NOT NULL -- Who of us.
strength integer NOT NULL CONSTRAINT strength_from_0_to_5 CHECK (strength BETWEEN 0 AND 5) -- 0 none or bad, 5 trusted.
attitude one of (supports_us, neutral, prefers_others) -- How the person stands to us.
assessed_on date NOT NULL DEFAULT current_date -- Day of the judgement.
UNIQUE (contact_id, our_person, assessed_on)
$columns$, NULL),
		('account_news', 'grant_editor', '{}', 'One row per event at an account that our management should know of at once: an honour, an anniversary, a major move.', $columns$
account
kind text NOT NULL one of (honour, anniversary, opening, expansion, new_management, merger, promotion, crisis, competitor_visit, other) -- What it is.
headline text NOT NULL -- What happened, in a sentence.
happened_on date NOT NULL DEFAULT current_date -- Day of it.
reported_to text -- Executive who was told.
reported_on date -- Day of that.
response text -- How we showed attention or helped.
CONSTRAINT news_are_reported_after_they_happened CHECK (reported_on >= happened_on)
$columns$, NULL),
		-- What is given
		('gift', 'grant_personal', '{contact}', 'One row per gift, card or meal, planned or given. Above the limit somebody approves it.', $columns$
account
contact_id bigint REFERENCES contact ON DELETE CASCADE -- For whom, if one person.
kind text NOT NULL DEFAULT 'gift' one of (gift, card, meal, message, other) -- What it is; a message is one with valuable information.
gift_name text NOT NULL -- What, in a word or two.
occasion text -- What for.
planned_on date -- Day for which it is planned.
given_on date -- Day on which it was given.
value numeric(24,4) NOT NULL DEFAULT 0 CONSTRAINT value_is_not_negative CHECK (value >= 0) -- What it is worth.
value_limit numeric(24,4) NOT NULL DEFAULT 50 CONSTRAINT limit_is_not_negative CHECK (value_limit >= 0) -- What is correct here without approval; ALTER TABLE ... SET DEFAULT changes the usual one.
approved_by text -- Who approved it.
CONSTRAINT gift_above_the_limit_is_approved CHECK (value <= value_limit OR coalesce(btrim(approved_by), '') <> '')
CONSTRAINT gift_is_planned_or_given CHECK (planned_on IS NOT NULL OR given_on IS NOT NULL)
INDEX (contact_id)
$columns$, NULL),
		('event_invitation', 'grant_personal', '{contact}', 'One row per invitation of an account to an event of ours, or joint event with it.', $columns$
account
contact_id bigint REFERENCES contact ON DELETE CASCADE -- Who is invited, if one person.
event_name text NOT NULL -- Which event.
kind text NOT NULL DEFAULT 'invitation' one of (invitation, celebration, joint_event, training, exhibition) -- What it is; training is of the account's people.
held_on date NOT NULL -- Day of the event.
invited_on date -- Day of the invitation.
answer text NOT NULL DEFAULT 'open' one of (open, accepted, declined, attended, absent) -- What came of it.
cost numeric(24,4) NOT NULL DEFAULT 0 CONSTRAINT cost_is_not_negative CHECK (cost >= 0) -- What it costs us.
value_limit numeric(24,4) NOT NULL DEFAULT 200 CONSTRAINT limit_is_not_negative CHECK (value_limit >= 0) -- What is correct here without approval.
approved_by text -- Who approved it.
CONSTRAINT event_above_the_limit_is_approved CHECK (cost <= value_limit OR coalesce(btrim(approved_by), '') <> '')
CONSTRAINT invitation_comes_before_the_event CHECK (invited_on <= held_on)
INDEX (contact_id)
$columns$, NULL),
		('benefit', 'grant_editor', '{}', 'One row per benefit or special service that strategic accounts can have: the catalogue.', $columns$
benefit_name text NOT NULL -- Name of the benefit.
description text NOT NULL -- What it means in practice.
category text NOT NULL one of (information, supply, product, production, invoicing, attention, planning, report, terms, assortment, training) -- What kind it is.
receiver text NOT NULL one of (all_staff, sales, management, purchasing, production, transport, accounting) -- Who of us has to act on it.
needs_approval boolean NOT NULL DEFAULT false -- Whether management agrees first.
is_for_all boolean NOT NULL DEFAULT false -- Whether each strategic account has it without an entitlement of its own.
is_active boolean NOT NULL DEFAULT true -- Whether it can be given.
UNIQUE (benefit_name)
$columns$, $rows$
INSERT INTO benefit (benefit_name, description, category, receiver, needs_approval, is_for_all) VALUES
	('known to all', 'Everybody in the firm knows that the account is strategic and what that implies', 'information', 'all_staff', false, true),
	('dispatch first', 'Its orders are dispatched before those of other accounts', 'supply', 'transport', false, true),
	('any quantity', 'It gets any quantity, below the minimum order or invoice, too', 'supply', 'sales', false, true),
	('product development', 'Products are improved and developed for it first', 'product', 'production', true, false),
	('production priority', 'What it needs is produced first', 'production', 'production', false, true),
	('personal invoicing', 'Invoicing and collection by one responsible manager, with address and route of collection', 'invoicing', 'accounting', false, true),
	('close attention', 'Visits, calls, special services and budgets are under strict and constant control', 'attention', 'sales', false, true),
	('help with its plans', 'It is helped to make real and viable plans and to reach its goals', 'planning', 'sales', false, true),
	('joint promotions', 'Promotions and agreements are planned and run together', 'planning', 'sales', true, false),
	('half-yearly report', 'Every six months its consumption of the last three years and the half-year, for its budget', 'report', 'sales', false, true),
	('gifts and courtesies', 'Gifts, cards, meals and messages with valuable information', 'attention', 'sales', false, true),
	('volume bonus', 'A special bonus for volume', 'terms', 'management', true, false),
	('individual terms', 'Terms of work made for it', 'terms', 'management', true, false),
	('promotion terms', 'Special terms in promotions', 'terms', 'management', true, false),
	('exchange of slow stock', 'Stock that does not sell is exchanged', 'assortment', 'purchasing', true, false),
	('replacement of defects', 'Expired and defective goods are replaced', 'assortment', 'transport', false, true),
	('sales team development', 'Its sales team is developed', 'training', 'sales', false, false),
	('front-line training', 'Its shop assistants, salesmen and storekeepers are trained in the products', 'training', 'sales', false, false),
	('special services', 'Laboratories, returns without cause and other services, each logged with its cost', 'attention', 'management', true, false);
$rows$),
		('entitlement', 'grant_editor', '{benefit}', 'One row per benefit that an account is entitled to, with approval, period and budget.', $columns$
account
benefit_id bigint NOT NULL REFERENCES benefit -- Benefit, as in the catalogue.
terms text -- What was agreed.
valid_from date NOT NULL DEFAULT current_date -- First day.
valid_until date -- Last day; empty is open.
approved_by text -- Who of the management agreed.
approved_on date -- Day of that.
budget numeric(24,4) CONSTRAINT budget_is_not_negative CHECK (budget >= 0) -- What it may cost in its period.
CONSTRAINT entitlement_ends_after_it_begins CHECK (valid_until >= valid_from)
CONSTRAINT approval_has_a_name_and_a_day CHECK ((approved_by IS NULL) = (approved_on IS NULL))
UNIQUE (account_id, benefit_id, valid_from)
$columns$, NULL),
		('benefit_given', 'grant_editor', '{benefit}', 'One row per benefit or special service that an account got, with what it cost.', $columns$
account
benefit_id bigint NOT NULL REFERENCES benefit -- Benefit, as in the catalogue.
description text -- What was given.
given_on date NOT NULL DEFAULT current_date -- Day of it.
given_by text -- Who gave it.
cost numeric(24,4) NOT NULL DEFAULT 0 CONSTRAINT cost_is_not_negative CHECK (cost >= 0) -- What it cost us.
is_justified boolean NOT NULL DEFAULT true -- Whether there was a cause; a return without one is not.
INDEX (account_id, given_on)
$columns$, NULL),
		('bonus_agreement', 'grant_editor', '{}', 'One row per step of a bonus for volume: from which amount in the period which rate is paid.', $columns$
account
agreement text NOT NULL DEFAULT 'bonus' -- Name of the agreement; its steps share it, and the period.
measure text NOT NULL DEFAULT 'sales' one of (sales, margin, quantity) -- What is counted.
begins_on date NOT NULL -- First day of the period.
ends_on date NOT NULL -- Last day of the period.
threshold numeric(24,4) NOT NULL CONSTRAINT threshold_is_not_negative CHECK (threshold >= 0) -- From which amount in the period this step is reached.
rate_percent numeric(7,4) NOT NULL CONSTRAINT rate_is_from_0_to_100_percent CHECK (rate_percent BETWEEN 0 AND 100) -- Part of the net sales that is paid, in percent.
applies_to text NOT NULL DEFAULT 'all' one of (all, above_threshold) -- Whether the rate is for all sales of the period or for those above the threshold.
approved_by text -- Who of the management agreed.
approved_on date -- Day of that.
CONSTRAINT bonus_ends_after_it_begins CHECK (ends_on >= begins_on)
CONSTRAINT approval_has_a_name_and_a_day CHECK ((approved_by IS NULL) = (approved_on IS NULL))
UNIQUE (account_id, agreement, begins_on, threshold)
$columns$, NULL),
		-- What it thinks, and what it needs
		('survey_answer', 'grant_editor', '{contact}', 'One row per answer in a survey: what an account thinks of one of the six aspects.', $columns$
account
contact_id bigint REFERENCES contact ON DELETE SET NULL -- Who answered.
aspect text NOT NULL one of (goods, staff, prices, logistics, service, firm) -- Opinion on what; staff includes our managers.
grade integer NOT NULL CONSTRAINT grade_from_0_to_10 CHECK (grade BETWEEN 0 AND 10) -- 0 worst, 10 best.
answered_on date NOT NULL DEFAULT current_date -- Day of the answer.
asked_by text -- Who asked.
words text -- What was said.
INDEX (account_id, answered_on)
INDEX (contact_id)
$columns$, NULL),
		('logistics_profile', 'grant_editor', '{}', 'One row per account: how goods get there.', $columns$
account
location text -- Where it is, and where goods go.
delivery_mode one of (collects, delivered, both) -- Whether it collects or gets goods delivered.
delivery_days text -- Days and hours of delivery.
distance_km numeric(10,1) CONSTRAINT distance_is_not_negative CHECK (distance_km >= 0) -- Distance.
lead_time_days integer CONSTRAINT lead_time_from_0_to_365_days CHECK (lead_time_days BETWEEN 0 AND 365) -- Days from order to delivery.
transport_traits text -- Vehicles, access, unloading.
transport_cost numeric(24,4) CONSTRAINT transport_cost_is_not_negative CHECK (transport_cost >= 0) -- Cost of a usual delivery.
minimum_order numeric(24,4) CONSTRAINT minimum_order_is_not_negative CHECK (minimum_order >= 0) -- Smallest order, if one applies.
needs_customs boolean -- Whether customs procedures are needed.
customs_procedures text -- Which.
needs_special_packaging boolean -- Whether special transport packaging is needed.
packaging text -- Which.
UNIQUE (account_id)
$columns$, NULL),
		('customer_stock', 'grant_editor', '{}', 'One row per count of a product in the stock of an account.', $columns$
account
product text NOT NULL -- Product, as in the sales.
counted_on date NOT NULL DEFAULT current_date -- Day of the count.
quantity numeric(20,4) NOT NULL CONSTRAINT quantity_is_not_negative CHECK (quantity >= 0) -- How much there was.
expires_on date -- Day on which it expires, if it does.
is_slow_moving boolean -- Whether it does not sell there.
INDEX (account_id, counted_on)
$columns$, NULL),
		('agreed_need', 'grant_editor', '{}', 'One row per account, product and month: how much it will need, as agreed with it before the season.', $columns$
account
product text NOT NULL -- Product, as in the sales, or category.
month date NOT NULL CONSTRAINT month_is_the_first_of_a_month CHECK (extract(day FROM month) = 1) -- Month, by its first day.
quantity numeric(20,4) NOT NULL CONSTRAINT quantity_is_not_negative CHECK (quantity >= 0) -- How much.
agreed_on date -- Day of the agreement.
agreed_with text -- With whom.
UNIQUE (account_id, product, month)
$columns$, NULL),
		('exchange', 'grant_editor', '{account_case}', 'One row per exchange, replacement or return of goods at an account.', $columns$
account
account_case_id bigint REFERENCES account_case ON DELETE SET NULL -- Case that it settles, if any.
kind text NOT NULL one of (exchange, replacement, return) -- What was done.
cause text NOT NULL one of (slow_moving, expired, defective, wrong_delivery, unjustified) -- Why.
product text -- Product, as in the sales.
quantity numeric(20,4) CONSTRAINT quantity_is_not_negative CHECK (quantity >= 0) -- How much.
cost numeric(24,4) CONSTRAINT cost_is_not_negative CHECK (cost >= 0) -- What it cost us.
requested_on date -- Day on which it was asked for.
done_on date -- Day on which it was done.
approved_by text -- Who approved it.
CONSTRAINT exchange_is_done_after_it_was_requested CHECK (done_on >= requested_on)
CONSTRAINT exchange_is_requested_or_done CHECK (requested_on IS NOT NULL OR done_on IS NOT NULL)
INDEX (account_case_id)
$columns$, NULL),
		('client_test', 'grant_editor', '{}', 'One row per test or evaluation of a product that an account makes with us.', $columns$
account
product text NOT NULL -- What is tested.
aim text -- What is to be found out.
owner text -- Who of us runs it.
begins_on date NOT NULL DEFAULT current_date -- First day.
ended_on date -- Day on which it ended.
result text -- What was found out.
grade integer CONSTRAINT grade_from_0_to_10 CHECK (grade BETWEEN 0 AND 10) -- How well the product did, 0 to 10.
is_shared boolean NOT NULL DEFAULT false -- Whether what was learned has been passed on.
CONSTRAINT test_ends_after_it_begins CHECK (ended_on >= begins_on)
CONSTRAINT test_that_ended_says_its_result CHECK (ended_on IS NULL OR coalesce(btrim(result), '') <> '')
$columns$, NULL),
		-- Competition and prospects
		('competitor', 'grant_editor', '{}', 'One row per competitor.', $columns$
competitor_name text NOT NULL -- Name.
strengths text -- What it does better.
weaknesses text -- What it does worse.
UNIQUE (competitor_name)
$columns$, NULL),
		('competitor_sighting', 'grant_editor', '{competitor}', 'One row per observation of a competitor at an account: what it supplies or offers, at what price.', $columns$
account
competitor_id bigint NOT NULL REFERENCES competitor ON DELETE CASCADE -- Which competitor.
activity text NOT NULL DEFAULT 'supplies' one of (supplies, offers, visits, courts) -- What it does there.
product text -- Product or category.
share_percent numeric(7,4) CONSTRAINT share_is_from_0_to_100_percent CHECK (share_percent BETWEEN 0 AND 100) -- Its part of what the account buys of it.
price numeric(24,4) CONSTRAINT price_is_not_negative CHECK (price >= 0) -- Its price.
our_price numeric(24,4) CONSTRAINT our_price_is_not_negative CHECK (our_price >= 0) -- Ours for the same.
observed_on date NOT NULL DEFAULT current_date -- Day of the observation.
source text -- Who or what told it.
INDEX (competitor_id)
$columns$, NULL),
		('tender', 'grant_editor', '{competitor}', 'One row per tender: won or lost, and why.', $columns$
account
subject text NOT NULL -- What was tendered.
submitted_on date -- Day of our offer.
decided_on date -- Day of the decision.
amount numeric(24,4) CONSTRAINT amount_is_not_negative CHECK (amount >= 0) -- What it was worth.
result text NOT NULL DEFAULT 'open' one of (open, won, lost, withdrawn) -- How it ended.
cause one of (price, quality, terms, delivery, relation, specification, reputation, other) -- What decided.
reason text -- Why, in words.
competitor_id bigint REFERENCES competitor ON DELETE SET NULL -- Who won where we lost.
CONSTRAINT decided_tender_has_a_day CHECK (result = 'open' OR decided_on IS NOT NULL)
CONSTRAINT lost_tender_says_why CHECK (result <> 'lost' OR cause IS NOT NULL)
CONSTRAINT tender_is_decided_after_our_offer CHECK (decided_on >= submitted_on)
INDEX (competitor_id)
$columns$, NULL),
		('prospect', 'grant_editor', '{competitor}', 'One row per company that could become an account, with the three P: need, ability to pay, power to decide.', $columns$
account if known
prospect_name text NOT NULL -- Name.
industry text -- Industry.
region text -- Region.
source text NOT NULL one of (trade_media, advertising, press, internet, database, referral, exhibition, competitor, other) -- Where we found it.
need integer CONSTRAINT need_from_0_to_5 CHECK (need BETWEEN 0 AND 5) -- How much it needs what we sell, 0 to 5.
ability_to_pay integer CONSTRAINT ability_to_pay_from_0_to_5 CHECK (ability_to_pay BETWEEN 0 AND 5) -- Whether it can pay, 0 to 5.
power_to_decide integer CONSTRAINT power_to_decide_from_0_to_5 CHECK (power_to_decide BETWEEN 0 AND 5) -- Whether those we talk to can decide, 0 to 5.
expected_sales numeric(24,4) CONSTRAINT expected_sales_are_not_negative CHECK (expected_sales >= 0) -- Sales a year that it could bring.
competitor_id bigint REFERENCES competitor ON DELETE SET NULL -- Competitor whose key account it is.
stage text NOT NULL DEFAULT 'found' one of (found, qualified, contacted, offered, won, lost) -- How far we are.
stage_on date NOT NULL DEFAULT current_date -- Since when.
plan text -- What allows to start with it.
next_step text -- What is to happen next.
next_step_on date -- Until when.
owner text -- Who works on it.
UNIQUE (prospect_name)
INDEX (competitor_id)
$columns$, NULL),
		-- Announcements and days
		('announcement', 'grant_editor', '{}', 'One row per promotion, change of prices or other thing that accounts are to be told at once.', $columns$
kind text NOT NULL one of (promotion, price_change, new_product, end_of_product, event, other) -- What it is.
subject text NOT NULL -- What is announced.
scope text NOT NULL DEFAULT 'key' one of (key, strategic, all) -- Which accounts are to be told: those managed as key, the strategic ones, or all.
announced_on date NOT NULL DEFAULT current_date -- Day from which they are to be told.
takes_effect_on date -- Day from which it holds.
valid_until date -- Last day on which it holds.
CONSTRAINT announcement_ends_after_it_begins CHECK (valid_until >= announced_on AND (takes_effect_on IS NULL OR valid_until >= takes_effect_on))
$columns$, NULL),
		('account_informed', 'grant_editor', '{announcement,contact}', 'One row per account that was told of an announcement.', $columns$
account
announcement_id bigint NOT NULL REFERENCES announcement ON DELETE CASCADE -- What it was told.
contact_id bigint REFERENCES contact ON DELETE SET NULL -- Who was told.
informed_on date NOT NULL DEFAULT current_date -- Day of that.
informed_by text -- Who told it.
way one of (visit, call, video, message, letter) -- How.
answer text -- What was answered.
UNIQUE (announcement_id, account_id)
INDEX (contact_id)
$columns$, NULL),
		('holiday', 'grant_editor', '{}', 'One row per public holiday.', $columns$
holiday_name text NOT NULL -- Name.
holiday_on date NOT NULL -- The day; of yearly ones any year will do.
repeats text NOT NULL DEFAULT 'yearly' one of (yearly, once) -- Whether it comes on this day each year; movable ones have a row for each year.
country text -- Country where it is kept; empty is everywhere.
is_congratulated boolean NOT NULL DEFAULT true -- Whether accounts are congratulated.
is_working_day boolean NOT NULL DEFAULT false -- Whether people work all the same.
UNIQUE (holiday_name, holiday_on)
$columns$, $rows$
INSERT INTO holiday (holiday_name, holiday_on) VALUES ('New Year', '2000-01-01'), ('Christmas', '2000-12-25');
INSERT INTO holiday (holiday_name, holiday_on, is_working_day) VALUES ('International Women''s Day', '2000-03-08', true);
$rows$),
		-- Our own people
		('manager_record', 'nobody', '{}', 'One row per rating, training, meeting, proposal or reward of an account manager of ours.', $columns$
manager text NOT NULL -- Who.
kind text NOT NULL one of (rating, training, meeting, proposal, reward) -- What it is.
topic text NOT NULL -- Trait, skill or subject; for ratings for example punctual, obliging, client-oriented, diplomatic, astute, flexible, quick, product expert, authority, negotiation, scripts, proposals, attitude to customers.
grade integer CONSTRAINT grade_from_0_to_10 CHECK (grade BETWEEN 0 AND 10) -- 0 worst, 10 best.
recorded_on date NOT NULL DEFAULT current_date -- Day of it.
amount numeric(24,4) CONSTRAINT amount_is_not_negative CHECK (amount >= 0) -- Money of a reward, or cost of a training.
CONSTRAINT rating_has_a_grade CHECK (kind <> 'rating' OR grade IS NOT NULL)
$columns$, NULL)
	) AS v (register, given_by, requires, meaning, columns, rows);
END;
COMMENT ON FUNCTION kam._more_registers() IS
'One row per register that kam.add_register makes, in the columns of kam._core_registers.';

CREATE FUNCTION kam._registers() RETURNS TABLE (register text, made_by text, given_by text, requires text[])
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
	SELECT v.register, 'create_mart', v.given_by, '{}'::text[]
	FROM (VALUES
		('settings', 'columns'), ('cell_policy', 'columns'), ('manager_role', 'nobody'),
		('excluded_account', 'grant_editor'), ('account_alias', 'grant_editor'), ('override', 'grant_editor'), ('criterion', 'grant_editor'), ('rating', 'grant_editor'),
		('quality_resolution', 'grant_editor'), ('translation', 'grant_editor'),
		('loss_reason', 'grant_editor'), ('win_back_action', 'grant_editor'), ('wallet', 'grant_editor'), ('terms_review', 'grant_editor')
	) AS v (register, given_by)
	UNION ALL SELECT c.register, 'create_mart', c.given_by, c.requires FROM kam._core_registers() AS c
	UNION ALL SELECT m.register, 'add_register', m.given_by, m.requires FROM kam._more_registers() AS m;
END;
COMMENT ON FUNCTION kam._registers() IS
'One row per register: whether kam.create_mart or kam.add_register makes it, which grant gives it (columns: kam.grant_editor gives some of its columns; nobody: the owner does by hand), and the registers that it needs.';
