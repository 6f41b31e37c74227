# pg_cron refreshes a mart by the recipe that kam.doctor gives, as the owner of
# the mart, in a background worker and over a connection, and kam.doctor sees
# what became of it.

use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('cron');
plan skip_all => 'this PostgreSQL has no pg_cron'
  unless -f $node->config_data('--pkglibdir') . '/pg_cron.so';

$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
my $host = $node->host;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_cron'\ncron.use_background_workers = on\ncron.host = '$host'\nTimeZone = 'UTC'\njit = off");
$node->start;

# Sales up to yesterday, since the recipe refreshes as of today
$node->safe_psql('postgres', slurp_file("$FindBin::Bin/mart.sql"));
$node->safe_psql(
	'postgres', q{
CREATE EXTENSION kam;
CREATE EXTENSION pg_cron;
CREATE ROLE keeper LOGIN;
GRANT CREATE ON DATABASE postgres TO keeper;
GRANT CREATE ON SCHEMA public TO keeper;
SET ROLE keeper;
CREATE TABLE sale AS SELECT nullif(1 + i % 37, 9) AS account, current_date - 1 - i % 800 AS sold_on, (100 + i * 37 % 900)::numeric(12,2) AS amount FROM generate_series(1, 4000) AS i;
SELECT kam.create_mart('Night "Mart"', 'sale', 'account', 'sold_on', 'amount'), kam.create_mart('by_hand', 'sale', 'account', 'sold_on', 'amount');
});

sub as_keeper { return $node->safe_psql('postgres', "SET client_min_messages = error; SET SESSION AUTHORIZATION keeper; $_[0]") }
sub doctor { return as_keeper(q{SELECT severity, finding FROM kam.doctor('Night "Mart"') WHERE topic = 'schedule'}) }

# What the doctor advises, word for word
like(doctor(), qr/^advice\|Nothing seems to refresh the mart regularly\.$/, 'the doctor misses a schedule');
my $remedy = as_keeper(q{SELECT remedy FROM kam.doctor('Night "Mart"') WHERE topic = 'schedule'});
like($remedy, qr/GRANT USAGE ON SCHEMA cron TO keeper/, 'and a right');
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA cron TO keeper');
$remedy = as_keeper(q{SELECT remedy FROM kam.doctor('Night "Mart"') WHERE topic = 'schedule'});
like($remedy, qr/^SELECT cron\.schedule\(/, 'with the right it says what to type');
as_keeper($remedy);
is($node->safe_psql('postgres', 'SELECT jobname, schedule, command, username FROM cron.job ORDER BY jobid'),
	qq{kam refresh Night "Mart"|30 3 * * *|CALL kam.refresh('Night "Mart"')|keeper\nkam check Night "Mart"|30 5 * * 0|CALL kam.check_data('Night "Mart"')|keeper},
	'which schedules refreshes and checks');
is(doctor(), '', 'then the doctor is content');

# A job's time comes when the server starts.
my $run = 0;
sub night
{
	my ($procedure) = @_;
	$node->safe_psql('postgres', "UPDATE cron.job SET schedule = CASE WHEN command ~ '$procedure' THEN '\@reboot' ELSE '30 3 * * *' END");
	$node->restart;
	$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM cron.job_run_details WHERE runid > $run AND status IN ('succeeded', 'failed')")
	  or diag $node->safe_psql('postgres', 'TABLE cron.job_run_details');
	my $result = $node->safe_psql('postgres', "SELECT status, return_message FROM cron.job_run_details WHERE runid > $run");
	$run = $node->safe_psql('postgres', 'SELECT max(runid) FROM cron.job_run_details');
	return $result;
}

my $differences = q{SELECT * FROM look.differences('Night "Mart"', 'by_hand')};
like(night('kam.refresh'), qr/^succeeded\|/, 'a background worker refreshes the mart');
is($node->safe_psql('postgres', q{SELECT status, started_by, month_count FROM "Night ""Mart""".refresh_log}), 'done|keeper|13', 'as its owner');
is($node->safe_psql('postgres', q{SELECT count(*), count(DISTINCT xmin::text) FROM "Night ""Mart""".report_month}), '13|13', 'each month of the history in a transaction of its own');
as_keeper(q{CALL kam.refresh('by_hand')});
is($node->safe_psql('postgres', $differences), '', 'and all views are what they are by hand');
is(doctor(), '', 'the doctor is content');

# A later night, which sees new and changed sales
as_keeper(q{UPDATE sale SET amount = amount + account WHERE account % 3 = 0; INSERT INTO sale SELECT 99, d::date, 5000 FROM generate_series(current_date - 400, current_date - 1, interval '1 week') AS d});
like(night('kam.refresh'), qr/^succeeded\|/, 'a later refresh');
as_keeper(q{CALL kam.refresh('by_hand')});
is($node->safe_psql('postgres', $differences), '', 'all views are what they are by hand');

# A night that fails leaves the report as it was, and the doctor tells.
as_keeper('INSERT INTO sale SELECT 100, current_date - 50, 70000; ALTER TABLE sale RENAME COLUMN amount TO net; REVOKE SELECT ON sale FROM keeper');
like(night('kam.refresh'), qr/^failed\|.*permission denied for table sale/s, 'a refresh that may not read the sales fails');
is($node->safe_psql('postgres', $differences), '', 'and leaves the report as it was');
like(doctor(), qr/^error\|Job \d+ of pg_cron failed at .*permission denied for table sale/, 'the doctor tells of it');
$node->safe_psql('postgres', 'GRANT SELECT ON sale TO keeper');

# Over a connection, as pg_cron does it unless told otherwise
$node->append_conf('postgresql.conf', 'cron.use_background_workers = off');
like(night('kam.refresh'), qr/^succeeded\|CALL/, 'a connection refreshes the mart');
as_keeper(q{CALL kam.refresh('by_hand')});
is($node->safe_psql('postgres', $differences), '', 'and all views are what they are by hand');
is(doctor(), '', 'the doctor is content again');

like(night('kam.check_data'), qr/^succeeded\|/, 'the checks run');
as_keeper(q{CALL kam.check_data('by_hand')});
is($node->safe_psql('postgres', $differences), '', 'and find what they find by hand');
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM "Night ""Mart""".data_quality WHERE source = 'check_data'}), '>', 0, 'which is something');

# A job that is not active, and one of another role
$node->safe_psql('postgres', q{UPDATE cron.job SET active = false});
like(doctor(), qr/^warning\|Job \d+ of pg_cron, which refreshes the mart, is not active\.$/, 'the doctor knows a job that is not active');
$node->safe_psql('postgres', q{UPDATE cron.job SET active = true, username = 'postgres'});
like(night('kam.refresh'), qr/^failed\|.*belongs to role keeper/s, 'a job of a superuser is refused');

$node->stop;
done_testing();
