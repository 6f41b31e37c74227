# An XML parser accepts every picture, whatever the encodings of database and
# client are, and finds the same in it.

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

if (!eval { IPC::Run::run([ 'xmllint', '--version' ], '>', \my $out, '2>&1') })
{
	plan skip_all => 'xmllint is not installed';
}

my $node = PostgreSQL::Test::Cluster->new('pictures');
$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
$node->start;

# Returns what xmllint says of a picture, and what an XPath expression finds.
sub parse
{
	my ($svg, @option) = @_;
	my ($out, $err);
	IPC::Run::run([ 'xmllint', '--nonet', @option, '-' ], '<', \$svg, '>', \$out, '2>', \$err);
	return $err . $out;
}

my $title = q{'Ocean <Supplies> & "Sons" ]]> ' || chr(39) || E'\x01\x1f'};
my @picture = (
	[ 'pareto', "SELECT kam.svg_pareto(n, x, $title, '<b>', 'ru') FROM name" ],
	[ 'pareto of many', q{SELECT kam.svg_pareto(i::text, 1e6 / i) FROM generate_series(1, 100000) AS i} ],
	[ 'pareto of one', q{SELECT kam.svg_pareto(n, 1) FROM name LIMIT 1} ],
	[ 'pareto of none', q{SELECT kam.svg_pareto(n, -1) FROM name} ],
	[ 'matrix', "SELECT kam.svg_matrix('A', 'X', x, $title, '<b>', 'zh') FROM name" ],
	[ 'months', "SELECT kam.svg_months(kam.ledger(date '2024-01-01' + i * 31, i * (i % 5 - 2)), '2026-10-01', 30, $title, '<b>', 'de') FROM generate_series(0, 40) AS i" ],
	[ 'sparkline', "SELECT kam.sparkline(kam.ledger(date '2024-01-01' + i * 31, i * (i % 5 - 2)), '2026-10-01', 30, $title, '<b>', 'ru') FROM generate_series(0, 40) AS i" ],
	[ 'decisions', "SELECT kam.svg_decision_map(array_agg('decides'::text), array_agg(n), array_agg('manager'::text), NULL, $title, 'ru') FROM name" ],
	# words of the caller are looked up in English, also where the database lacks a sign of it
	[ 'own words', q{SELECT kam.svg_pareto(n, x, 'title', '<b>', '{"en": "xx", "Largest": "Grootste"}') FROM name} ]);

# Databases of other encodings; the names are those that all can write.
my %first;
foreach my $encoding (qw(UTF8 WIN1251 ISO_8859_5 EUC_JP SQL_ASCII))
{
	my $database = lc "in_$encoding";
	$node->safe_psql('postgres', "CREATE DATABASE $database ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	$node->safe_psql($database, qq{CREATE EXTENSION kam;
		SET client_encoding = UTF8;
		CREATE TABLE name AS SELECT i AS x, n FROM unnest(ARRAY['\xd0\x9c\xd0\xb5\xd0\xb4\xd0\xb2\xd0\xb5\xd0\xb4\xd1\x8c', '<script>', '&', E'\\x01\\x0b\\x7f', repeat('x', 10240), repeat('\xd0\x9c', 5000)]) WITH ORDINALITY AS u(n, i)});
	foreach my $picture (@picture)
	{
		my ($name, $query) = @$picture;
		my $svg = $node->safe_psql($database, $query);
		is(parse($svg, '--noout'), '', "$name in $encoding is XML");
		$first{$name} //= $svg;
		is($svg, $first{$name}, "$name in $encoding is the same");
	}
	is($node->safe_psql($database, q{SELECT count(*) > 500 AND bool_and(english IS NOT NULL) FROM kam.words()}), 't', "words in $encoding");
	is($node->safe_psql($database, q{SELECT kam._html(jsonb_build_array(jsonb_build_object('say', repeat('long ', 200)), jsonb_build_object('say', 'rising')), '{"en": "xx", "rising": "stijgend"}')}) =~ s/(long )*long&#x2026;/cut /r, 'cut stijgend', "a page in $encoding");
}

# Whatever the client reads, the file is the same; even one that knows less.
foreach my $encoding (qw(LATIN1 WIN1251 SJIS))
{
	is($node->safe_psql('in_utf8', "SET client_encoding = $encoding; $picture[0][1]"), $first{pareto}, "a client in $encoding");
}

# The parser finds what was given, and no more elements.
like(parse($first{months}, '--xpath', 'string(/*/*[local-name()="title"])'), qr/^Ocean <Supplies> & "Sons" \]\]> '\x{ef}\x{bf}\x{bd}\x{ef}\x{bf}\x{bd}$/, 'a title is what was given');
is(parse($first{pareto}, '--xpath', 'count(//*[local-name()="text"])') + 0, 31, 'a picture has its elements only');
is(parse($first{pareto}, '--xpath', 'count(//*[local-name()="script"])') + 0, 0, 'and no script');

# A text that is no UTF-8, which SQL_ASCII lets in
my $svg = $node->safe_psql('in_sql_ascii', q{SELECT kam.svg_pareto(convert_from('\xfffe41d098e280'::bytea, 'SQL_ASCII'), 5)});
is(parse($svg, '--noout'), '', 'what is no character is not written');
like($svg, qr/>&#xFFFD;&#xFFFD;A&#x418;&#xFFFD;&#xFFFD;</, 'but shown');

# An encoding with characters that Unicode lacks
$node->safe_psql('postgres', q{CREATE DATABASE odd ENCODING 'WIN1252' LOCALE 'C' TEMPLATE template0});
$node->safe_psql('odd', 'CREATE EXTENSION kam');
$svg = $node->safe_psql('odd', q{SET client_encoding = WIN1252; SELECT kam.svg_pareto(E'a\x81b\xe9', 5)});
is(parse($svg, '--noout'), '', 'a character without equivalent is XML');
like($svg, qr/>a(&#x[0-9A-F]+;)b&#xE9;</, 'and its neighbours are there');

$node->stop;
done_testing();
