-- What damages binary images and gives them to COPY, for the TAP tests of the
-- binary forms.  The test brings the table target, with one column of the type,
-- the table or view pool (id, image) of valid images, and check_target(image),
-- which says 'ok' if what target took is in order.

-- Reads one image through COPY and says 'ok', or the SQLSTATE of its refusal
CREATE FUNCTION copy_image(image bytea) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	file text := current_setting('data_directory') || '/image';
	object oid := lo_from_bytea(0, '\x5047434f50590aff0d0a00'::bytea || int4send(0) || int4send(0) || int2send(1::int2) || int4send(length(image)) || image || int2send((-1)::int2));
BEGIN
	PERFORM lo_export(object, file);
	PERFORM lo_unlink(object);
	BEGIN
		EXECUTE format('COPY target FROM %L (FORMAT binary)', file);
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE;
	END;
	RETURN 'ok';
END $$;

-- The same, or what is wrong with what it was taken for
CREATE FUNCTION answer_of(image bytea) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	answer text := copy_image(image);
BEGIN
	IF answer = 'ok' THEN
		answer := check_target(image);
		DELETE FROM target;
	END IF;
	RETURN answer;
END $$;

-- A byte of a random kind
CREATE FUNCTION random_byte() RETURNS integer
LANGUAGE sql AS $$ SELECT CASE WHEN random() < 0.5 THEN (random() * 255)::integer ELSE (ARRAY[0, 1, 2, 63, 64, 127, 128, 192, 254, 255])[1 + floor(random() * 10)::integer] END $$;

CREATE FUNCTION mutate(image bytea, other bytea) RETURNS bytea
LANGUAGE plpgsql AS $$
DECLARE
	n integer := length(image);
	-- often near the beginning, where the header is
	at integer := floor(random() * CASE WHEN random() < 0.4 THEN least(n, 6) ELSE n END);
	here integer;
BEGIN
	IF n = 0 THEN
		RETURN decode(lpad(to_hex(random_byte()), 2, '0'), 'hex');
	END IF;
	here := get_byte(image, at);
	RETURN CASE floor(random() * 11)::integer
		WHEN 0 THEN set_byte(image, at, here # (1 << floor(random() * 8)::integer))
		WHEN 1 THEN set_byte(image, at, random_byte())
		WHEN 2 THEN substr(image, 1, at) || substr(image, at + 2)
		WHEN 3 THEN substr(image, 1, at) || decode(lpad(to_hex(random_byte()), 2, '0'), 'hex') || substr(image, at + 1)
		WHEN 4 THEN substr(image, 1, at)
		WHEN 5 THEN image || decode(lpad(to_hex(random_byte()), 2, '0'), 'hex')
		WHEN 6 THEN substr(image, 1, at) || substr(other, 1 + floor(random() * length(other))::integer)
		WHEN 7 THEN substr(image, 1, at) || substr(image, 1 + floor(random() * n)::integer, floor(random() * 12)::integer) || substr(image, at + 1)
		WHEN 8 THEN set_byte(image, at, (here + 254 + 2 * floor(random() * 2)::integer) % 256)
		WHEN 9 THEN set_byte(set_byte(image, at, get_byte(image, (at + 1) % n)), (at + 1) % n, here)
		ELSE set_byte(image, at, (here + 4 * floor(random() * 64)::integer) % 256) END;
END $$;

-- Collects the answers to so many mutations in result
CREATE PROCEDURE hammer(images integer, seed float8)
LANGUAGE plpgsql AS $$
DECLARE
	pool bytea[] := (SELECT array_agg(image ORDER BY id) FROM pool);
	image bytea;
	i integer := 0;
BEGIN
	PERFORM setseed(seed);
	WHILE i < images LOOP
		image := pool[1 + floor(random() * cardinality(pool))::integer];
		FOR k IN 1..(CASE WHEN random() < 0.7 THEN 1 ELSE 1 + floor(random() * 5)::integer END) LOOP
			image := mutate(image, pool[1 + floor(random() * cardinality(pool))::integer]);
		END LOOP;
		CONTINUE WHEN image = ANY (pool);
		i := i + 1;
		INSERT INTO result VALUES (answer_of(image), image);
		IF i % 500 = 0 THEN
			COMMIT;
		END IF;
	END LOOP;
END $$;

CREATE TABLE result (answer text, image bytea);
