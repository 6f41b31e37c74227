# The page as people get it: psql writes it into a file as it is, an HTML
# parser finds no fault with it, an XML parser none with its pictures.

use strict;
use warnings;

use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

if (!eval { IPC::Run::run([ 'xmllint', '--version' ], '>', \my $out, '2>&1') })
{
	plan skip_all => 'xmllint is not installed';
}

my $node = PostgreSQL::Test::Cluster->new('page');
$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
$node->start;
my $data = "$FindBin::Bin/../data/northwind.sql";
$ENV{PG_ABS_SRCDIR} = "$FindBin::Bin/..";
$node->safe_psql('postgres', "\\i $data");
$node->safe_psql('postgres', q{
	CREATE EXTENSION kam;
	CREATE TABLE customer AS SELECT DISTINCT ON (customer_id) customer_id, company_name, country FROM northwind ORDER BY customer_id, order_id;
	SELECT kam.create_mart('sales', 'northwind', account => 'customer_id', sold_on => 'order_date', amount => 'amount');
	SELECT kam.bind_accounts('sales', 'customer', account => 'customer_id', name => 'company_name', country => 'country', region => 'country');
	CALL kam.refresh('sales', '1998-05-07')});

# Returns what xmllint says of a text.
sub complaints
{
	my ($text, @option) = @_;
	my ($out, $err);
	IPC::Run::run([ 'xmllint', '--nonet', '--noout', @option, '-' ], '<', \$text, '>', \$out, '2>', \$err);
	# its parser knows the elements of HTML 4
	return join '', grep { /error/ } grep { !/Tag (header|nav|main|section|figure|details|summary|svg|title|desc|path|rect|circle|text|g) invalid/ } split /^/, $err;
}

my $file = PostgreSQL::Test::Utils::tempdir . '/report.html';
foreach my $lang (qw(en ru zh de))
{
	foreach my $encoding (qw(UTF8 LATIN1))
	{
		local $ENV{PGCLIENTENCODING} = $encoding;
		my $query = "SELECT kam.report_html('sales', lang => '$lang')";
		$node->command_ok([ 'psql', '-X', '-At', '-o', $file, '-c', $query, '-d', $node->connstr('postgres') ], "psql writes the page, $lang for $encoding");
		my $page = slurp_file($file);
		is($page, $node->safe_psql('postgres', $query) . "\n", 'as it is');
		next if $encoding ne 'UTF8';
		is(complaints($page, '--html'), '', "HTML in $lang");
		my @svg = $page =~ /(<svg .*?<\/svg>)/sg;
		cmp_ok(scalar @svg, '>', 30, 'with pictures');
		is(join('', map { complaints($_ =~ s/<svg (?!xmlns)/<svg xmlns="http:\/\/www.w3.org\/2000\/svg" /r) } @svg), '', 'that are XML');
	}
	is(complaints("<!DOCTYPE html><html><head><title>m</title></head><body>" . $node->safe_psql('postgres', "SELECT kam.report_mail('sales', lang => '$lang')") . "</body></html>", '--html'), '', "mail in $lang");
}

$node->stop;
done_testing();
