# Every SQL block of README.md runs, in order, and prints what README says.
#
# KAM_README_UPDATE=file writes README with what the blocks really print.

use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $readme = slurp_file("$FindBin::Bin/../../README.md");
my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init(extra => [qw(--encoding=UTF8 --locale=C)]);
$node->start;

# Text before a block, the block, and the output that follows it, if any
my $script = '';
my @blocks;
while ($readme =~ /^```sql\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/msg)
{
	push @blocks, { sql => $1, text => $2 };
	$script .= "\\echo @@ $#blocks\n$1";
}
cmp_ok(scalar @blocks, '>', 8, 'README has SQL blocks');

my ($out, $err);
my $ret = $node->psql('postgres', $script, stdout => \$out, stderr => \$err,
	extra_params => [ '-P', 'format=aligned', '-P', 'tuples_only=off', '-P', 'pager=off' ],
	on_error_stop => 1);
is($ret, 0, 'all blocks run') or diag($err);
is($err, '', 'without a warning');

my @printed = split /^@@ \d+\n/m, "$out\n";
shift @printed;
my $update = $ENV{KAM_README_UPDATE};
for my $i (0 .. $#blocks)
{
	# trailing blanks and empty lines carry no meaning
	my $got = join "\n", map { s/\s+$//r } grep { /\S/ } split /\n/, $printed[$i] // '';
	my $want = join "\n", map { s/\s+$//r } grep { /\S/ } split /\n/, $blocks[$i]{text} // '';
	(my $first) = $blocks[$i]{sql} =~ /^(.*)$/m;
	if ($update && defined $blocks[$i]{text})
	{
		my $at = index($readme, $blocks[$i]{sql});
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

$node->stop;
done_testing();
