# What bounds kam.book: memory follows the accounts and months whatever the
# dates are, a book above 256 MB is refused with words that help, and a query
# that is cancelled or out of time ends soon, at whatever point.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

my $node = PostgreSQL::Test::Cluster->new('book_limits');
$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
$node->append_conf('postgresql.conf', "shared_buffers = '16MB'\nmax_parallel_workers_per_gather = 0\njit = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION kam');

# Runs a query in a session of its own; returns its answer and by how many MB
# the session's memory rose at most.
sub run_and_watch
{
	my ($query) = @_;
	my $session = $node->background_psql('postgres');
	chomp(my $pid = $session->query_safe('SELECT pg_backend_pid()'));
	$session->query_safe(q{SELECT kam.book(1, date '2020-01-01', 1)});
	my $peak = sub { slurp_file("/proc/$pid/status") =~ /VmHWM:\s*(\d+) kB/ ? $1 / 1024 : die 'no VmHWM' };
	my $before = $peak->();
	chomp(my $answer = $session->query_safe($query));
	my $rise = $peak->() - $before;
	$session->quit;
	return ($answer, $rise);
}

SKIP:
{
	skip 'peak memory is read from /proc', 17 unless -r "/proc/$$/status";

	$node->safe_psql('postgres', q{CREATE TABLE five_years AS
		SELECT kam.book(a, (date '2015-01-01' + make_interval(months => m))::date, a + m + 0.25) AS b FROM generate_series(1, 30000) AS a, generate_series(0, 59) AS m});
	my @case = (
		# that the measure measures
		[ 'a string of 100 MB', q{SELECT length(repeat('x', 100000000))}, '100000000', 90, 320 ],
		[ 'a date for each of 50,000 accounts', q{SELECT accounts, account_months FROM kam.size((SELECT kam.book(i, date '2020-01-01', i) FROM (SELECT generate_series(1, 50000) AS i) AS s))}, '50000|50000', 0, 60 ],
		[ 'an absurd one for each of 50,000 accounts', q{SELECT accounts, account_months FROM kam.size((SELECT kam.book(i, date '4714-12-01 BC' + (i::bigint * 7919 * 40009 % 2147000000)::integer, i) FROM (SELECT generate_series(1, 50000) AS i) AS s))}, '50000|50000', 0, 60 ],
		[ 'an absurd one for each of 50,000 accounts with other lines', q{SELECT accounts, account_months > 150000 FROM kam.size((SELECT kam.book(i % 50000, CASE WHEN i < 150000 THEN date '2020-01-01' + i % 90 ELSE date '1930-01-01' + i % 20000 END, i) FROM (SELECT generate_series(0, 199999) AS i) AS s))}, '50000|t', 0, 80 ],
		[ 'the same ranked', q{SELECT count(*) FROM kam.rank_accounts((SELECT kam.book(i % 50000, CASE WHEN i < 150000 THEN date '2020-01-01' + i % 90 ELSE date '1930-01-01' + i % 20000 END, i) FROM (SELECT generate_series(0, 199999) AS i) AS s), '2020-03-31')}, '50000', 0, 120 ],
		[ 'the same in ledgers', q{SELECT accounts FROM kam.size((SELECT kam.book(account, ledger) FROM kam.accounts((SELECT kam.book(i % 50000, CASE WHEN i < 150000 THEN date '2020-01-01' + i % 90 ELSE date '1930-01-01' + i % 20000 END, i) FROM (SELECT generate_series(0, 199999) AS i) AS s))))}, '50000', 0, 150 ],
		[ 'three million lines of ten long keys', q{SELECT accounts, account_months FROM kam.size((SELECT kam.book(repeat('x', 1000) || i % 10, date '2020-01-01', 1) FROM (SELECT generate_series(1, 3000000) AS i) AS s))}, '10|10', 0, 60 ],
		[ 'lines of more than 64 bits, of ten long keys', q{SELECT accounts, account_months FROM kam.size((SELECT kam.book(repeat('x', 1000) || i % 10, date '2020-01-01', 1e12) FROM (SELECT generate_series(1, 300000) AS i) AS s))}, '10|10', 0, 100 ],
		[ 'the same after a line of less', q{SELECT accounts, account_months FROM kam.size((SELECT kam.book(repeat('x', 1000) || i % 10, date '2020-01-01', CASE i WHEN 1 THEN 1 ELSE 1e12 END) FROM (SELECT generate_series(1, 300000) AS i) AS s))}, '10|10', 0, 100 ],
		[ 'the same book 20,000 times', q{SELECT accounts FROM kam.size((SELECT kam.rollup(b) FROM (SELECT kam.book(i, date '2020-01-01', i) AS b FROM generate_series(1, 500) AS i) AS b, (SELECT generate_series(1, 20000)) AS s))}, '500', 0, 40 ],
		[ 'five years of 30,000 accounts, counted', q{SELECT accounts, account_months FROM five_years, kam.size(b)}, '30000|1800000', 0, 60 ],
		[ 'ranked', q{SELECT count(*) FROM five_years, kam.rank_accounts(b, '2019-12-31')}, '30000', 0, 90 ],
		[ 'sliced', q{SELECT (kam.size(kam.slice(b, '2015-01-01', '2019-12-31'))).accounts FROM five_years}, '30000', 0, 120 ],
		[ 'and rolled up', q{SELECT (kam.size(kam.rollup(b))).accounts FROM five_years, generate_series(1, 3)}, '30000', 0, 150 ],
		[ 'a window over a million computed amounts', q{SELECT count(s) FROM (SELECT kam.share(i * 1.17 + 2) OVER () AS s FROM (SELECT generate_series(1, 1000000) AS i) AS g) AS w}, '1000000', 0, 100 ],
		[ 'two million lines without order', q{SELECT accounts, account_months FROM kam.size((SELECT kam.book(i % 1000, date '2020-01-01' + (i::bigint * 7919 / 1000 % 1000)::integer, i) FROM (SELECT generate_series(1, 2500000) AS i) AS s))}, '1000|33000', 0, 250 ]);
	foreach my $case (@case)
	{
		my ($name, $query, $want, $least, $most) = @$case;
		my ($answer, $rise) = run_and_watch($query);
		ok($answer eq $want && $rise >= $least && $rise < $most, "$name: memory") || diag "$answer, expected $want; rose by $rise MB, expected $least to $most MB";
	}

	# A session gives back what a book took.
	my ($answer, $rise) = run_and_watch(join(';', (q{SELECT count(*) FROM kam.rank_accounts((SELECT kam.book(i % 20000, date '2020-01-01' + i % 700, i) FROM (SELECT generate_series(1, 200000) AS i) AS s), '2021-11-30')}) x 10));
	ok($answer eq join("\n", ('20000') x 10) && $rise < 100, 'memory is given back') || diag "$answer, rose by $rise MB";
}

# Above 256 MB, as soon as a book is stored or sent: how much it is, and what
# to do
my ($ret, $out, $err) = $node->psql('postgres', q{SELECT length(kam._book_send(kam.book(repeat(md5(i::text), 32), date '2020-01-01' + i % 40, i))) FROM (SELECT generate_series(1, 270000) AS i) AS s}, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
is($ret, 3, 'a book above 256 MB is refused');
like($err, qr/54000: book is too large\nDETAIL:  It holds 270000 accounts and 270000 account-months in 26\d MB; the limit is 256 MB\.\nHINT: .*GROUP BY/, 'with its accounts, months and a way out');
is( $node->safe_psql('postgres', q{SELECT count(*), sum(accounts) FROM (SELECT kam.book(account, date '2020-01-01' + i % 40, i) AS book FROM (SELECT i, repeat(md5(i::text), 32) AS account FROM generate_series(1, 270000) AS i) AS s GROUP BY abs(hashtext(account) % 4)) AS b, kam.size(book)}),
	'4|270000', 'the way out is one');

# Out of time at several points of a long book, and of what is asked of one
$node->safe_psql(
	'postgres', q{
CREATE TABLE kept AS SELECT kam.book(i % 60000, date '2020-01-01' + i % 730, i % 1000) AS b FROM (SELECT generate_series(1, 1500000) AS i) AS s;
CREATE TABLE kept_text AS SELECT b::text AS t FROM kept});
my $file = $node->data_dir . '/kept';
$node->safe_psql('postgres', "COPY kept TO '$file' (FORMAT binary); CREATE TABLE loaded (LIKE kept)");
my %query = (
	'book' => q{SELECT kam.size(kam.book(i % 300000, date '2020-01-01' + i % 3000, i)) FROM (SELECT generate_series(1, 100000000) AS i) AS s},
	'book of texts' => q{SELECT kam.size(kam.book('customer number ' || i % 300000, date '2020-01-01' + i % 3000, i)) FROM (SELECT generate_series(1, 100000000) AS i) AS s},
	'book of one account' => q{SELECT kam.book(1, date '2020-01-01' + i % 3000, i) FROM (SELECT generate_series(1, 100000000) AS i) AS s},
	'rollup' => q{SELECT kam.size(kam.rollup(b)) FROM kept, (SELECT generate_series(1, 10000)) AS s},
	'rank_accounts' => q{SELECT count(*) FROM kept, kam.rank_accounts(b, '2021-12-31')},
	'rank_accounts over 1200 months' => q{SELECT count(*) FROM kept, kam.rank_accounts(b, '2021-12-31', 1200, 1200)},
	'rank_accounts of few with LIMIT' => q{SELECT * FROM kept, kam.rank_accounts(b, '2021-12-31', 1200) LIMIT 1},
	'accounts' => q{SELECT count(*) FROM kept, (SELECT generate_series(1, 1000)) AS s, kam.accounts(b)},
	'slice' => q{SELECT count(kam.slice(b, '2020-02-01', '2021-11-01')) FROM kept, (SELECT generate_series(1, 1000)) AS s},
	'size' => q{SELECT count(kam.size(b)) FROM kept, (SELECT generate_series(1, 1000)) AS s},
	'text' => q{SELECT sum(length(b::text)) FROM kept, (SELECT generate_series(1, 1000)) AS s},
	'from text' => q{SELECT count(t::kam.book) FROM kept_text, (SELECT generate_series(1, 1000)) AS s},
	'from a file' => "COPY loaded FROM '$file' (FORMAT binary)");
foreach my $name (sort keys %query)
{
	my ($cancelled, $finished, $slowest) = (0, 0, 0);
	foreach my $timeout (3, 30, 150, 400)
	{
		my $begin = time;
		my ($ret, $out, $err) = $node->psql('postgres', "SET statement_timeout = '${timeout}ms'; $query{$name}", extra_params => [ '-v', 'VERBOSITY=verbose' ]);
		my $over = time - $begin - $timeout / 1000;
		if ($ret == 0) { $finished++ }
		elsif ($err =~ /57014/) { $cancelled++ }
		else { fail("$name: $err") }
		$slowest = $over if $ret != 0 && $over > $slowest;
	}
	cmp_ok($cancelled, '>', 0, "$name ends when its time is over ($cancelled times, finished $finished times)");
	cmp_ok($slowest, '<', 10, "$name ends soon");
	note sprintf '%s: %.2f s late at most', $name, $slowest;
}

# By another session
my $session = $node->background_psql('postgres', on_error_stop => 0);
chomp(my $pid = $session->query_safe('SELECT pg_backend_pid()'));
$session->query_until(qr/go/, "\\echo go\n$query{'rank_accounts over 1200 months'};\n");
$node->poll_query_until('postgres', "SELECT state = 'active' AND query LIKE '%1200%' FROM pg_stat_activity WHERE pid = $pid");
usleep(300_000);
$node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)");
like($session->query(q{SELECT kam.book(1, date '2020-01-01', 1)}), qr/^bigint 1: 2020-01 sales 1 lines 1 days 1$/m, 'the cancelled session goes on');
$session->quit;

unlike(slurp_file($node->logfile), qr/terminated by signal|TRAP:|PANIC/, 'nothing crashed');
$node->stop;
done_testing();
