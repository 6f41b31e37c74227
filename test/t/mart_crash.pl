# Refreshes that end in the middle: killed with the whole server, terminated,
# cancelled, out of time, at random points of the first refresh and of later
# ones, while others change the sales.  Readers see the months as they were, or
# whole new ones; afterwards one refresh makes every view that of a mart freshly
# made over the same sales.
#
# KAM_SEED=number for other points.

use strict;
use warnings;

use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

my $seed = $ENV{KAM_SEED} // 20240510;
srand($seed);
note "KAM_SEED=$seed";

my $node = PostgreSQL::Test::Cluster->new('mart_crash');
$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
$node->append_conf('postgresql.conf', "restart_after_crash = on\nshared_buffers = '16MB'\njit = off\nlog_min_messages = log\nautovacuum = off");
$node->start;

$node->safe_psql('postgres', slurp_file("$FindBin::Bin/mart.sql"));
$node->safe_psql(
	'postgres', q{
CREATE EXTENSION kam;
SELECT setseed(0.25);
CREATE TABLE sale (line integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account text, sold_on date, amount numeric(12,2), cost numeric(12,2), product text);
CREATE FUNCTION some_sale(i integer, OUT account text, OUT sold_on date, OUT amount numeric, OUT cost numeric, OUT product text)
LANGUAGE sql VOLATILE AS $$
SELECT CASE WHEN random() > 0.03 THEN 'a' || floor(random() * random() * 60) END, date '2022-11-20' + floor(random() * 536)::integer,
	round((random() * random() * 2000 - 60)::numeric, 2), round((random() * 400)::numeric, 2), CASE WHEN random() < 0.05 THEN 'post' ELSE 'p' || floor(random() * 9) END
$$;
INSERT INTO sale (account, sold_on, amount, cost, product) SELECT s.* FROM generate_series(1, 2000) AS i, some_sale(i) AS s;
CREATE TABLE account (code text, name text, parent text, excluded boolean);
INSERT INTO account SELECT 'a' || i, 'Account ' || i, CASE WHEN i % 10 = 3 THEN 'a' || i - 3 END, i % 17 = 5 FROM generate_series(0, 55) AS i;
CREATE TABLE product (code text, is_service boolean);
INSERT INTO product VALUES ('post', true), ('p1', false);
CREATE TABLE invoice AS SELECT line, account, sold_on AS issued_on, sold_on + 20 AS due_on, sold_on + line % 60 AS paid_on, amount FROM sale WHERE amount > 0 AND line % 2 = 0;

-- Each change is a transaction of its own.
CREATE PROCEDURE write_sales() LANGUAGE plpgsql AS $$
DECLARE
	dice double precision;
BEGIN
	LOOP
		dice := random();
		IF dice < 0.5 THEN
			INSERT INTO sale (account, sold_on, amount, cost, product) SELECT s.* FROM some_sale(0) AS s;
		ELSIF dice < 0.55 THEN
			UPDATE invoice SET paid_on = CASE WHEN paid_on IS NULL THEN issued_on + 40 END, amount = amount + 1 WHERE line = (SELECT line FROM invoice ORDER BY random() LIMIT 1);
		ELSIF dice < 0.75 THEN
			UPDATE sale SET amount = amount + 1 + (random() * 9)::integer WHERE line BETWEEN (SELECT random() * max(line) FROM sale) AND (SELECT random() * max(line) FROM sale);
		ELSIF dice < 0.98 THEN
			DELETE FROM sale WHERE line = (SELECT line FROM sale WHERE line > 100 ORDER BY random() LIMIT 1);
		ELSIF dice < 0.99 THEN
			UPDATE account SET excluded = NOT excluded WHERE code = 'a' || (random() * 50)::integer;
		ELSE
			INSERT INTO sale (account, sold_on, amount) VALUES ('a1', '2024-01-01', 'NaN'), ('a1', '2124-01-01', 1), ('a1', NULL, 1);
		END IF;
		COMMIT;
		PERFORM pg_sleep(0.001);
	END LOOP;
END $$;

CREATE FUNCTION make_mart(mart text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM kam.create_mart(mart, 'sale', 'account', 'sold_on', 'amount', cost => 'cost', product => 'product');
	PERFORM kam.bind_accounts(mart, 'account', 'code', 'name', parent => 'parent', excluded => 'excluded');
	PERFORM kam.bind_products(mart, 'product', 'code', is_service => 'is_service');
	PERFORM kam.bind_receivables(mart, 'invoice', 'account', 'issued_on', 'paid_on', 'amount', due_on => 'due_on');
	EXECUTE format('INSERT INTO %I.excluded_account VALUES (''a7'', ''test'')', mart);
	EXECUTE format('UPDATE %I.settings SET top = 12, max_key = 14', mart);
	PERFORM kam.merge_account(mart, 'a9', 'a10'), kam.merge_account(mart, 'a11', 'a12', '2023-09-01');
	PERFORM look.make_faults(mart);
END $$;
});

my $as_of = '2024-05-10';

# A psql in the background that first says its backend's process
sub start_session
{
	my ($sql, %more) = @_;
	my %session = (out => '', err => '');
	$session{run} = IPC::Run::start(
		[ $node->installed_command('psql'), '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres'), '-c', 'SELECT pg_backend_pid()', '-c', 'SET client_min_messages = error', map { ('-c', $_) } @{$sql} ],
		'<', \undef, '>', \$session{out}, '2>', \$session{err}, IPC::Run::timeout(120));
	$session{run}->pump until $session{out} =~ /^(\d+)\n/ || !$session{run}->pumpable;
	($session{pid}) = $session{out} =~ /^(\d+)\n/ or die "no session: $session{err}";
	return \%session;
}

sub end_session
{
	my ($session) = @_;
	eval { $session->{run}->finish };
	return $session->{err};
}

# What the readers see, in one transaction
sub look
{
	my ($mart) = @_;
	my %seen;
	@seen{qw(digest months done faults)} = split /\|/, $node->safe_psql('postgres',
		"BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT look.digest('$mart'), (SELECT count(*) FROM $mart.report_month), (SELECT count(*) FROM $mart.refresh_log WHERE status = 'done'), (SELECT string_agg(DISTINCT fault, ', ') FROM look.$mart)");
	return \%seen;
}

sub wait_for_server
{
	my $end = time + 60;
	while (time < $end)
	{
		return if IPC::Run::run([ $node->installed_command('psql'), '-Xqc', 'SELECT 1', $node->connstr('postgres') ], '<', \undef, '>', \my $out, '2>', \my $err);
		usleep(15_000);
	}
	die 'the server does not come back';
}

# All views against those of a mart freshly made over the same sales
my $fresh = 0;
sub equals_fresh
{
	my ($mart, $what) = @_;
	$fresh++;
	$node->safe_psql('postgres', 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE \'CALL write_sales%\'');
	$node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE \'CALL write_sales%\'');
	$node->safe_psql('postgres', "SET client_min_messages = error; CALL kam.refresh('$mart', '$as_of')");
	$node->safe_psql('postgres', "SELECT make_mart('fresh$fresh')");
	$node->safe_psql('postgres', "SET client_min_messages = error; CALL kam.refresh('fresh$fresh', '$as_of')");
	is($node->safe_psql('postgres', "SELECT * FROM look.differences('$mart', 'fresh$fresh')"), '', "$what: one refresh, and all views are those of a new mart");
	is($node->safe_psql('postgres', "SELECT * FROM look.$mart"), '', "$what: months are whole");
	is($node->safe_psql('postgres', "SELECT status, count(*) FROM $mart.refresh_log WHERE status <> 'abandoned' AND refresh_id >= (SELECT max(refresh_id) FROM $mart.refresh_log) GROUP BY 1"), 'done|1', "$what: the log says so");
	$node->safe_psql('postgres', "DROP VIEW look.fresh$fresh; SELECT kam.drop_mart('fresh$fresh')");
}

# How long a refresh takes
my %seconds;
sub seconds_of
{
	my ($mart) = @_;
	my $begin = time;
	$node->safe_psql('postgres', "SET client_min_messages = error; CALL kam.refresh('$mart', '$as_of')");
	return time - $begin;
}

my %count;
my @all_wrong;

# Ends a refresh after a random part of its time, and looks what is left.  Gives
# what a reader sees then.
sub end_refresh
{
	my ($mart, $how, $before) = @_;
	my $is_first = $before->{months} == 0;
	my $since = !$is_first && rand() < 0.3 ? ", '2024-0" . (1 + int rand 5) . "-11'" : '';
	my $writer = start_session([ 'SELECT setseed(' . rand() . ')', 'CALL write_sales()' ]);
	my $part = rand(1.2 * $seconds{ $is_first ? 'first' : 'later' });

	# It sleeps when it is done, so that it is there to be ended.
	my $refresher = start_session([
			$how eq 'timeout' ? 'SET statement_timeout = ' . (1 + int(1000 * $part)) : (),
			"CALL kam.refresh('$mart', '$as_of'$since)", 'SELECT pg_sleep(100)' ]);
	if ($how eq 'stop')
	{
		usleep(1_000_000 * $part);
		$node->stop('immediate');
		$node->start;
	}
	elsif ($how ne 'timeout')
	{
		usleep(1_000_000 * $part);
		kill $how, $refresher->{pid} or die "no backend $refresher->{pid}";
	}
	end_session($refresher);
	kill 'TERM', $writer->{pid} if $how =~ /^(TERM|INT|timeout)$/;
	end_session($writer);
	wait_for_server() if $how eq 'KILL';

	my $after = look($mart);
	my @wrong;
	push @wrong, $after->{faults} if $after->{faults};
	if ($is_first)
	{
		push @wrong, "beside the books: $_" for split /\n/, $node->safe_psql('postgres', "SELECT look.months_beside_books('$mart')");
	}
	elsif ($after->{done} == $before->{done})
	{
		# These two show what was read, not what was computed from it.
		my @changed = grep { $_ ne 'account' && $_ ne 'data_quality' } split /, /,
			$node->safe_psql('postgres', "SELECT look.changed('$before->{digest}', '$after->{digest}')");
		push @wrong, "changed and not done: @changed" if @changed;
	}
	# How long it takes depends on what else the machine does.
	$seconds{ $is_first ? 'first' : 'later' } *= $after->{done} > $before->{done} ? 0.8 : 1.04;
	$count{$how . ($is_first ? ' in a first refresh' : '')}{ $after->{done} > $before->{done} ? 'done' : $is_first ? ($after->{months} ? 'some months' : 'nothing') : 'old months' }++;
	push @all_wrong, map { "$how in " . ($is_first ? 'the first refresh' : "a refresh$since") . ": $_" } @wrong;
	return $after;
}

# The mart that stays, and how long its refreshes take here
$node->safe_psql('postgres', q{SELECT make_mart('later')});
$seconds{first} = seconds_of('later');
$node->safe_psql('postgres', 'UPDATE sale SET amount = amount + 1');
$seconds{later} = seconds_of('later');
note sprintf 'a first refresh takes %.3f s, a later one %.3f s', @seconds{qw(first later)};

# The server crashes 50 times
my $crashes = 0;
for my $i (1 .. 15)
{
	$node->safe_psql('postgres', "SELECT make_mart('first')");
	my $seen = end_refresh('first', $i == 15 ? 'stop' : 'KILL', { months => 0, done => 0 });
	$crashes++;
	if ($i % 4 == 0)
	{
		end_refresh('first', 'KILL', $seen);
		$crashes++;
	}
	equals_fresh('first', "after $i first refreshes killed") if $i % 5 == 0;
	$node->safe_psql('postgres', "DROP VIEW look.first; SELECT kam.drop_mart('first')");
}
is(join("\n", @all_wrong), '', "first refreshes killed: $crashes times, readers see whole months");

# An account without a row in the account table goes, and others come.
$node->safe_psql('postgres', q{DELETE FROM sale WHERE account = 'a58'; UPDATE sale SET account = 'b58' WHERE account = 'a57'});

@all_wrong = ();
my $seen = look('later');
while ($crashes < 50)
{
	$seen = end_refresh('later', $crashes == 40 ? 'stop' : 'KILL', $seen);
	if (++$crashes % 15 == 0 || $crashes == 50)
	{
		equals_fresh('later', "after $crashes crashes");
		$seen = look('later');
	}
}
is(join("\n", @all_wrong), '', 'later refreshes killed: readers see the months as they were, or all new');

# The session ends, under the eyes of a reader
$node->safe_psql(
	'postgres', q{
CREATE TABLE seen (refresh_id bigint, fault text);
CREATE PROCEDURE watch() LANGUAGE plpgsql AS $$
BEGIN
	LOOP
		INSERT INTO seen SELECT m.refresh_id, f.fault FROM (SELECT max(refresh_id) AS refresh_id FROM later.report_month) AS m LEFT JOIN look.later AS f ON true;
		COMMIT;
		PERFORM pg_sleep(0.005);
	END LOOP;
END $$});
my $watcher = start_session(['CALL watch()']);
@all_wrong = ();
$seen = end_refresh('later', (qw(TERM INT timeout))[ $_ % 3 ], $seen) for 1 .. 30;
is(join("\n", @all_wrong), '', 'later refreshes terminated, cancelled and out of time: readers see the months as they were, or all new');
my $writer = start_session(['CALL write_sales()']);
$node->safe_psql('postgres', "SET client_min_messages = error; CALL kam.refresh('later', '$as_of')") for (1 .. 10);
kill 'TERM', $_->{pid} for ($watcher, $writer);
end_session($_) for ($watcher, $writer);
is($node->safe_psql('postgres', 'SELECT DISTINCT fault FROM seen WHERE fault IS NOT NULL'), '', 'nor does a reader who never stops looking see anything else');
my ($looks, $refreshes) = split /\|/, $node->safe_psql('postgres', 'SELECT count(*), count(DISTINCT refresh_id) FROM seen');
cmp_ok($refreshes, '>', 8, "who saw many refreshes ($looks looks)");
equals_fresh('later', 'after all that');

# All ways to end were met at all stages.
note explain \%count;
cmp_ok($count{'KILL in a first refresh'}{'some months'}, '>=', 2, 'some first refreshes were killed after some months');
cmp_ok($count{KILL}{'old months'}, '>=', 5, 'some later refreshes were killed before they were done');

$node->stop;
done_testing();
