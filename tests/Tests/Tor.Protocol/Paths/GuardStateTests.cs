using System.Net;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tests.Tor.Protocol.Paths;

/// <summary>Facts from stock tor 0.4.9.11, src/test/test_entrynodes.c, the encode_for_state and parse_from_state cases.</summary>
public sealed class GuardStateTests
{
    private const string FullIdentity = "706C75727079666C75727079736C75727079646F";

    private static readonly DateTime Now = TestNetwork.Start;

    private static readonly RsaIdentity Plurpy = new(Encoding.ASCII.GetBytes("plurpyflurpyslurpydo"));

    [Fact]
    public void A_minimal_guard_encodes_as_stock_does()
    {
        var guard = new GuardState
        {
            Selection = "wubwub",
            Identity = Plurpy,
            Nickname = "",
            SampledOn = new DateTime(2016, 11, 14, 0, 0, 0, DateTimeKind.Utc),
        };

        Assert.Equal($"in=wubwub rsa_id={FullIdentity} sampled_on=2016-11-14T00:00:00 sampled_idx=0 listed=0", guard.Encode());
    }

    [Fact]
    public void A_maximal_guard_encodes_as_stock_does_and_reads_back()
    {
        const string Line = $"in=default rsa_id={FullIdentity} bridge_addr=8.8.4.4:9999 nickname=Fred sampled_on=2016-11-14T00:00:00 sampled_idx=42 "
            + "sampled_by=1.2.3 unlisted_since=2016-11-14T00:00:45 listed=1 confirmed_on=2016-11-14T00:01:30 confirmed_idx=333 "
            + "and the green grass grew all around";

        Assert.True(GuardState.TryParseStrict(Line, out GuardState? guard));
        Assert.Equal(Line, guard.Encode());
        Assert.Equal(Plurpy, guard.Identity);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("8.8.4.4"), 9999), guard.BridgeAddress);
        Assert.Equal("Fred", guard.Nickname);
        Assert.Equal(new DateTime(2016, 11, 14, 0, 1, 30, DateTimeKind.Utc), guard.ConfirmedOn);
        Assert.Equal(DateTimeKind.Utc, guard.SampledOn.Kind);
        Assert.Equal((42, 333, true, "1.2.3"), (guard.SampledIndex, guard.ConfirmedIndex, guard.IsListed, guard.SampledBy));
    }

    [Fact]
    public void Selection_and_fingerprint_are_enough()
    {
        Assert.True(GuardState.TryParse("in=default_plus rsa_id=596f75206d6179206e656564206120686f626279", Now, out GuardState? guard));
        Assert.Equal("default_plus", guard.Selection);
        Assert.Equal("$596F75206D6179206E656564206120686F626279", guard.Nickname);
        Assert.Equal(Now, guard.SampledOn);
        Assert.Null(guard.UnlistedSince);
        Assert.Null(guard.SampledBy);
        Assert.False(guard.IsListed);
        Assert.Equal(-1, guard.ConfirmedIndex);
        Assert.Equal(60, guard.SampledIndex);
    }

    [Theory]
    [InlineData("rsa_id=596f75206d6179206e656564206120686f626270")]
    [InlineData("in=default nickname=Fred")]
    [InlineData("in=default rsa_id=596f75206d6179206e656564206120686f62627q")]
    [InlineData("in=default rsa_id=596f75206d6179206e656564206120686f6262703")]
    [InlineData("in=default rsa_id=596f75206d6179206e65656420612")]
    [InlineData("")]
    public void A_line_without_selection_or_fingerprint_is_refused(string line) => Assert.False(GuardState.TryParse(line, Now, out _));

    [Fact]
    public void Damaged_fields_fall_back_to_their_defaults_and_unknown_words_are_kept()
    {
        const string Line = $"in=default rsa_id={FullIdentity} bridge_addr=1.2.3.3.4:5 nickname=FredIsANodeWithAStrangeNicknameThatIsTooLong "
            + "sampled_on=2016-11-14T00:00:99 sampled_by=1.2.3 stuff in the middle unlisted_since=2016-xx-14T00:00:45 listed=0 "
            + "confirmed_on=2016-11-14T00:01:30zz confirmed_idx=idx and the green grass grew all around rsa_id=all,around";

        Assert.True(GuardState.TryParse(Line, Now, out GuardState? guard));
        Assert.Null(guard.BridgeAddress);
        Assert.Equal("FredIsANodeWithAStrangeNicknameThatIsTooL", guard.Nickname);
        Assert.Equal(Now, guard.SampledOn);
        Assert.Null(guard.UnlistedSince);
        Assert.Null(guard.ConfirmedOn);
        Assert.Equal(-1, guard.ConfirmedIndex);
        Assert.Equal("stuff in the middle and the green grass grew all around rsa_id=all,around", guard.Extra);
        Assert.False(GuardState.TryParseStrict(Line, out _));
    }

    [Fact]
    public void A_field_that_came_twice_does_not_take_the_place_of_the_first_when_written_back()
    {
        Assert.True(GuardState.TryParseStrict($"in=a rsa_id={FullIdentity} nickname=not-one sampled_on=2016-11-14T00:00:00 listed=1 nickname=b x=1", out GuardState? guard));

        Assert.True(GuardState.TryParseStrict(guard.Encode(), out GuardState? again));
        Assert.Equal("x=1", again.Extra);
        Assert.Equal(guard.Encode(), again.Encode());
    }

    [Fact]
    public void A_stock_state_is_loaded_sorted_and_written_back_with_dense_indices()
    {
        string[] values =
        [
            "in=default rsa_id=052900AB0EA3ED54BAB84AE8A99E74E8693CE2B2 nickname=5OfNovember sampled_on=2025-12-20T04:32:05 sampled_idx=10 "
                + "sampled_by=0.3.0.0-alpha-dev listed=1 confirmed_on=2025-12-22T08:13:28 confirmed_idx=4 pb_circ_attempts=4.000000 pb_circ_successes=2.000000",
            "in=default rsa_id=214F44BD5B638E8C817D47FF7C97397790BF0345 nickname=TotallyNinja sampled_on=2025-12-12T19:32:49 sampled_idx=3 "
                + "sampled_by=0.3.0.0-alpha-dev listed=1",
            "in=wobblesome rsa_id=7B700C0C207EBD0002E00F499BE265519AC3C25A nickname=dc6jgk11 sampled_on=2016-11-28T11:50:13 sampled_idx=0 listed=1",
            "in=legacy rsa_id=7B700C0C207EBD0002E00F499BE265519AC3C25A listed=1",
            "rsa_id=7B700C0C207EBD0002E00F499BE265519AC3C25A listed=1",
        ];

        GuardSampleState state = GuardSampleState.FromStock(values, Now, out int rejected);
        var sample = new GuardSample(GuardSampleKind.Default, new GuardOptions(), new SeededRandomSource(1), state);

        Assert.Equal(2, rejected);
        Assert.Equal(3, state.Guards.Count);
        Assert.Equal(["TotallyNinja", "5OfNovember"], sample.Sampled.Select(guard => guard.Nickname));
        Assert.Equal(
            "Guard in=default rsa_id=214F44BD5B638E8C817D47FF7C97397790BF0345 nickname=TotallyNinja sampled_on=2025-12-12T19:32:49 sampled_idx=0 "
            + "sampled_by=0.3.0.0-alpha-dev listed=1\n"
            + "Guard in=default rsa_id=052900AB0EA3ED54BAB84AE8A99E74E8693CE2B2 nickname=5OfNovember sampled_on=2025-12-20T04:32:05 sampled_idx=1 "
            + "sampled_by=0.3.0.0-alpha-dev listed=1 confirmed_on=2025-12-22T08:13:28 confirmed_idx=0 pb_circ_attempts=4.000000 pb_circ_successes=2.000000\n",
            sample.ToState().Encode());
    }

    [Fact]
    public void Our_own_file_reads_back_and_any_damage_refuses_it_all()
    {
        const string Good = $"Guard in=default rsa_id={FullIdentity} sampled_on=2016-11-14T00:00:00 sampled_idx=0 listed=1\n";

        Assert.True(GuardSampleState.TryDecode(Good + Good, out GuardSampleState state, out string error));
        Assert.Equal("", error);
        Assert.Equal(Good + Good, state.Encode());
        foreach (string bad in new[]
        {
            "Guard\n", "guard in=x\n", "\0", Good.Replace("listed=1", "listed=2", StringComparison.Ordinal),
            Good.Replace("2016-11-14T", "2016-11-34T", StringComparison.Ordinal), Good.Replace("sampled_idx=0", "sampled_idx=-1", StringComparison.Ordinal),
            Good.Replace("sampled_idx=0", "sampled_idx=2147483647", StringComparison.Ordinal),
            Good.Replace("listed=1", "listed=1 confirmed_idx=0", StringComparison.Ordinal),
        })
        {
            Assert.False(GuardSampleState.TryDecode(Good + bad, out state, out error), bad);
            Assert.Empty(state.Guards);
            Assert.StartsWith("line 2: ", error);
        }

        for (int length = 1; length < Good.Length - 1; length++)
        {
            GuardSampleState.TryDecode(Good[..length], out _, out _); // never throws
        }
    }

    [Fact]
    public void A_file_of_too_many_guards_is_refused()
    {
        string line = $"Guard in=default rsa_id={FullIdentity} sampled_on=2016-11-14T00:00:00 sampled_idx=0 listed=1\n";

        Assert.True(GuardSampleState.TryDecode(string.Concat(Enumerable.Repeat(line, GuardSampleState.MaxGuards)), out _, out _));
        Assert.False(GuardSampleState.TryDecode(string.Concat(Enumerable.Repeat(line, GuardSampleState.MaxGuards + 1)), out _, out _));
    }
}
