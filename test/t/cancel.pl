# A query that a user ends in the middle of a large partition, or that runs
# out of time, ends soon and leaves nothing behind.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

my $node = PostgreSQL::Test::Cluster->new('cancel');
$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
$node->append_conf('postgresql.conf', "work_mem = '64MB'\nmax_parallel_workers_per_gather = 0");
$node->start;
$node->safe_psql(
	'postgres', q{
CREATE EXTENSION kam;
CREATE TABLE account_amount AS SELECT i AS id, i % 1000 AS account, (i::bigint * 7919 % 1000003)::numeric / 100 AS amount FROM generate_series(1, 1500000) AS i;
ANALYZE account_amount});

my %query = (
	'abc_class' => 'SELECT count(c) FROM (SELECT kam.abc_class(amount) OVER () AS c FROM account_amount) AS q',
	'cumulative_share' => 'SELECT sum(c) FROM (SELECT kam.cumulative_share(amount) OVER () AS c FROM account_amount) AS q',
	'percentile_score' => 'SELECT sum(c) FROM (SELECT kam.percentile_score(amount) OVER () AS c FROM account_amount) AS q',
	'gini' => 'SELECT kam.gini(amount) FROM account_amount',
	'mbgnbd_fit' => 'SELECT kam.mbgnbd_fit(1 + id % 97, 10 + id % 1009, 1020 + id % 10007) FROM account_amount',
	'ledger' => q{SELECT count(l) FROM (SELECT kam.ledger(date '2020-01-01' + id % 30000, amount) AS l FROM account_amount GROUP BY account) AS q},
	'trend' => q{SELECT sum(kam.trend(l, '2099-12-01', 960)) FROM (SELECT kam.ledger(date '2020-01-01' + id % 29000, amount) AS l FROM account_amount GROUP BY account) AS q});

foreach my $name (sort keys %query)
{
	# At several points of its time, whatever the machine's speed
	my ($cancelled, $finished, $slowest) = (0, 0, 0);
	foreach my $step (1 .. 5)
	{
		my $timeout = 40 * $step;
		my $begin = time;
		my ($ret, $out, $err) = $node->psql('postgres', "SET statement_timeout = '${timeout}ms'; $query{$name}", extra_params => [ '-v', 'VERBOSITY=verbose' ]);
		my $over = time - $begin - $timeout / 1000;
		if ($ret == 0) { $finished++ }
		elsif ($err =~ /57014/) { $cancelled++ }
		else { fail("$name: $err") }
		$slowest = $over if $ret != 0 && $over > $slowest;
	}
	cmp_ok($cancelled, '>', 0, "$name ends when its time is over ($cancelled times, finished $finished times)");
	cmp_ok($slowest, '<', 30, "$name ends soon");
}

# By another connection, with pg_cancel_backend
my $client = $node->background_psql('postgres', on_error_stop => 0);
my $pid = $client->query_safe('SELECT pg_backend_pid()');
$client->query_until(qr/go/, "\\echo go\n$query{trend};\n\\echo state :SQLSTATE\n");
$node->poll_query_until('postgres', "SELECT state = 'active' AND query LIKE '%kam.trend%' FROM pg_stat_activity WHERE pid = $pid");
usleep(300_000);
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
my $answer = $client->query('SELECT 1');
like($answer, qr/^1$/m, 'the cancelled connection goes on');
$client->quit;

# A partition of 1.5 million rows is no trouble for an ordinary server, and
# its memory is given back: the same connection does it again.
is( $node->safe_psql('postgres', q{SELECT count(*) FILTER (WHERE c = 'A') > 0, count(c) = count(*) FILTER (WHERE amount > 0) FROM (SELECT amount, kam.abc_class(amount) OVER () AS c FROM account_amount) AS q}),
	't|t', 'a partition of 1.5 million rows');
my $memory = 'SELECT sum(total_bytes) FROM pg_backend_memory_contexts';
my @bytes = split /\n/, $node->safe_psql('postgres', join(';', "$query{abc_class}", $memory, ($query{abc_class}) x 3, $memory));
cmp_ok($bytes[-1], '<', $bytes[1] * 2 + 10_000_000, 'memory is given back');

unlike(slurp_file($node->logfile), qr/terminated by signal|TRAP:|PANIC/, 'nothing crashed');
$node->stop;
done_testing();
