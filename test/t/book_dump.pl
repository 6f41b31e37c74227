# Books survive dump and restore, of either format, and replication of tables
# by a crash and by COPY: the same bytes come back.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('book_dump');
$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
$node->start;
$node->safe_psql(
	'postgres', q{
CREATE EXTENSION kam;
SELECT setseed(0.5);
CREATE TABLE sale AS
SELECT i, (random() * random() * 4000)::bigint - 2000 AS account, date '2015-01-01' + (random() * 2000)::integer AS day, round(((random() - 0.2) * 10 ^ (random() * 20))::numeric, (random() * 8)::integer) AS amount,
	CASE WHEN random() < 0.5 THEN round((random() * 1000)::numeric, 2) END AS cost
FROM generate_series(1, 30000) AS i;
CREATE TABLE month_book (keys text, month date, book kam.book NOT NULL, PRIMARY KEY (keys, month));
INSERT INTO month_book SELECT 'bigint', kam.month(day), kam.book(account, day, amount, cost, NULL) FROM sale GROUP BY 2;
INSERT INTO month_book SELECT 'text', kam.month(day), kam.book(E'"\\\\ größe\t' || account, day, amount) FROM sale GROUP BY 2;
INSERT INTO month_book SELECT 'uuid', kam.month(day), kam.book(md5(account::text)::uuid, day, amount) FROM sale GROUP BY 2;
INSERT INTO month_book SELECT keys, '1900-01-01', kam.rollup(book) FROM month_book GROUP BY keys;
CREATE TABLE with_default (id integer, book kam.book DEFAULT 'bigint 7: 2020-01 sales 1.50 lines 1 days 1', books kam.book[]);
INSERT INTO with_default (id, books) SELECT 1, array_agg(book ORDER BY keys, month) FROM month_book WHERE month = '1900-01-01';
CREATE MATERIALIZED VIEW ranked AS SELECT r.* FROM month_book, kam.rank_accounts(book, '2020-05-31') AS r WHERE keys = 'bigint' AND month = '1900-01-01';
CREATE VIEW total AS SELECT keys, kam.rollup(book) AS book FROM month_book WHERE month > '1900-01-01' GROUP BY keys;
});

my $images = q{SELECT md5(string_agg(keys || month || encode(kam._book_send(book), 'hex'), ',' ORDER BY keys, month)), count(*), sum(octet_length(kam._book_send(book))) > 100000 FROM month_book};
my $others = q{SELECT id, book, (SELECT md5(string_agg(encode(kam._book_send(b), 'hex'), ',' ORDER BY i)) FROM unnest(books) WITH ORDINALITY AS u(b, i)), (SELECT count(*) FROM ranked) FROM with_default};
my $totals = q{SELECT keys, kam._book_send(t.book) = kam._book_send(m.book) FROM total AS t JOIN month_book AS m USING (keys) WHERE m.month = '1900-01-01' ORDER BY keys};
my @want = map { $node->safe_psql('postgres', $_) } ($images, $others, $totals);
like($want[0], qr/^[0-9a-f]{32}\|\d\d\d\|t$/, 'there are books');
is($want[2], "bigint|t\ntext|t\nuuid|t", 'and their rollups');

my $dir = PostgreSQL::Test::Utils::tempdir;
my %restore = (
	'plain' => sub { my ($db) = @_; $node->command_ok([ 'pg_dump', '-f', "$dir/plain", 'postgres' ], 'plain dump'); $node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/plain", $db ], 'plain restore') },
	'inserts' => sub { my ($db) = @_; $node->command_ok([ 'pg_dump', '--inserts', '-f', "$dir/inserts", 'postgres' ], 'dump of inserts'); $node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/inserts", $db ], 'restore of inserts') },
	'custom' => sub { my ($db) = @_; $node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/custom", 'postgres' ], 'custom dump'); $node->command_ok([ 'pg_restore', '-e', '-d', $db, "$dir/custom" ], 'custom restore') },
	'directory, two jobs' => sub { my ($db) = @_; $node->command_ok([ 'pg_dump', '-Fd', '-j', '2', '-f', "$dir/directory", 'postgres' ], 'directory dump'); $node->command_ok([ 'pg_restore', '-e', '-j', '2', '-d', $db, "$dir/directory" ], 'directory restore') });
my $n = 0;
foreach my $way (sort keys %restore)
{
	my $db = 'restored_' . $n++;
	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0");
	$restore{$way}->($db);
	is($node->safe_psql($db, $images), $want[0], "$way: the same bytes");
	is($node->safe_psql($db, $others), $want[1], "$way: the same defaults, arrays and views");
	is($node->safe_psql($db, $totals), $want[2], "$way: the same rollups");
}

# A changed book is told by the comparison.
$node->safe_psql('restored_0', q{UPDATE month_book SET book = (SELECT kam.rollup(b) FROM (VALUES (book), ('bigint 1: 2017-01 sales 0.00000001 lines 1 days 1'::kam.book)) AS v(b)) WHERE keys = 'bigint' AND month = '2017-01-01'});
isnt($node->safe_psql('restored_0', $images), $want[0], 'a changed book is told');

# After a crash, from the log alone
$node->safe_psql('postgres', 'CHECKPOINT; CREATE TABLE late AS SELECT * FROM month_book');
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', $images =~ s/month_book/late/r), $want[0], 'the same bytes after a crash');

$node->stop;
done_testing();
