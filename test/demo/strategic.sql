-- Strategic accounts of the last full month, why, and how they pay.
--
-- Needs the mart in psql variable mart (by default sales), with receivables
-- bound (test/demo/receivables.sql makes them), refreshed.

\if :{?mart}
\else
	\set mart sales
\endif
SET search_path = :"mart";

SELECT to_char(report_month, 'FMMon YYYY') AS m0, (SELECT strategic_cap FROM settings) AS cap, (SELECT habit_gate FROM settings) AS habit_gate,
       (SELECT gate_overdue_days FROM settings) AS gate_days, (SELECT count(*) FROM strategic_account WHERE is_latest) AS candidates
FROM report_calendar WHERE is_latest \gset

\set title 'Strategic accounts of ' :m0 ': proposed by score, ' :cap ' at most, among ' :candidates ' candidates'
\pset title :title
SELECT s.score_rank AS rank, s.account_id AS account, to_char(s.sales_12m, 'FM999,999,990') AS "12 months",
       to_char(s.score, '990.0') AS score, to_char(100 * s.coverage, '990') || ' %' AS known,
       s.gate, round(p.payment_habit::numeric, 1) AS habit, s.reasons AS "stands out by"
FROM strategic_account AS s
LEFT JOIN payment_history AS p ON p.report_month = s.report_month AND p.account_id = s.account_id
WHERE s.is_latest AND s.is_strategic
ORDER BY s.score_rank, s.account_id;

\pset title 'The largest accounts that are not strategic, and why not'
SELECT s.account_id AS account, to_char(s.sales_12m, 'FM999,999,990') AS "12 months", s.score_rank AS rank,
       to_char(s.score, '990.0') AS score, s.gate, s.gate_reason AS "because of"
FROM strategic_account AS s
WHERE s.is_latest AND NOT s.is_strategic
ORDER BY s.sales_12m DESC, s.account_id
LIMIT 8;

SELECT account_id AS first_account FROM strategic_account WHERE is_latest AND is_strategic ORDER BY score_rank, account_id LIMIT 1 \gset
SELECT account_id AS shut_account FROM strategic_account WHERE is_latest AND gate = 'closed' ORDER BY sales_12m DESC, account_id LIMIT 1 \gset

\set title 'Why account ' :first_account ' is strategic: what each criterion adds'
\pset title :title
SELECT priority AS "no.", label AS criterion, to_char(100 * weight, '990.0') || ' %' AS weight,
       to_char(contribution, '990.0') AS adds, explanation
FROM strategic_reason
WHERE is_latest AND account_id = :first_account
ORDER BY priority;

\set title 'And account ' :shut_account ', the largest with the gate closed'
\pset title :title
SELECT priority AS "no.", label AS criterion, to_char(contribution, '990.0') AS adds,
       replace(explanation, '; does not count', E';\ndoes not count') AS explanation
FROM strategic_reason
WHERE is_latest AND account_id = :shut_account AND raw_value IS NOT NULL
ORDER BY priority;

\pset title 'Fell to the cap: enough score, but no place among the strategic accounts'
SELECT score_rank AS rank, account_id AS account, to_char(score, '990.0') AS score, to_char(score_to_cap, '990.0') AS "missing to the last"
FROM strategic_cut
WHERE is_latest
ORDER BY score_rank, account_id
LIMIT 8;

\pset title 'Score: the greatest changes since the month before'
SELECT account_id AS account, to_char(previous_score, '990.0') AS before, to_char(score, '990.0') AS now, to_char(score_difference, 'SG990.0') AS change,
       previous_rank AS "rank before", score_rank AS "rank now",
       CASE WHEN is_strategic AND NOT was_strategic THEN 'is strategic now' WHEN was_strategic AND NOT is_strategic THEN 'no longer strategic' ELSE '' END AS status
FROM score_change
WHERE is_latest AND score_difference IS NOT NULL AND (is_strategic OR was_strategic)
ORDER BY abs(score_difference) DESC, account_id
LIMIT 8;

\pset title 'Receivables (synthetic), month by month'
SELECT to_char(report_month, 'YYYY-MM') AS month, to_char(billed_amount, '9,999,990') AS billed, to_char(open_receivable, '9,999,990') AS open, to_char(overdue_receivable, '9,999,990') AS overdue,
       to_char(100 * overdue_share, '990.0') || ' %' AS "of open", round(payment_habit::numeric, 1) AS habit, round(days_to_pay::numeric, 1) AS "days to pay", round(days_late::numeric, 1) AS "days late",
       round(dso_simple_3m::numeric, 1) AS "DSO simple", round(dso_count_back::numeric, 1) AS "DSO count-back"
FROM receivable_portfolio
ORDER BY report_month DESC
LIMIT 6;

SELECT to_char(max(as_of), 'YYYY-MM-DD') AS as_of FROM receivable \gset
\set title 'Overdue on ' :as_of ' (synthetic): the ten largest, by days past due'
\pset title :title
SELECT account_id AS account, to_char(overdue_amount, '999,990') AS overdue, to_char(overdue_1_30_amount, '999,990') AS "1-30", to_char(overdue_31_60_amount, '999,990') AS "31-60",
       to_char(overdue_61_90_amount, '999,990') AS "61-90", to_char(overdue_over_90_amount, '999,990') AS "over 90", oldest_days_late AS "oldest, days", round(payment_habit::numeric, 1) AS habit,
       CASE WHEN is_key THEN 'key' ELSE '' END AS key
FROM overdue
ORDER BY overdue_amount DESC, account_id
LIMIT 10;

\pset title
\echo Score: 0 to 100, the criteria weighted by their order of priority. Known: the part of
\echo the weights whose criteria are known; unknown ones neither add nor take away.
\echo Gate: purchases in money and kilograms, profitability and being a distributor count
\echo only with excellent payment: habit :habit_gate or more, and nothing overdue for more than
\echo :gate_days days. Habit: 80 pays on the day, 90 twenty days early, 70 fifteen days late;
\echo what is overdue counts as late so far. Unknown under three invoices.
\echo DSO, days sales outstanding: simple is open / billed in three months * their days;
\echo count-back takes whole months of billing off what is open, the last one first.
RESET search_path;
