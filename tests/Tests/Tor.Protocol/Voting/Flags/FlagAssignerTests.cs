using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Voting.Flags;

namespace Tunic.Tests.Tor.Protocol.Voting.Flags;

public class FlagAssignerTests
{
    private static readonly DateTime Now = new(2026, 5, 6, 7, 8, 9, DateTimeKind.Utc);
    private static readonly MadeRelay[] Made = [.. Enumerable.Range(1, 8).Select(number => new MadeRelay(number))];

    private readonly StabilityHistory _history = new();
    private FlagOptions _options = FlagOptions.TestingNetwork;

    [Fact]
    public void A_reached_relay_is_running_valid_and_a_directory()
    {
        RelayFlags flags = Assign()[0];
        Assert.True(flags.HasFlag(RelayFlags.Running | RelayFlags.Valid | RelayFlags.V2Dir));
        Assert.False(flags.HasFlag(RelayFlags.Exit));
        Assert.False(flags.HasFlag(RelayFlags.StaleDesc));
    }

    [Fact]
    public void A_relay_not_reached_for_45_minutes_is_down()
    {
        RelayFlags[] flags = Assign((relay, index) => index == 0 ? relay with { LastReachable = Now.AddMinutes(-45) } : relay);
        Assert.False(flags[0].HasFlag(RelayFlags.Running));
        Assert.True(flags[1].HasFlag(RelayFlags.Running));
    }

    [Fact]
    public void Without_tests_everybody_is_running()
    {
        _options = _options with { TestReachability = false };
        Assert.All(Assign((relay, _) => relay with { LastReachable = null }), flags => Assert.True(flags.HasFlag(RelayFlags.Running)));
    }

    [Fact]
    public void An_authority_that_has_just_started_has_no_opinion_on_running()
    {
        _options = new FlagOptions();
        var assigner = Create(Relays(), TimeSpan.FromMinutes(5));
        Assert.DoesNotContain("Running", assigner.KnownFlags);
        Assert.All(Relays(), relay => Assert.False(assigner.Assign(relay).HasFlag(RelayFlags.Running)));
    }

    [Fact]
    public void Half_of_the_relays_by_uptime_are_stable_and_the_slowest_eighth_may_be_slow()
    {
        _history.OnReachable(Made[0].Identity, Made[0].Address, Now, TimeSpan.Zero); // from now on it is uptime that counts
        RelayFlags[] flags = Assign();
        Assert.Equal(5, flags.Count(each => each.HasFlag(RelayFlags.Stable))); // the low median is one of them
        Assert.All(flags, each => Assert.True(each.HasFlag(RelayFlags.Fast))); // all above the guarantee of 100 KiB
        RelayFlags[] slow = Assign((relay, index) => index == 0 ? Remake(0, declaration => declaration with { BandwidthObserved = 20_000 }) : relay);
        Assert.False(slow[0].HasFlag(RelayFlags.Fast));
    }

    [Fact]
    public void An_open_policy_is_an_exit_and_one_port_is_not()
    {
        ExitPolicy one = Policy("accept *:80,reject *:*");
        ExitPolicy web = Policy("accept *:80,accept *:443,reject *:*");
        Assert.False(GeneralExit.Is(one, allowPrivate: false));
        Assert.True(GeneralExit.Is(web, allowPrivate: false));
        Assert.False(GeneralExit.Is(Policy("accept 127.0.0.0/8:*,reject *:*"), allowPrivate: false));
        Assert.True(GeneralExit.Is(Policy("accept 127.0.0.0/8:*,reject *:*"), allowPrivate: true));
        Assert.False(GeneralExit.Is(Policy("accept 9.9.0.0/16:*,reject *:*"), allowPrivate: false));
        Assert.False(GeneralExit.Is(ExitPolicy.RejectAll, allowPrivate: true));
        Assert.True(Assign((relay, index) => index == 3 ? Remake(3, declaration => declaration with { ExitPolicy = web }) : relay)[3].HasFlag(RelayFlags.Exit));
    }

    [Fact]
    public void Test_networks_can_give_flags_to_all()
    {
        _options = _options with { TestingVoteExit = RelayPattern.All, TestingVoteGuard = RelayPattern.All, TestingVoteHSDir = RelayPattern.All };
        Assert.All(Assign(), flags => Assert.True(flags.HasFlag(RelayFlags.Exit | RelayFlags.Guard | RelayFlags.HSDir)));
        Assert.True(RelayPattern.TryParse($"relay1,{Made[1].Identity},9.9.0.4", out RelayPattern some));
        _options = _options with { TestingVoteExit = some };
        Assert.Equal([true, true, true, false], Assign().Take(4).Select(flags => flags.HasFlag(RelayFlags.Exit)));
        Assert.False(RelayPattern.TryParse("{us}", out _));
    }

    [Fact]
    public void A_middle_only_relay_loses_what_is_not_for_the_middle()
    {
        _options = _options with { ListMiddleOnly = true, ListBadExits = true };
        RelayFlags flags = Assign((relay, index) => index == 0 ? relay with { Standing = RelayStanding.MiddleOnly } : relay)[0];
        Assert.True(flags.HasFlag(RelayFlags.MiddleOnly | RelayFlags.BadExit | RelayFlags.Running));
        Assert.Equal(RelayFlags.None, flags & (RelayFlags.Guard | RelayFlags.Exit | RelayFlags.HSDir | RelayFlags.V2Dir));
    }

    [Fact]
    public void Stripped_invalid_and_stale_relays_are_marked()
    {
        RelayFlags[] flags = Assign((relay, index) => index switch
        {
            0 => relay with { Standing = RelayStanding.Invalid },
            1 => relay with { Standing = RelayStanding.StripV2Dir },
            2 => relay with { Descriptor = Made[2].Make(Now.AddHours(-19)) },
            _ => relay,
        });
        Assert.False(flags[0].HasFlag(RelayFlags.Valid));
        Assert.False(flags[1].HasFlag(RelayFlags.V2Dir));
        Assert.True(flags[2].HasFlag(RelayFlags.StaleDesc));
    }

    [Fact]
    public void Too_many_relays_at_one_address_are_Sybils()
    {
        _options = _options with { MaxServersPerAddress = 2 };
        RelayFlags[] flags = Assign((_, index) => Remake(index, declaration => declaration with { Address = Made[0].Declaration.Address }));
        Assert.Equal(6, flags.Count(each => each == RelayFlags.Sybil));
        Assert.True(flags[7].HasFlag(RelayFlags.Running)); // the two with most bandwidth stay
        Assert.True(flags[6].HasFlag(RelayFlags.Running));
    }

    [Fact]
    public void A_hibernating_relay_is_down_unless_reached_since()
    {
        RelayFlags[] flags = Assign((relay, index) => index < 2
            ? Remake(index, declaration => declaration with { IsHibernating = true }) with { LastReachable = index == 0 ? Now : Now.AddHours(1.5) }
            : relay);
        Assert.False(flags[0].HasFlag(RelayFlags.Running));
        Assert.True(flags[1].HasFlag(RelayFlags.Running));
    }

    [Fact]
    public void Guards_need_uptime_and_time_known()
    {
        _options = new FlagOptions { TimeToLearnReachability = TimeSpan.Zero };
        foreach (MadeRelay relay in Made)
        {
            _history.OnReachable(relay.Identity, relay.Address, Now.AddDays(-20), TimeSpan.FromHours(1));
        }

        _history.OnUnreachable(Made[7].Identity, Now.AddDays(-10));
        _history.OnReachable(Made[7].Identity, Made[7].Address, Now.AddDays(-2), TimeSpan.FromHours(1));
        RelayFlags[] flags = Assign();
        Assert.True(flags[6].HasFlag(RelayFlags.Guard));
        Assert.False(flags[7].HasFlag(RelayFlags.Guard)); // fastest of all, but down for eight days
    }

    [Fact]
    public void The_thresholds_line_is_that_of_stock_tor() => Assert.Equal(
        "stable-uptime=146 stable-mtbf=119 fast-speed=55000 guard-wfu=98.000% guard-tk=0 guard-bw-inc-exits=176000 guard-bw-exc-exits=73000 enough-mtbf=0 ignoring-advertised-bws=0",
        new FlagThresholds
        {
            StableUptime = 146,
            StableMtbf = 119.7,
            FastBandwidth = 55,
            GuardFractionalUptime = 0.98,
            GuardBandwidthIncludingExits = 176,
            GuardBandwidthExcludingExits = 73,
        }.ToString());

    private RelayFlags[] Assign(Func<KnownRelay, int, KnownRelay>? change = null)
    {
        KnownRelay[] relays = [.. Relays().Select((relay, index) => change?.Invoke(relay, index) ?? relay)];
        FlagAssigner assigner = Create(relays, TimeSpan.FromHours(1));
        return [.. relays.Select(assigner.Assign)];
    }

    private FlagAssigner Create(IReadOnlyList<KnownRelay> relays, TimeSpan uptime) => new(relays, _history, _options, Now, uptime, new Dictionary<string, int>());

    private static KnownRelay[] Relays() => [.. Made.Select((_, index) => Remake(index, declaration => declaration))];

    private static KnownRelay Remake(int index, Func<Tunic.Tor.Protocol.Documents.Descriptors.RelayDeclaration, Tunic.Tor.Protocol.Documents.Descriptors.RelayDeclaration> change)
    {
        var original = Made[index].Declaration;
        Made[index].Declaration = change(original);
        var relay = new KnownRelay { Descriptor = Made[index].Make(Now), LastReachable = Now.AddSeconds(-5) };
        Made[index].Declaration = original;
        return relay;
    }

    private static ExitPolicy Policy(string text)
    {
        Assert.True(ExitPolicyParser.TryParseConfiguration(text, out ExitPolicy policy));
        return policy;
    }
}
