# Every SQL block of README.md runs, in order, and prints what README says.
# Its CSV block is the file sales.csv, and the other system that it tells of is
# another database of the same server.
#
# KAM_README_UPDATE=file writes README with what the blocks really print.

use strict;
use warnings;

use Cwd;
use File::Spec;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $update = $ENV{KAM_README_UPDATE} && File::Spec->rel2abs($ENV{KAM_README_UPDATE});
my $readme = slurp_file("$FindBin::Bin/../../README.md");
my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
$node->start;

my ($csv) = $readme =~ /^```csv\n(.*?)^```$/ms;
my $before = getcwd;
chdir PostgreSQL::Test::Utils::tempdir or die;
append_to_file('sales.csv', $csv);

# Servers are built without contrib, too.
my $has_fdw = $node->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'");
my ($fdw_host, $fdw_port) = ($node->host, $node->port);
$node->safe_psql('postgres', 'CREATE DATABASE erp');
$node->safe_psql('postgres', 'CREATE ROLE kam_reader LOGIN');
$node->safe_psql('erp', q{
	CREATE TABLE invoice_line AS
	SELECT 'C' || i % 7 AS customer_no, date '2026-08-01' + i AS posted_on, (i * 10)::numeric(14,2) AS amount
	FROM generate_series(1, 91) AS i;
	GRANT SELECT ON invoice_line TO kam_reader});

# Text before a block, the block, and the output that follows it, if any
my $script = '';
my @blocks;
while ($readme =~ /^```sql\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/msg)
{
	my ($sql, $text) = ($1, $2);
	push @blocks, { sql => $sql, text => $text };
	next if $sql =~ /postgres_fdw/ && !$has_fdw;
	$script .= "\\echo @@ $#blocks\n" . ($sql =~ s/host 'erp[^']*'/host '$fdw_host', port '$fdw_port'/r);
}
cmp_ok(scalar @blocks, '>', 8, 'README has SQL blocks');

my ($out, $err);
my $ret = $node->psql('postgres', $script, stdout => \$out, stderr => \$err,
	extra_params => [ '-P', 'format=aligned', '-P', 'tuples_only=off', '-P', 'pager=off' ],
	on_error_stop => 1);
is($ret, 0, 'all blocks run') or diag($err);
# notices tell seconds
is(join('', grep { !/ NOTICE:  / } split /^/, $err), '', 'without a warning');

my $at = 0;
my (undef, %printed) = split /^@@ (\d+)\n/m, "$out\n";
for my $i (sort { $a <=> $b } keys %printed)
{
	# trailing blanks and empty lines carry no meaning
	my $got = join "\n", map { s/\s+$//r } grep { /\S/ } split /\n/, $printed{$i};
	# nor does what a function prints that returns nothing
	$got =~ s/^ \w+\n-+\n\([1-9]\d* rows?\)(\n|\z)//mg;
	$got =~ s/\n\z//;
	my $want = join "\n", map { s/\s+$//r } grep { /\S/ } split /\n/, $blocks[$i]{text} // '';
	(my $first) = $blocks[$i]{sql} =~ /^(.*)$/m;
	if ($update && defined $blocks[$i]{text})
	{
		$at = index($readme, $blocks[$i]{sql}, $at);
		my $from = index($readme, "```text\n", $at) + length("```text\n");
		substr($readme, $from, length($blocks[$i]{text})) = "$got\n";
	}
	is($got, $want, "block $i: $first");
}
if ($update)
{
	open my $file, '>', $update or die "$update: $!";
	print $file $readme;
	close $file;
}

chdir $before;
$node->stop;
done_testing();
