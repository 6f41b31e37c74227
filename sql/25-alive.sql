-- Who is still a customer: models of repeat purchases and of spend
-- Statistics of an account, from its ledger
CREATE FUNCTION kam.repeat_days(ledger kam.ledger, until date) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_repeat_days';
COMMENT ON FUNCTION kam.repeat_days(kam.ledger, date) IS
'Days with a purchase after the first one, up to and including a day: x of the models in days. 0 for who bought on one day only; NULL without a purchase by then, and for NULL. Credits and lines of zero are no purchase. Infinite dates are errors.';

CREATE FUNCTION kam.recency(ledger kam.ledger, until date) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_recency';
COMMENT ON FUNCTION kam.recency(kam.ledger, date) IS
'Days from the first purchase to the last one up to and including a day: t_x of the models in days. 0 for who bought on one day only; NULL without a purchase by then, and for NULL. Infinite dates are errors.';

CREATE FUNCTION kam.age(ledger kam.ledger, until date) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_age';
COMMENT ON FUNCTION kam.age(kam.ledger, date) IS
'Days from the first purchase to the given day: age of the models in days. NULL without a purchase by then, and for NULL. Infinite dates are errors.';

CREATE FUNCTION kam.repeat_months(ledger kam.ledger, month date) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_repeat_months';
COMMENT ON FUNCTION kam.repeat_months(kam.ledger, date) IS
'Months with a purchase after that of the first one, up to and including the month of a date, which should be a complete one: x of kam.bgbb_fit. NULL without a purchase by then, and for NULL. n is kam.age_months(ledger, month) - 1. Infinite dates are errors.';

CREATE FUNCTION kam.recency_months(ledger kam.ledger, month date) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_recency_months';
COMMENT ON FUNCTION kam.recency_months(kam.ledger, date) IS
'Months from that of the first purchase to that of the last one up to and including the month of a date: t_x of kam.bgbb_fit. 0 for who bought in one month only; NULL without a purchase by then, and for NULL. Infinite dates are errors.';

-- What the models say of one account
CREATE FUNCTION kam.bgbb_alive(parameters double precision[], x integer, t_x integer, n integer) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_bgbb_alive';
COMMENT ON FUNCTION kam.bgbb_alive(double precision[], integer, integer, integer) IS
'Probability that an account still buys in the month after the n it was observed, by the model BG/BB: after its first month it bought in x of n months, the last time in month t_x. It falls with each silent month. Parameters are those of kam.bgbb_fit. Source: Fader, Hardie and Shang, Marketing Science 29 (2010). NULL for NULL. Errors: a negative x, t_x beyond n, one of x and t_x zero without the other, x beyond t_x, NaN and infinity, other parameters than {alpha, beta, gamma, delta} above zero.';

CREATE FUNCTION kam.mbgnbd_alive(parameters double precision[], x integer, t_x double precision, age double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_mbgnbd_alive';
COMMENT ON FUNCTION kam.mbgnbd_alive(double precision[], integer, double precision, double precision) IS
'Probability that an account is still a customer, by the model MBG/NBD: since its first purchase it bought x times within age, the last time at t_x. It falls with silence, for one-time buyers too, and at equal silence is the lower, the more often the account used to buy. Parameters are those of kam.mbgnbd_fit, the unit of time is the same. Source: Batislam, Denizel and Filiztekin, Int. J. of Research in Marketing 24 (2007). NULL for NULL. Errors: a negative x, t_x beyond age, one of x and t_x zero without the other, NaN and infinity, other parameters than {r, alpha, a, b} above zero.';

CREATE FUNCTION kam.bgnbd_alive(parameters double precision[], x integer, t_x double precision, age double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_bgnbd_alive';
COMMENT ON FUNCTION kam.bgnbd_alive(double precision[], integer, double precision, double precision) IS
'Probability that an account is still a customer, by the model BG/NBD, which calls one-time buyers alive for ever (1): kam.mbgnbd_alive does not. Parameters are those of kam.bgnbd_fit. Source: Fader, Hardie and Lee, Marketing Science 24 (2005). NULL for NULL. Errors: a negative x, t_x beyond age, one of x and t_x zero without the other, NaN and infinity, other parameters than {r, alpha, a, b} above zero.';

CREATE FUNCTION kam.bgbb_expected(parameters double precision[], x integer, t_x integer, n integer, t integer) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
	AS 'MODULE_PATHNAME', 'kam_bgbb_expected';
COMMENT ON FUNCTION kam.bgbb_expected(double precision[], integer, integer, integer, integer) IS
'Expected number of months with a purchase among the next t, by the model BG/BB; the chance that the account is lost is in it. With x, t_x and n zero, that of a new account. Arguments, NULL and errors are those of kam.bgbb_alive; t is 0 to 1000000.';

CREATE FUNCTION kam.mbgnbd_expected(parameters double precision[], x integer, t_x double precision, age double precision, t double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
	AS 'MODULE_PATHNAME', 'kam_mbgnbd_expected';
COMMENT ON FUNCTION kam.mbgnbd_expected(double precision[], integer, double precision, double precision, double precision) IS
'Expected number of purchases in the next t, by the model MBG/NBD, in the unit of age; the chance that the account is lost is in it. With x, t_x and age zero, that of a new account. Arguments, NULL and errors are those of kam.mbgnbd_alive; t must not be negative, nor so long that more than 10 million purchases would come.';

CREATE FUNCTION kam.bgnbd_expected(parameters double precision[], x integer, t_x double precision, age double precision, t double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
	AS 'MODULE_PATHNAME', 'kam_bgnbd_expected';
COMMENT ON FUNCTION kam.bgnbd_expected(double precision[], integer, double precision, double precision, double precision) IS
'Expected number of purchases in the next t, by the model BG/NBD, in the unit of age; the chance that the account is lost is in it. With x, t_x and age zero, that of a new account. Arguments, NULL and errors are those of kam.bgnbd_alive; t must not be negative, nor so long that more than 10 million purchases would come.';

CREATE FUNCTION kam.bgbb_buys(parameters double precision[], x integer, t_x integer, n integer, t integer) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_bgbb_buys';
COMMENT ON FUNCTION kam.bgbb_buys(double precision[], integer, integer, integer, integer) IS
'Probability of a purchase in any of the next t months, by the model BG/BB: that the account is not lost and buys in time. Where all are alive it still tells the frequent buyer from the rare one. Arguments, NULL and errors are those of kam.bgbb_expected.';

CREATE FUNCTION kam.mbgnbd_buys(parameters double precision[], x integer, t_x double precision, age double precision, t double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_mbgnbd_buys';
COMMENT ON FUNCTION kam.mbgnbd_buys(double precision[], integer, double precision, double precision, double precision) IS
'Probability of a purchase in the next t, by the model MBG/NBD, in the unit of age: kam.mbgnbd_alive * (1 - ((alpha + age) / (alpha + age + t))^(r + x)), that is, that the account is not lost and buys in time. Where all are alive it still tells the frequent buyer from the rare one. Arguments, NULL and errors are those of kam.mbgnbd_alive; t must not be negative.';

CREATE FUNCTION kam.bgnbd_buys(parameters double precision[], x integer, t_x double precision, age double precision, t double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_bgnbd_buys';
COMMENT ON FUNCTION kam.bgnbd_buys(double precision[], integer, double precision, double precision, double precision) IS
'Probability of a purchase in the next t, by the model BG/NBD, in the unit of age: kam.bgnbd_alive * (1 - ((alpha + age) / (alpha + age + t))^(r + x)), that is, that the account is not lost and buys in time. Where all are alive it still tells the frequent buyer from the rare one. Arguments, NULL and errors are those of kam.bgnbd_alive; t must not be negative.';

CREATE FUNCTION kam.bgbb_log_likelihood(parameters double precision[], x integer, t_x integer, n integer) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_bgbb_log_likelihood';
COMMENT ON FUNCTION kam.bgbb_log_likelihood(double precision[], integer, integer, integer) IS
'Log of the likelihood of one account; its sum over all accounts is what kam.bgbb_fit makes largest. Arguments, NULL and errors are those of kam.bgbb_alive.';

CREATE FUNCTION kam.mbgnbd_log_likelihood(parameters double precision[], x integer, t_x double precision, age double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_mbgnbd_log_likelihood';
COMMENT ON FUNCTION kam.mbgnbd_log_likelihood(double precision[], integer, double precision, double precision) IS
'Log of the likelihood of one account; its sum over all accounts is what kam.mbgnbd_fit makes largest. Arguments, NULL and errors are those of kam.mbgnbd_alive.';

CREATE FUNCTION kam.bgnbd_log_likelihood(parameters double precision[], x integer, t_x double precision, age double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_bgnbd_log_likelihood';
COMMENT ON FUNCTION kam.bgnbd_log_likelihood(double precision[], integer, double precision, double precision) IS
'Log of the likelihood of one account; its sum over all accounts is what kam.bgnbd_fit makes largest. Arguments, NULL and errors are those of kam.bgnbd_alive.';

CREATE FUNCTION kam.gamma_gamma_log_likelihood(parameters double precision[], x integer, mean double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_gamma_gamma_log_likelihood';
COMMENT ON FUNCTION kam.gamma_gamma_log_likelihood(double precision[], integer, double precision) IS
'Log of the likelihood of the mean value of x repeat purchases; its sum over all accounts is what kam.gamma_gamma_fit makes largest. 0 for x = 0. NULL for NULL. Errors: a negative x, a mean not above zero, NaN and infinity, other parameters than {p, q, v} above zero.';

CREATE FUNCTION kam.gamma_gamma_expected(parameters double precision[], x integer, mean double precision) RETURNS double precision
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'kam_gamma_gamma_expected';
COMMENT ON FUNCTION kam.gamma_gamma_expected(double precision[], integer, double precision) IS
'Expected value of a purchase of an account whose x repeat purchases had this mean, by the model Gamma-Gamma: p (v + mean x) / (p x + q - 1), between its own mean and that of all accounts, p v / (q - 1), and the nearer to its own the more it bought. For x = 0 that of all accounts, whatever mean is, NULL too; NULL where that is not finite (q up to 1). Parameters are those of kam.gamma_gamma_fit. Source: Fader, Hardie and Lee, J. of Marketing Research 42 (2005). NULL for other NULLs. Errors: a negative x, a mean not above zero where x is, NaN and infinity, other parameters than {p, q, v} above zero.';

CREATE FUNCTION kam.clv(model text, parameters double precision[], x integer, t_x double precision,
	age double precision, spend double precision, months integer DEFAULT 12,
	margin double precision DEFAULT 1, yearly_discount double precision DEFAULT 0.10) RETURNS double precision
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 500
	AS 'MODULE_PATHNAME', 'kam_clv';
COMMENT ON FUNCTION kam.clv(text, double precision[], integer, double precision, double precision, double precision, integer, double precision, double precision) IS
'Expected value of an account in the months to come, discounted to now: sum over t = 1 .. months of (E[Y(t)] - E[Y(t - 1)]) * spend * margin / (1 + yearly_discount)^(t / 12), E[Y(t)] being the expected purchases of the next t months. Models: bgbb, where t_x and age are months (age is n) and spend is the value of a month with a purchase; mbgnbd and bgnbd, where they are days and spend is the value of a purchase, a month being 365.25 / 12 days. spend may come from kam.gamma_gamma_expected; margin is the part of it that is earned: 0.3 for 30 %. NULL for NULL. Errors: another model, months outside 1..1200, a negative discount, NaN and infinity, and those of kam.bgbb_alive and so on.';

-- The fits
CREATE FUNCTION kam._bgbb_accum(internal, integer, integer, integer) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_bgbb_accum';
COMMENT ON FUNCTION kam._bgbb_accum(internal, integer, integer, integer) IS 'Transition function of kam.bgbb_fit and kam.bgbb_fit_problem.';

CREATE FUNCTION kam._mbgnbd_accum(internal, integer, double precision, double precision) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_mbgnbd_accum';
COMMENT ON FUNCTION kam._mbgnbd_accum(internal, integer, double precision, double precision) IS 'Transition function of kam.mbgnbd_fit and kam.mbgnbd_fit_problem.';

CREATE FUNCTION kam._bgnbd_accum(internal, integer, double precision, double precision) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_bgnbd_accum';
COMMENT ON FUNCTION kam._bgnbd_accum(internal, integer, double precision, double precision) IS 'Transition function of kam.bgnbd_fit and kam.bgnbd_fit_problem.';

CREATE FUNCTION kam._gamma_gamma_accum(internal, integer, double precision) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_gamma_gamma_accum';
COMMENT ON FUNCTION kam._gamma_gamma_accum(internal, integer, double precision) IS 'Transition function of kam.gamma_gamma_fit and kam.gamma_gamma_fit_problem.';

CREATE FUNCTION kam._alive_combine(internal, internal) RETURNS internal
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_alive_combine';
COMMENT ON FUNCTION kam._alive_combine(internal, internal) IS 'Combine function of the fits of the models.';

CREATE FUNCTION kam._alive_serialize(internal) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_alive_serialize';
COMMENT ON FUNCTION kam._alive_serialize(internal) IS 'Serialization of the state of a fit.';

CREATE FUNCTION kam._alive_deserialize(bytea, internal) RETURNS internal
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_alive_deserialize';
COMMENT ON FUNCTION kam._alive_deserialize(bytea, internal) IS 'Deserialization of the state of a fit.';

CREATE FUNCTION kam._alive_fit(internal) RETURNS double precision[]
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_alive_fit_parameters';
COMMENT ON FUNCTION kam._alive_fit(internal) IS 'Final function of the fits of the models.';

CREATE FUNCTION kam._alive_fit_problem(internal) RETURNS text
	LANGUAGE C IMMUTABLE PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'kam_alive_fit_problem';
COMMENT ON FUNCTION kam._alive_fit_problem(internal) IS 'Final function that tells why there is no fit.';

-- Those of one model have one state, so that a query that asks for both fits once.
CREATE AGGREGATE kam.bgbb_fit(x integer, t_x integer, n integer) (
	SFUNC = kam._bgbb_accum, STYPE = internal, SSPACE = 8192,
	FINALFUNC = kam._alive_fit, COMBINEFUNC = kam._alive_combine,
	SERIALFUNC = kam._alive_serialize, DESERIALFUNC = kam._alive_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.bgbb_fit(integer, integer, integer) IS
'Parameters {alpha, beta, gamma, delta} of the model BG/BB by maximum likelihood, a row per account: after its first month it bought in x of n months, the last time in month t_x. alpha / (alpha + beta) is the mean chance of a purchase in a month, gamma / (gamma + delta) that of being lost before it. Rows with a NULL are skipped. NULL if there are fewer than 30 accounts, or fewer than 10 of them with a repeat purchase, or no maximum is found; where less than one account is expected to be lost, the parameters call all of them alive, and only tell how often they buy: kam.bgbb_fit_problem says which. The parameters are searched from several points, those without a unit between 0.0001 and 10000. Neither the order of rows nor the plan changes a digit. Source: Fader, Hardie and Shang, Marketing Science 29 (2010). Errors are those of kam.bgbb_alive.';

CREATE AGGREGATE kam.bgbb_fit_problem(x integer, t_x integer, n integer) (
	SFUNC = kam._bgbb_accum, STYPE = internal, SSPACE = 8192,
	FINALFUNC = kam._alive_fit_problem, COMBINEFUNC = kam._alive_combine,
	SERIALFUNC = kam._alive_serialize, DESERIALFUNC = kam._alive_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.bgbb_fit_problem(integer, integer, integer) IS
'What is wrong with kam.bgbb_fit of the same rows. It is NULL for: fewer than 30 accounts, fewer than 10 repeat buyers, no maximum found. It has parameters, by which everybody is alive, for: no account seems lost. NULL if nothing is wrong. In one query with it, the fit is computed once.';

CREATE AGGREGATE kam.mbgnbd_fit(x integer, t_x double precision, age double precision) (
	SFUNC = kam._mbgnbd_accum, STYPE = internal, SSPACE = 8192,
	FINALFUNC = kam._alive_fit, COMBINEFUNC = kam._alive_combine,
	SERIALFUNC = kam._alive_serialize, DESERIALFUNC = kam._alive_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.mbgnbd_fit(integer, double precision, double precision) IS
'Parameters {r, alpha, a, b} of the model MBG/NBD by maximum likelihood, a row per account: since its first purchase it bought x times within age, the last time at t_x; times in any unit, such as days. r / alpha is the mean number of purchases in a unit of time, a / (a + b) the mean chance of being lost after a purchase, the first one too. Rows with a NULL are skipped. NULL if there are fewer than 30 accounts, or fewer than 10 of them with a repeat purchase, or no maximum is found; where less than one account is expected to be lost, the parameters call all of them alive, and only tell how often they buy: kam.mbgnbd_fit_problem says which. The parameters are searched from several points, those without a unit between 0.0001 and 10000. Neither the order of rows nor the plan changes a digit. Source: Batislam, Denizel and Filiztekin, Int. J. of Research in Marketing 24 (2007). Errors are those of kam.mbgnbd_alive.';

CREATE AGGREGATE kam.mbgnbd_fit_problem(x integer, t_x double precision, age double precision) (
	SFUNC = kam._mbgnbd_accum, STYPE = internal, SSPACE = 8192,
	FINALFUNC = kam._alive_fit_problem, COMBINEFUNC = kam._alive_combine,
	SERIALFUNC = kam._alive_serialize, DESERIALFUNC = kam._alive_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.mbgnbd_fit_problem(integer, double precision, double precision) IS
'What is wrong with kam.mbgnbd_fit of the same rows. It is NULL for: fewer than 30 accounts, fewer than 10 repeat buyers, no maximum found. It has parameters, by which everybody is alive, for: no account seems lost. NULL if nothing is wrong. In one query with it, the fit is computed once.';

CREATE AGGREGATE kam.bgnbd_fit(x integer, t_x double precision, age double precision) (
	SFUNC = kam._bgnbd_accum, STYPE = internal, SSPACE = 8192,
	FINALFUNC = kam._alive_fit, COMBINEFUNC = kam._alive_combine,
	SERIALFUNC = kam._alive_serialize, DESERIALFUNC = kam._alive_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.bgnbd_fit(integer, double precision, double precision) IS
'Parameters {r, alpha, a, b} of the model BG/NBD by maximum likelihood, as kam.mbgnbd_fit, but no account is lost after its first purchase. Rows with a NULL are skipped. NULL if there are fewer than 30 accounts, or fewer than 10 of them with a repeat purchase, or no maximum is found; where less than one account is expected to be lost, the parameters call all of them alive, and only tell how often they buy: kam.bgnbd_fit_problem says which. The parameters are searched from several points, those without a unit between 0.0001 and 10000. Neither the order of rows nor the plan changes a digit. Source: Fader, Hardie and Lee, Marketing Science 24 (2005). Errors are those of kam.bgnbd_alive.';

CREATE AGGREGATE kam.bgnbd_fit_problem(x integer, t_x double precision, age double precision) (
	SFUNC = kam._bgnbd_accum, STYPE = internal, SSPACE = 8192,
	FINALFUNC = kam._alive_fit_problem, COMBINEFUNC = kam._alive_combine,
	SERIALFUNC = kam._alive_serialize, DESERIALFUNC = kam._alive_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.bgnbd_fit_problem(integer, double precision, double precision) IS
'What is wrong with kam.bgnbd_fit of the same rows. It is NULL for: fewer than 30 accounts, fewer than 10 repeat buyers, no maximum found. It has parameters, by which everybody is alive, for: no account seems lost. NULL if nothing is wrong. In one query with it, the fit is computed once.';

CREATE AGGREGATE kam.gamma_gamma_fit(x integer, mean double precision) (
	SFUNC = kam._gamma_gamma_accum, STYPE = internal, SSPACE = 8192,
	FINALFUNC = kam._alive_fit, COMBINEFUNC = kam._alive_combine,
	SERIALFUNC = kam._alive_serialize, DESERIALFUNC = kam._alive_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.gamma_gamma_fit(integer, double precision) IS
'Parameters {p, q, v} of the model Gamma-Gamma by maximum likelihood, a row per account: its x repeat purchases had this mean, without credits. Accounts with x = 0 and rows with a NULL are skipped. NULL if there are fewer than 30 accounts, or the mean of the population, p v / (q - 1), is not finite: kam.gamma_gamma_fit_problem says which. Neither the order of rows nor the plan changes a digit. Source: Fader, Hardie and Lee, J. of Marketing Research 42 (2005). Errors: a negative x, a mean not above zero, NaN and infinity.';

CREATE AGGREGATE kam.gamma_gamma_fit_problem(x integer, mean double precision) (
	SFUNC = kam._gamma_gamma_accum, STYPE = internal, SSPACE = 8192,
	FINALFUNC = kam._alive_fit_problem, COMBINEFUNC = kam._alive_combine,
	SERIALFUNC = kam._alive_serialize, DESERIALFUNC = kam._alive_deserialize, PARALLEL = SAFE
);
COMMENT ON AGGREGATE kam.gamma_gamma_fit_problem(integer, double precision) IS
'Why kam.gamma_gamma_fit of the same rows is NULL: fewer than 30 accounts, no maximum found, spend has no finite mean. NULL if it is not. In one query with it, the fit is computed once.';
