-- Contract views: what a mart reads of the company's own tables, under names
-- and types that do not depend on them.  kam.create_mart makes them, the
-- functions kam.bind_... replace them, and nothing but refresh and check_data
-- reads them.
--
-- The expressions are their user's and stand in the view as they were typed,
-- read in the user's search_path.  What kam puts around them is qualified, so
-- that nothing in that search_path changes its meaning.

CREATE FUNCTION kam._contract_column() RETURNS TABLE (contract text, view_name text, place integer, column_name text, argument text, kind text, is_required boolean, meaning text)
	LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 50
BEGIN ATOMIC
	SELECT v.contract, v.view_name, v.place, v.column_name, v.argument, v.kind, v.is_required, v.meaning
	FROM (VALUES
		('sales', 'source_sale', 1, 'account_id', 'account', 'key', true, 'Account that bought. NULL is unattributed.'),
		('sales', 'source_sale', 2, 'sold_on', 'sold_on', 'date', true, 'Day of the sale.'),
		('sales', 'source_sale', 3, 'amount', 'amount', 'money', true, 'Net amount of the line, negative for credits. NaN stands for what is no amount.'),
		('sales', 'source_sale', 4, 'cost', 'cost', 'money', false, 'Cost of the line.'),
		('sales', 'source_sale', 5, 'quantity', 'quantity', 'quantity', false, 'Quantity of the line.'),
		('sales', 'source_sale', 6, 'weight_kg', 'weight_kg', 'quantity', false, 'Weight of the line in kilograms.'),
		('sales', 'source_sale', 7, 'product', 'product', 'text', false, 'Product that was sold.'),
		('sales', 'source_sale', 8, 'document', 'document', 'text', false, 'Invoice or order that the line belongs to.'),
		('sales', 'source_sale', 9, 'is_return', 'is_return', 'boolean', false, 'Whether the line takes goods back.'),
		('sales', 'source_sale', 10, 'list_amount', 'list_amount', 'money', false, 'Amount of the line at list prices.'),
		('sales', 'source_sale', 11, 'freight', 'freight', 'money', false, 'Freight paid for the line.'),
		('sales', 'source_sale', 12, 'requested_on', 'requested_on', 'date', false, 'Day for which delivery was asked.'),
		('sales', 'source_sale', 13, 'shipped_on', 'shipped_on', 'date', false, 'Day of the delivery.'),
		('receivables', 'source_receivable', 1, 'account_id', 'account', 'key', true, 'Account that owes.'),
		('receivables', 'source_receivable', 2, 'document', 'document', 'text', false, 'Invoice.'),
		('receivables', 'source_receivable', 3, 'issued_on', 'issued_on', 'date', true, 'Day of the invoice.'),
		('receivables', 'source_receivable', 4, 'due_on', 'due_on', 'date', false, 'Day on which it is due.'),
		('receivables', 'source_receivable', 5, 'paid_on', 'paid_on', 'date', true, 'Day on which it was paid. NULL is open.'),
		('receivables', 'source_receivable', 6, 'amount', 'amount', 'money', true, 'Amount of the invoice, negative for credit notes.'),
		('accounts', 'source_account', 1, 'account_id', 'account', 'key', true, 'Account.'),
		('accounts', 'source_account', 2, 'account_name', 'name', 'text', false, 'Name of the account.'),
		('accounts', 'source_account', 3, 'manager', 'manager', 'text', false, 'Who is responsible for it.'),
		('accounts', 'source_account', 4, 'parent_id', 'parent', 'key', false, 'Account that it belongs to.'),
		('accounts', 'source_account', 5, 'account_group', 'account_group', 'text', false, 'Group that it belongs to.'),
		('accounts', 'source_account', 6, 'industry', 'industry', 'text', false, 'Industry.'),
		('accounts', 'source_account', 7, 'region', 'region', 'text', false, 'Region.'),
		('accounts', 'source_account', 8, 'country', 'country', 'text', false, 'Country.'),
		('accounts', 'source_account', 9, 'channel', 'channel', 'text', false, 'Channel, for example distributor or representative.'),
		('accounts', 'source_account', 10, 'credit_limit', 'credit_limit', 'money', false, 'Credit limit.'),
		('accounts', 'source_account', 11, 'payment_terms', 'payment_terms', 'text', false, 'Payment terms.'),
		('accounts', 'source_account', 12, 'is_prestige', 'prestige', 'boolean', false, 'Whether its name lends prestige.'),
		('accounts', 'source_account', 13, 'is_multinational', 'multinational', 'boolean', false, 'Whether it is multinational.'),
		('accounts', 'source_account', 14, 'is_image_maker', 'image_maker', 'boolean', false, 'Whether others follow it.'),
		('accounts', 'source_account', 15, 'is_expert', 'expert', 'boolean', false, 'Whether it is an expert of its field.'),
		('accounts', 'source_account', 16, 'is_test_partner', 'test_partner', 'boolean', false, 'Whether it tries new products.'),
		('accounts', 'source_account', 17, 'is_excluded', 'excluded', 'boolean', false, 'Whether it is not ranked.'),
		('products', 'source_product', 1, 'product', 'product', 'text', true, 'Product.'),
		('products', 'source_product', 2, 'product_name', 'name', 'text', false, 'Name of the product.'),
		('products', 'source_product', 3, 'category', 'category', 'text', false, 'Category.'),
		('products', 'source_product', 4, 'weight_kg', 'weight_kg', 'quantity', false, 'Weight of one in kilograms.'),
		('products', 'source_product', 5, 'is_slow_moving', 'slow_moving', 'boolean', false, 'Whether it moves slowly.'),
		('products', 'source_product', 6, 'is_non_conforming', 'non_conforming', 'boolean', false, 'Whether it does not conform to the standard.'),
		('products', 'source_product', 7, 'is_service', 'is_service', 'boolean', false, 'Whether it is a service (postage, fees), which is not ranked.'),
		('stock', 'source_stock', 1, 'product', 'product', 'text', true, 'Product.'),
		('stock', 'source_stock', 2, 'quantity', 'quantity', 'quantity', true, 'Quantity in stock.'),
		('stock', 'source_stock', 3, 'counted_on', 'counted_on', 'date', false, 'Day of the count.')
	) AS v (contract, view_name, place, column_name, argument, kind, is_required, meaning);
END;
COMMENT ON FUNCTION kam._contract_column() IS
'One row per column of a contract view: the argument of kam.bind_... that it is made from, its kind (key, date, money, quantity, text, boolean) and what it means.';

-- Checks of arguments
CREATE FUNCTION kam._check_relation(relation regclass, argument text, mart text) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	c record;
BEGIN
	IF relation IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = format('%s must not be NULL', argument),
			HINT = format('Give a table or view, for example %s => ''public.table_name''.', argument);
	END IF;
	SELECT p.relkind, p.relpersistence, p.relnamespace, n.nspname, p.relname INTO c
	FROM pg_class AS p JOIN pg_namespace AS n ON n.oid = p.relnamespace WHERE p.oid = relation;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'undefined_table', MESSAGE = format('%s: relation with OID %s does not exist', argument, relation::oid),
			HINT = format('Give a table or view by its name, for example %s => ''public.table_name''.', argument);
	ELSIF c.relkind NOT IN ('r', 'p', 'v', 'f', 'm') THEN
		RAISE EXCEPTION USING ERRCODE = 'wrong_object_type', MESSAGE = format('%s: %s is not a table or view', argument, kam._relation_name(relation)),
			HINT = 'A table, partitioned table, view, materialized view or foreign table can be bound.';
	ELSIF c.relpersistence = 't' THEN
		RAISE EXCEPTION USING ERRCODE = 'wrong_object_type', MESSAGE = format('%s: %I is temporary', argument, c.relname),
			HINT = 'A mart outlives the session: copy it into a table, CREATE TABLE ... AS TABLE ....';
	ELSIF c.nspname = mart AND c.relname IN (SELECT r.relation_name FROM kam._mart_relation() AS r) THEN
		RAISE EXCEPTION USING ERRCODE = 'wrong_object_type', MESSAGE = format('%s: %s is part of the mart itself', argument, kam._relation_name(relation)),
			HINT = format('SELECT * FROM %I.binding tells what is bound now.', mart);
	ELSIF NOT has_schema_privilege(c.relnamespace, 'USAGE') THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('%s: permission denied for schema %I', argument, c.nspname),
			HINT = format('GRANT USAGE ON SCHEMA %I TO %I;', c.nspname, current_user);
	ELSIF NOT has_any_column_privilege(relation, 'SELECT') THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('%s: permission denied for %s', argument, kam._relation_name(relation)),
			HINT = format('GRANT SELECT ON %s TO %I;', kam._relation_name(relation), current_user);
	END IF;
END
$$;
COMMENT ON FUNCTION kam._check_relation(regclass, text, text) IS
'Raises an error that names the argument unless the relation is a table or view that the caller may read and a contract view of the mart can be made over.';

CREATE FUNCTION kam._check_required(contract text, expressions jsonb) RETURNS void
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	missing text;
BEGIN
	SELECT c.argument INTO missing FROM kam._contract_column() AS c
	WHERE c.contract = _check_required.contract AND c.is_required AND expressions ->> c.argument IS NULL
	ORDER BY c.place LIMIT 1;
	IF FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = format('%s must not be NULL', missing),
			HINT = format('Give a column or an expression, for example %s => ''column_name''.', missing);
	END IF;
END
$$;
COMMENT ON FUNCTION kam._check_required(text, jsonb) IS 'Raises an error if an argument that a contract needs is NULL.';

CREATE FUNCTION kam._column_list(relation regclass) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT format('Columns of %s: %s%s.', kam._relation_name(relation),
		string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.place <= 40), CASE WHEN count(*) > 40 THEN ' and more' ELSE '' END)
	FROM (SELECT p.attname, p.attnum, row_number() OVER (ORDER BY p.attnum) AS place FROM pg_attribute AS p WHERE p.attrelid = relation AND p.attnum > 0 AND NOT p.attisdropped) AS a;
END;
COMMENT ON FUNCTION kam._column_list(regclass) IS 'The columns of a relation, at most 40, as a sentence for hints.';

CREATE FUNCTION kam._cast_hint(argument text, expression text, type oid, wanted text) RETURNS text
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE WHEN EXISTS (SELECT FROM pg_cast AS c WHERE c.castsource = type AND c.casttarget = split_part(wanted, '(', 1)::regtype)
		OR (SELECT t.typcategory = 'S' OR wanted = 'text' FROM pg_type AS t WHERE t.oid = type)
	THEN format('Cast it: %s => %L', argument, format('(%s)::%s', expression, wanted))
	ELSE format('Give another column or an expression of type %s.', wanted) END;
COMMENT ON FUNCTION kam._cast_hint(text, text, oid, text) IS 'The hint that shows how to cast an argument to a type, if there is such a cast.';

CREATE FUNCTION kam._probe(path text, mart text, relation regclass, argument text, expression text,
	OUT type oid, OUT typmod integer, OUT is_domain boolean, OUT collation_id oid, OUT full_name text)
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	state text;
	message text;
	detail text;
	hint text;
	probe text := format('%I._kam_probe', mart);
	base record;
BEGIN
	PERFORM kam._check_expression(expression, argument);
	BEGIN
		-- WHERE refuses what does not belong to one line: aggregates, window
		-- functions, sets.
		PERFORM kam._execute_in(path, format(E'CREATE VIEW %s AS SELECT (%s\n) AS value FROM %s WHERE (%s\n) IS NOT NULL', probe, expression, kam._relation_name(relation), expression));
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		RAISE EXCEPTION USING ERRCODE = state, MESSAGE = format('%s: %s', argument, message),
			DETAIL = concat_ws(' ', format('The expression is: %s', expression), nullif(detail, '')),
			HINT = concat_ws(' ', nullif(hint, ''), CASE state WHEN '42703' THEN kam._column_list(relation)
				ELSE format('Give an expression over the columns of one row of %s.', kam._relation_name(relation)) END);
	END;
	SELECT a.atttypid, a.atttypmod, a.attcollation, format_type(a.atttypid, a.atttypmod) INTO type, typmod, collation_id, full_name
	FROM pg_attribute AS a WHERE a.attrelid = probe::regclass AND a.attnum = 1;
	EXECUTE 'DROP VIEW ' || probe;
	is_domain := false;
	LOOP
		SELECT t.typtype, t.typbasetype, t.typtypmod INTO base FROM pg_type AS t WHERE t.oid = type;
		EXIT WHEN base.typtype <> 'd';
		is_domain := true;
		type := base.typbasetype;
		typmod := base.typtypmod;
	END LOOP;
END
$$;
COMMENT ON FUNCTION kam._probe(text, text, regclass, text, text) IS
'Type of an expression over a relation, a domain as its base type. Errors name the argument and the columns there are.';

-- Types
CREATE FUNCTION kam._new_key_type(path text, mart text, relation regclass, argument text, expression text, OUT key_name text)
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;
BEGIN
	SELECT * INTO p FROM kam._probe(path, mart, relation, argument, expression);
	IF p.is_domain OR p.type NOT IN ('integer'::regtype, 'bigint'::regtype, 'text'::regtype, 'varchar'::regtype, 'uuid'::regtype) THEN
		RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch', MESSAGE = format('%s is of type %s, which cannot be the key of accounts', argument, p.full_name),
			DETAIL = 'The key is integer, bigint, text, varchar(n) or uuid.',
			HINT = kam._cast_hint(argument, expression, p.type,
				CASE WHEN p.type = 'smallint'::regtype THEN 'integer'
					WHEN p.type = 'numeric'::regtype THEN 'bigint'
					WHEN p.type IN ('integer'::regtype, 'bigint'::regtype, 'uuid'::regtype) THEN format_type(p.type, NULL)
					ELSE 'text' END);
	END IF;
	key_name := CASE WHEN p.type = 'varchar'::regtype AND p.typmod < 0 THEN 'text' ELSE format_type(p.type, p.typmod) END;
END
$$;
COMMENT ON FUNCTION kam._new_key_type(text, text, regclass, text, text) IS
'Type of the account key of a new mart. An error with the cast to use if the expression has another than a key can have.';

CREATE FUNCTION kam._money_type(path text, mart text, relation regclass, argument text, expression text,
	OUT type oid, OUT digits integer, OUT own_scale integer, OUT scale integer)
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	p record;
BEGIN
	SELECT * INTO p FROM kam._probe(path, mart, relation, argument, expression);
	type := p.type;
	CASE
		WHEN type IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype) THEN
			digits := CASE type WHEN 'smallint'::regtype THEN 5 WHEN 'integer'::regtype THEN 10 ELSE 19 END;
			own_scale := 0;
		WHEN type = 'numeric'::regtype AND p.typmod >= 0 THEN
			-- eleven bits with a sign
			own_scale := (((p.typmod - 4) & 2047) # 1024) - 1024;
			digits := (((p.typmod - 4) >> 16) & 65535) - own_scale;
		WHEN type IN ('numeric'::regtype, 'real'::regtype, 'double precision'::regtype) THEN
			NULL;
		ELSE
			RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch', MESSAGE = format('%s is of type %s, not a number', argument, p.full_name),
				DETAIL = format('The expression is: %s', expression),
				HINT = kam._cast_hint(argument, expression, type, CASE WHEN type = 'money'::regtype THEN 'numeric(24,2)' ELSE 'numeric(24,4)' END);
	END CASE;
	scale := least(greatest(coalesce(own_scale, 4), 0), 8);
END
$$;
COMMENT ON FUNCTION kam._money_type(text, text, regclass, text, text) IS
'Type of an expression for an amount or a quantity: its digits before the point and its scale, NULL where the type does not limit them, and the scale of a mart whose amount it is. An error with the cast to use for what is no number.';

CREATE FUNCTION kam._number_target(type oid, digits integer, own_scale integer, expression text, precision_wanted integer, scale_wanted integer) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	wanted text := format('pg_catalog."numeric"(%s,%s)', precision_wanted, scale_wanted);
	inner_expression text := format(E'(%s\n)', expression);
BEGIN
	IF digits < precision_wanted - scale_wanted OR digits = precision_wanted - scale_wanted AND own_scale <= scale_wanted THEN
		RETURN inner_expression || '::' || wanted;
	END IF;

	-- A value that does not fit must not end the night's refresh: it becomes
	-- NaN, which refresh sets aside.
	IF type IN ('real'::regtype, 'double precision'::regtype) THEN
		-- real would give up its seventh digit and further ones
		inner_expression := inner_expression || '::pg_catalog.float8';
	ELSIF type <> 'numeric'::regtype THEN
		inner_expression := inner_expression || '::pg_catalog."numeric"';
	END IF;
	RETURN format('CASE WHEN pg_catalog.abs(%1$s) OPERATOR(pg_catalog.<) %2$L::pg_catalog.%3$I THEN %1$s::%4$s WHEN %1$s IS NULL THEN NULL::%4$s ELSE %5$L::%4$s END',
		inner_expression, '1e' || precision_wanted - scale_wanted - 1,
		CASE WHEN type IN ('real'::regtype, 'double precision'::regtype) THEN 'float8' ELSE 'numeric' END, wanted, 'NaN');
END
$$;
COMMENT ON FUNCTION kam._number_target(oid, integer, integer, text, integer, integer) IS
'Expression of a contract view that gives a number as numeric of this precision and scale, with NaN for what does not fit.';

CREATE FUNCTION kam._at_zone(time_zone text) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ' AT TIME ZONE ' || quote_literal(time_zone) || ')::pg_catalog.date';
COMMENT ON FUNCTION kam._at_zone(text) IS
'What makes the day in a time zone of the moment in brackets before it.';

CREATE FUNCTION kam._target(path text, mart text, relation regclass, argument text, kind text, expression text, key_type oid, key_typmod integer, scale integer, time_zone text) RETURNS text
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	p record;
	m record;
	number_precision integer;
	number_scale integer;
	target text := format(E'(%s\n)', expression);
	key_name text := format('pg_catalog.%I', (SELECT t.typname FROM pg_type AS t WHERE t.oid = key_type)) || CASE WHEN key_typmod >= 0 THEN format('(%s)', key_typmod - 4) ELSE '' END;
BEGIN
	IF kind IN ('money', 'quantity') THEN
		number_precision := CASE kind WHEN 'money' THEN 24 ELSE 20 END;
		number_scale := CASE kind WHEN 'money' THEN scale ELSE 4 END;
		IF expression IS NULL THEN
			RETURN format('NULL::pg_catalog."numeric"(%s,%s)', number_precision, number_scale);
		END IF;
		SELECT * INTO m FROM kam._money_type(path, mart, relation, argument, expression);
		IF m.own_scale > number_scale THEN
			RAISE NOTICE '% has % decimals and is rounded to %, line by line', argument, m.own_scale, number_scale;
		END IF;
		RETURN kam._number_target(m.type, m.digits, m.own_scale, expression, number_precision, number_scale);
	END IF;
	IF expression IS NULL THEN
		RETURN 'NULL::' || CASE kind WHEN 'key' THEN key_name WHEN 'date' THEN 'pg_catalog.date' WHEN 'text' THEN 'pg_catalog.text' ELSE 'pg_catalog.bool' END;
	END IF;

	SELECT * INTO p FROM kam._probe(path, mart, relation, argument, expression);
	CASE kind
		WHEN 'key' THEN
			IF p.is_domain
				OR NOT (p.type = key_type AND (key_typmod < 0 OR p.typmod BETWEEN 0 AND key_typmod)
					OR key_type = 'bigint'::regtype AND p.type IN ('integer'::regtype, 'smallint'::regtype)
					OR key_type = 'integer'::regtype AND p.type = 'smallint'::regtype
					OR key_type = 'text'::regtype AND p.type = 'varchar'::regtype) THEN
				RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch', MESSAGE = format('%s is of type %s, but the accounts of mart %I are of type %s', argument, p.full_name, mart, format_type(key_type, key_typmod)),
					HINT = kam._cast_hint(argument, expression, p.type, format_type(key_type, key_typmod));
			END IF;
			target := target || '::' || key_name;
		WHEN 'date' THEN
			CASE p.type
				WHEN 'date'::regtype, 'timestamp'::regtype THEN
					target := target || '::pg_catalog.date';
				WHEN 'timestamptz'::regtype THEN
					target := '(' || target || kam._at_zone(time_zone);
				ELSE
					RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch', MESSAGE = format('%s is of type %s, not a date', argument, p.full_name),
						DETAIL = 'Dates, timestamps and timestamps with time zone are taken.',
						HINT = CASE WHEN p.type IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype) THEN format('Make it a date: %s => %L', argument, format('to_date(%s, ''YYYY-MM-DD'')', expression))
							WHEN p.type IN ('integer'::regtype, 'bigint'::regtype, 'numeric'::regtype) THEN format('Make it a date: %s => %L', argument, format('to_date((%s)::text, ''YYYYMMDD'')', expression))
							ELSE 'Give another column or an expression of type date.' END;
			END CASE;
		WHEN 'text' THEN
			target := target || '::pg_catalog.text';
		ELSE
			IF p.type <> 'boolean'::regtype THEN
				RAISE EXCEPTION USING ERRCODE = 'datatype_mismatch', MESSAGE = format('%s is of type %s, not boolean', argument, p.full_name),
					DETAIL = format('The expression is: %s', expression),
					HINT = format('Give a condition, for example %s => %L.', argument, format('(%s) = %s', expression, CASE WHEN p.type IN ('smallint'::regtype, 'integer'::regtype, 'bigint'::regtype, 'numeric'::regtype) THEN '1' ELSE '''Y''' END));
			END IF;
			target := target || '::pg_catalog.bool';
	END CASE;

	-- Keys and names of all contracts meet in joins.
	IF kind IN ('key', 'text') AND p.collation_id <> 0 AND p.collation_id <> 'pg_catalog."default"'::regcollation THEN
		target := target || ' COLLATE pg_catalog."default"';
	END IF;
	RETURN target;
END
$$;
COMMENT ON FUNCTION kam._target(text, text, regclass, text, text, text, oid, integer, integer, text) IS
'Expression of a contract view for an expression of the user (NULL: none) and a kind of column, cast to the type that the contract has. Errors name the argument and the cast to use.';

-- Making a contract view
CREATE FUNCTION kam._bind(path text, mart text, contract text, relation regclass, expressions jsonb, is_rebinding boolean) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	mart_path text := kam._mart_path(mart);
	types record;
	c record;
	view_name text;
	zone text;
	target text;
	targets text := '';
	is_zoned boolean := false;
	condition text := 'false';
	state text;
	message text;
	totals_before text;
BEGIN
	PERFORM kam._lock_mart(mart);
	PERFORM set_config('search_path', mart_path, true);
	SELECT s.time_zone INTO STRICT zone FROM settings AS s;
	SELECT * INTO STRICT types FROM kam._mart_types(mart);
	IF is_rebinding THEN
		PERFORM kam._check_relation(relation, contract, mart);
		PERFORM kam._check_required(contract, expressions);
		totals_before := CASE WHEN EXISTS (SELECT FROM binding AS b WHERE b.contract = contract) THEN kam._contract_totals(mart, contract) END;
		IF contract = 'sales' THEN
			PERFORM kam._check_scale(path, mart, relation, expressions ->> 'amount', types.scale);
		END IF;
	END IF;

	FOR c IN SELECT * FROM kam._contract_column() AS k WHERE k.contract = contract ORDER BY k.place LOOP
		view_name := c.view_name;
		target := kam._target(path, mart, relation, c.argument, c.kind, CASE WHEN relation IS NOT NULL THEN expressions ->> c.argument END, types.key_type, types.key_typmod, types.scale, zone);
		targets := targets || CASE WHEN c.place > 1 THEN E',\n\t' ELSE '' END || target || ' AS ' || quote_ident(c.column_name);
		is_zoned := is_zoned OR c.kind = 'date' AND right(target, length(kam._at_zone(zone))) = kam._at_zone(zone);
	END LOOP;
	IF relation IS NOT NULL THEN
		condition := CASE WHEN expressions ->> 'filter' IS NULL THEN 'true'
			ELSE kam._target(path, mart, relation, 'filter', 'boolean', expressions ->> 'filter', types.key_type, types.key_typmod, types.scale, zone) END;
	END IF;
	BEGIN
		PERFORM kam._execute_in(path, format(E'CREATE OR REPLACE VIEW %I.%I AS\nSELECT %s', mart, view_name, targets)
			|| CASE WHEN relation IS NULL THEN E'\nWHERE false'
				ELSE E'\nFROM ' || kam._relation_name(relation) || CASE condition WHEN 'true' THEN '' ELSE E'\nWHERE ' || condition END END);
	EXCEPTION WHEN invalid_table_definition OR wrong_object_type THEN
		GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT;
		RAISE EXCEPTION USING ERRCODE = state, MESSAGE = format('%I.%I is not as kam made it: %s', mart, view_name, message),
			HINT = format('Drop it and bind again: DROP VIEW %I.%I;', mart, view_name);
	END;

	-- What the owner may not read is better known now than at night.
	BEGIN
		EXECUTE format('SELECT * FROM %I LIMIT 0', view_name);
	EXCEPTION WHEN insufficient_privilege THEN
		GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = format('%s: %s', contract, message),
			HINT = format('The owner of the mart reads it: GRANT SELECT ON %s TO %I;', kam._relation_name(relation), current_user);
	END;
	IF expressions ->> 'currency' IS NOT NULL AND relation IS NOT NULL THEN
		PERFORM kam._check_currency(path, mart, relation, expressions ->> 'currency', condition);
	END IF;

	IF relation IS NOT NULL AND contract IN ('accounts', 'products') THEN
		PERFORM kam._check_unique(mart, contract);
	END IF;

	DELETE FROM binding AS b WHERE b.contract = contract;
	IF relation IS NOT NULL THEN
		INSERT INTO binding (contract, column_name, expression)
		SELECT contract, 'relation', kam._relation_name(relation)
		UNION ALL SELECT contract, k.column_name, expressions ->> k.argument FROM kam._contract_column() AS k WHERE k.contract = contract AND expressions ->> k.argument IS NOT NULL
		UNION ALL SELECT contract, 'time_zone', zone WHERE is_zoned
		UNION ALL SELECT contract, x, expressions ->> x FROM unnest(ARRAY['currency', 'filter']) AS x WHERE expressions ->> x IS NOT NULL;
	END IF;
	EXECUTE format('COMMENT ON VIEW %I IS %L', view_name, CASE
		WHEN relation IS NULL THEN format('Contract: has no rows until kam.bind_%s binds it.', contract)
		ELSE format('Contract: one row per row of %s, as kam reads it. Changed by kam.bind_%s.', kam._relation_name(relation), contract) END);
	FOR c IN SELECT * FROM kam._contract_column() AS k WHERE k.contract = contract ORDER BY k.place LOOP
		EXECUTE format('COMMENT ON COLUMN %I.%I IS %L', view_name, c.column_name, c.meaning);
	END LOOP;
	IF is_rebinding THEN
		IF totals_before IS NOT NULL THEN
			RAISE NOTICE '% before: %', contract, totals_before;
		END IF;
		RAISE NOTICE '% now: %', contract, kam._contract_totals(mart, contract);
	END IF;
END
$$;
COMMENT ON FUNCTION kam._bind(text, text, text, regclass, jsonb, boolean) IS
'Makes or replaces the contract view of a contract, over a relation or, for NULL, without rows, and writes down what it was made from. A rebinding reports the totals before and after.';

CREATE FUNCTION kam._check_scale(path text, mart text, relation regclass, amount text, scale integer) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found_scale integer := (SELECT t.scale FROM kam._money_type(path, mart, relation, 'amount', amount) AS t);
BEGIN
	IF found_scale > scale THEN
		RAISE EXCEPTION USING ERRCODE = 'feature_not_supported', MESSAGE = format('amount has %s decimals, the money of mart %I has %s', found_scale, mart, scale),
			DETAIL = 'The types of a mart are fixed when it is made.',
			HINT = format('Round it: amount => %L, or make a new mart.', format('round((%s)::numeric, %s)::numeric(24,%s)', amount, scale, scale));
	END IF;
END
$$;
COMMENT ON FUNCTION kam._check_scale(text, text, regclass, text, integer) IS
'Raises an error if amounts have more decimals than the money of the mart.';

CREATE FUNCTION kam._check_currency(path text, mart text, relation regclass, currency text, condition text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	target text := kam._target(path, mart, relation, 'currency', 'text', currency, 'text'::regtype, -1, 4, 'UTC');
	currencies text[];
BEGIN
	PERFORM kam._execute_in(path, format(E'CREATE VIEW %I._kam_probe AS SELECT %s AS currency FROM %s WHERE %s', mart, target, kam._relation_name(relation), condition));
	-- min and max run in parallel, DISTINCT would not
	EXECUTE format('SELECT ARRAY[min(currency COLLATE "C"), max(currency COLLATE "C")] FROM %I._kam_probe', mart) INTO currencies;
	EXECUTE format('DROP VIEW %I._kam_probe', mart);
	IF currencies[1] <> currencies[2] THEN
		RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value', MESSAGE = format('sales are in several currencies, %s and %s among them', currencies[1], currencies[2]),
			DETAIL = 'Amounts of several currencies cannot be added.',
			HINT = format('Convert them, for example amount => ''net_amount * rate'', and leave out currency; or make a mart for each, for example filter => %L.', format('(%s) = %L', currency, currencies[1]));
	END IF;
END
$$;
COMMENT ON FUNCTION kam._check_currency(text, text, regclass, text, text) IS
'Raises an error if the rows that a condition chooses have more than one currency. NULL counts as none.';

CREATE FUNCTION kam._check_unique(mart text, contract text) RETURNS void
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	key record;
	repeated record;
BEGIN
	SELECT c.view_name, c.column_name, c.argument INTO key FROM kam._contract_column() AS c WHERE c.contract = contract AND c.place = 1;
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	EXECUTE format('SELECT %1$I::text AS value, count(*) AS row_count FROM %2$I WHERE %1$I IS NOT NULL GROUP BY %1$I HAVING count(*) > 1 ORDER BY count(*) DESC, %1$I LIMIT 1', key.column_name, key.view_name) INTO repeated;
	IF repeated.value IS NOT NULL THEN
		RAISE EXCEPTION USING ERRCODE = 'unique_violation', MESSAGE = format('%s is not unique: %s has %s rows', key.argument, quote_literal(repeated.value), repeated.row_count),
			HINT = 'Choose one row each, for example filter => ''valid_until IS NULL'', or bind a view that does.';
	END IF;
END
$$;
COMMENT ON FUNCTION kam._check_unique(text, text) IS
'Raises an error if a bound table of accounts or products has a key twice. Rows without key are allowed.';

CREATE FUNCTION kam._contract_totals(mart text, contract text) RETURNS text
	LANGUAGE plpgsql
	SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_variable
DECLARE
	view_name text := (SELECT min(c.view_name) FROM kam._contract_column() AS c WHERE c.contract = contract);
	measure text := (SELECT c.column_name FROM kam._contract_column() AS c WHERE c.contract = contract AND c.is_required AND c.kind IN ('money', 'quantity'));
	day text := (SELECT c.column_name FROM kam._contract_column() AS c WHERE c.contract = contract AND c.kind = 'date' ORDER BY c.place LIMIT 1);
	totals record;
BEGIN
	PERFORM set_config('search_path', kam._mart_path(mart), true);
	-- A view whose table has changed or gone must not keep anybody from
	-- binding another.
	BEGIN
		EXECUTE format('SELECT count(*) AS line_count, %s AS total, %s AS first_day, %s AS last_day FROM %I',
			CASE WHEN measure IS NULL THEN 'NULL::numeric' ELSE format('sum(%1$I) FILTER (WHERE %1$I < ''NaN'')', measure) END,
			CASE WHEN day IS NULL THEN 'NULL::date' ELSE format('min(%1$I) FILTER (WHERE isfinite(%1$I))', day) END,
			CASE WHEN day IS NULL THEN 'NULL::date' ELSE format('max(%1$I) FILTER (WHERE isfinite(%1$I))', day) END, view_name) INTO totals;
	EXCEPTION WHEN OTHERS THEN
		RETURN 'cannot be read: ' || SQLERRM;
	END;
	RETURN concat_ws(', ', totals.line_count || ' rows', 'sum of ' || measure || ' ' || totals.total,
		CASE WHEN totals.first_day IS NOT NULL THEN format('%s from %s to %s', day, to_char(totals.first_day, 'YYYY-MM-DD'), to_char(totals.last_day, 'YYYY-MM-DD')) END);
END
$$;
COMMENT ON FUNCTION kam._contract_totals(text, text) IS
'Number of rows, sum, first and last day of a contract view, in words.';

-- Binding
CREATE FUNCTION kam.bind_sales(mart text, sales regclass, account text, sold_on text, amount text,
	cost text DEFAULT NULL, quantity text DEFAULT NULL, weight_kg text DEFAULT NULL, product text DEFAULT NULL, document text DEFAULT NULL,
	is_return text DEFAULT NULL, list_amount text DEFAULT NULL, freight text DEFAULT NULL, requested_on text DEFAULT NULL, shipped_on text DEFAULT NULL,
	currency text DEFAULT NULL, filter text DEFAULT NULL) RETURNS void
	LANGUAGE sql
BEGIN ATOMIC
	SELECT kam._bind(current_setting('search_path'), mart, 'sales', sales,
		jsonb_build_object('account', account, 'sold_on', sold_on, 'amount', amount, 'cost', cost, 'quantity', quantity, 'weight_kg', weight_kg,
			'product', product, 'document', document, 'is_return', is_return, 'list_amount', list_amount, 'freight', freight,
			'requested_on', requested_on, 'shipped_on', shipped_on, 'currency', currency, 'filter', filter), true);
END;
COMMENT ON FUNCTION kam.bind_sales(text, regclass, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text) IS
'Binds a mart to other sales, with the arguments of kam.create_mart; what is not given is bound no more. Reports rows, sum and days before and after by NOTICE; the next refresh reads the new ones. The type of the key and the decimals of the money stay those of the mart. Only for the owner of the mart, not while it is refreshed.';

CREATE FUNCTION kam.bind_receivables(mart text, receivables regclass, account text, issued_on text, paid_on text, amount text,
	due_on text DEFAULT NULL, document text DEFAULT NULL, filter text DEFAULT NULL) RETURNS void
	LANGUAGE sql
BEGIN ATOMIC
	SELECT kam._bind(current_setting('search_path'), mart, 'receivables', receivables,
		jsonb_build_object('account', account, 'issued_on', issued_on, 'paid_on', paid_on, 'amount', amount, 'due_on', due_on, 'document', document, 'filter', filter), true);
END;
COMMENT ON FUNCTION kam.bind_receivables(text, regclass, text, text, text, text, text, text, text) IS
'Binds a mart to invoices: one row each, with the day it was paid (NULL while open). account to filter are columns or expressions, written as in a query with the caller''s search_path; all after amount may be NULL. Reports rows, sum and days before and after by NOTICE. Only for the owner of the mart, not while it is refreshed.';

CREATE FUNCTION kam.bind_accounts(mart text, accounts regclass, account text, name text DEFAULT NULL, manager text DEFAULT NULL, parent text DEFAULT NULL,
	account_group text DEFAULT NULL, industry text DEFAULT NULL, region text DEFAULT NULL, country text DEFAULT NULL, channel text DEFAULT NULL,
	credit_limit text DEFAULT NULL, payment_terms text DEFAULT NULL, prestige text DEFAULT NULL, multinational text DEFAULT NULL, image_maker text DEFAULT NULL,
	expert text DEFAULT NULL, test_partner text DEFAULT NULL, excluded text DEFAULT NULL, filter text DEFAULT NULL) RETURNS void
	LANGUAGE sql
BEGIN ATOMIC
	SELECT kam._bind(current_setting('search_path'), mart, 'accounts', accounts,
		jsonb_build_object('account', account, 'name', name, 'manager', manager, 'parent', parent, 'account_group', account_group, 'industry', industry,
			'region', region, 'country', country, 'channel', channel, 'credit_limit', credit_limit, 'payment_terms', payment_terms, 'prestige', prestige,
			'multinational', multinational, 'image_maker', image_maker, 'expert', expert, 'test_partner', test_partner, 'excluded', excluded, 'filter', filter), true);
END;
COMMENT ON FUNCTION kam.bind_accounts(text, regclass, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text) IS
'Binds a mart to a table of accounts: one row each. account to filter are columns or expressions, written as in a query with the caller''s search_path; prestige to excluded and filter are boolean; all after account may be NULL. Reports the rows before and after by NOTICE. An account that stands there twice is an error. Only for the owner of the mart, not while it is refreshed.';

CREATE FUNCTION kam.bind_products(mart text, products regclass, product text, name text DEFAULT NULL, category text DEFAULT NULL, weight_kg text DEFAULT NULL,
	slow_moving text DEFAULT NULL, non_conforming text DEFAULT NULL, is_service text DEFAULT NULL, filter text DEFAULT NULL) RETURNS void
	LANGUAGE sql
BEGIN ATOMIC
	SELECT kam._bind(current_setting('search_path'), mart, 'products', products,
		jsonb_build_object('product', product, 'name', name, 'category', category, 'weight_kg', weight_kg, 'slow_moving', slow_moving, 'non_conforming', non_conforming,
			'is_service', is_service, 'filter', filter), true);
END;
COMMENT ON FUNCTION kam.bind_products(text, regclass, text, text, text, text, text, text, text, text) IS
'Binds a mart to a table of products: one row each. product to filter are columns or expressions, written as in a query with the caller''s search_path; slow_moving to filter are boolean; all after product may be NULL. Products that are a service (postage, fees) are not ranked. Reports the rows before and after by NOTICE. A product that stands there twice is an error. Only for the owner of the mart, not while it is refreshed.';

CREATE FUNCTION kam.bind_stock(mart text, stock regclass, product text, quantity text, counted_on text DEFAULT NULL, filter text DEFAULT NULL) RETURNS void
	LANGUAGE sql
BEGIN ATOMIC
	SELECT kam._bind(current_setting('search_path'), mart, 'stock', stock,
		jsonb_build_object('product', product, 'quantity', quantity, 'counted_on', counted_on, 'filter', filter), true);
END;
COMMENT ON FUNCTION kam.bind_stock(text, regclass, text, text, text, text) IS
'Binds a mart to stocks: one row per product, store and day of count. product to filter are columns or expressions, written as in a query with the caller''s search_path; counted_on and filter may be NULL. Reports rows, sum and days before and after by NOTICE. Only for the owner of the mart, not while it is refreshed.';
