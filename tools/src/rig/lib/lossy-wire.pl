# A line between two machines that loses packets and lets some overtake others: two tun devices, and what comes out of one
# goes into the other. For kernels without netem, as many are.
#
#   perl lossy-wire.pl NAME NAME LOSS OVERTAKE DELAY_MS SEED
#
# makes two devices of these names, to be moved to where they belong, and says "ready". Each packet, either way, is lost with
# the probability LOSS, goes at once with the probability OVERTAKE, before those that are under way, and takes DELAY_MS
# otherwise. A line on standard input makes it a sound one, which only delays. At its end it says how many packets came,
# were lost and overtook, and ends; the devices end with it.
use strict;
use warnings;
use Time::HiRes qw(time);

my $TUNSETIFF = 0x400454ca;
my $TUN_WITHOUT_HEADER = 0x0001 | 0x1000;
my $LONGEST_PACKET = 65536;

my ($one, $other, $loss, $overtake, $delay, $seed) = @ARGV;
srand($seed);
my @ends = map { open_tun($_) } $one, $other;
my @queues = ([], []);
my ($packets, $lost, $overtook) = (0, 0, 0);
my $sound = 0;

sub open_tun {
    my ($name) = @_;
    sysopen(my $tun, '/dev/net/tun', 2 | 2048) or die "/dev/net/tun: $!\n";
    my $request = pack('Z16 S x22', $name, $TUN_WITHOUT_HEADER);
    ioctl($tun, $TUNSETIFF, $request) or die "$name: $!\n";
    return $tun;
}

# A packet for a device that is not up yet, or whose queue is full, is lost, as on any line.
sub pass {
    my ($to, $packet) = @_;
    syswrite($ends[$to], $packet);
}

$| = 1;
print "ready\n";
my $open = 1;
while ($open) {
    my $wanted = '';
    vec($wanted, fileno($_), 1) = 1 for @ends;
    vec($wanted, fileno(STDIN), 1) = 1;
    my ($next) = sort { $a <=> $b } map { @$_ ? $_->[0][0] : () } @queues;
    my $pause = defined $next ? $next - time : undef;
    $pause = 0 if defined $pause && $pause < 0;
    select($wanted, undef, undef, $pause);
    my $now = time;
    for my $from (0, 1) {
        my $to = 1 - $from;
        for (1 .. 64) {
            last unless sysread($ends[$from], my $packet, $LONGEST_PACKET);
            $packets++;
            if (!$sound && rand() < $loss) {
                $lost++;
            } elsif (!$sound && rand() < $overtake && @{$queues[$to]}) {
                $overtook++;
                pass($to, $packet);
            } else {
                push @{$queues[$to]}, [$now + $delay / 1000, $packet];
            }
        }
        pass($to, (shift @{$queues[$to]})->[1]) while @{$queues[$to]} && $queues[$to][0][0] <= $now;
    }
    if (vec($wanted, fileno(STDIN), 1)) {
        $open = sysread(STDIN, my $line, 100);
        $sound = 1 if $open;
    }
}
print "packets $packets lost $lost overtook $overtook\n";
