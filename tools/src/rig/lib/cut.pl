# Shuts an ext4 file system down as a power cut would: nothing that is not on the device yet gets there.
#
#   perl cut.pl MOUNTPOINT     waits for a line on standard input; says "ready" before and "cut" after
#
# The line is a list of FILE:OFFSET:LENGTH, separated by blanks, or empty: these ranges are written back first (data only,
# no journal, no flush), as the system might have done by chance, so that unsynced pages survive in part and out of order.
use strict;
use warnings;

my $FS_IOC_SHUTDOWN = 0x8004587d;
my $NOLOGFLUSH = pack('L', 2);
my %SYNC_FILE_RANGE = (x86_64 => 277, aarch64 => 84);

my $machine = `uname -m`;
chomp $machine;
open(my $root, '<', $ARGV[0]) or die "$ARGV[0]: $!\n";
$| = 1;
print "ready\n";
my $line = <STDIN>;
exit 0 unless defined $line;
for my $range (split ' ', $line) {
    my ($file, $offset, $length) = $range =~ /^(.*):(\d+):(\d+)$/ or die "$range (expected: FILE:OFFSET:LENGTH)\n";
    # Recycled or released meanwhile, perhaps.
    open(my $handle, '+<', $file) or next;
    syscall($SYNC_FILE_RANGE{$machine}, fileno($handle), $offset + 0, $length + 0, 7) if $SYNC_FILE_RANGE{$machine};
}
ioctl($root, $FS_IOC_SHUTDOWN, $NOLOGFLUSH) or die "$ARGV[0]: shutdown: $!\n";
print "cut\n";
