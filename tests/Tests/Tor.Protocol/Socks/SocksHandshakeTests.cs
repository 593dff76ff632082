using System.Net;
using System.Text;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tests.Tor.Protocol.Socks;

/// <summary>Facts from stock tor 0.4.9.11, src/test/test_socks.c: same bytes in, same answer out, at every split of the input.</summary>
public sealed class SocksHandshakeTests
{
    private static readonly SocksOptions Plain = new();
    private static readonly SocksOptions Safe = new() { RejectAddresses = true };

    private static readonly byte[] GeneralError5 = [5, 1, 0, 1, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] Rejected4 = [0, 0x5B, 0, 0, 0, 0, 0, 0];

    [Theory]
    [InlineData("\x04\x01\x11\x12\x02\x02\x02\x03\x00", SocksVersion.Socks4, SocksCommand.Connect, "2.2.2.3:4370", "")]
    [InlineData("\x04\x01\x11\x12\x02\x02\x02\x04me\x00", SocksVersion.Socks4, SocksCommand.Connect, "2.2.2.4:4370", "me")]
    [InlineData("\x04\xF0\x01\x01\x00\x00\x00\x02me\x00torproject.org\x00", SocksVersion.Socks4A, SocksCommand.Resolve, "torproject.org:257", "me")]
    [InlineData("\x04\x01\x09\x09\x00\x00\x00\x01\x00www.example.com\x00", SocksVersion.Socks4A, SocksCommand.Connect, "www.example.com:2313", "")]
    [InlineData("\x04\xF0\x00\x00\x00\x00\x00\x01\x00www.example.com\x00", SocksVersion.Socks4A, SocksCommand.Resolve, "www.example.com:0", "")]
    public void Socks4_requests(string input, SocksVersion version, SocksCommand command, string target, string user)
    {
        SocksRequest request = RunAtEverySplit(input, Plain).Request!;

        Assert.Equal((version, command, target, user), (request.Version, request.Command, request.Target.ToString(), request.Isolation.Username));
        Assert.Equal(version == SocksVersion.Socks4, request.IsAddressOnly);
    }

    [Theory]
    [InlineData("\x04\x02\x11\x11\x02\x02\x02\x02\x00")] // BIND
    [InlineData("\x04\xF1\x11\x11\x02\x02\x02\x02\x00")] // no RESOLVE_PTR in SOCKS4
    [InlineData("\x04\x01\x00\x50\x00\x00\x00\x00\x00")] // address 0
    [InlineData("\x04\x01\x00\x00\x01\x02\x03\x04\x00")] // port 0
    [InlineData("\x04\x01\x00\x50\x00\x00\x00\x01\x00---\x00")] // bogus host
    [InlineData("\x04\x01\x00\x50\x00\x00\x00\x01\x00\x00")] // empty host
    public void Bad_Socks4_requests_are_rejected(string input) => Assert.Equal(Rejected4, RunAtEverySplit(input, Plain).Sent);

    [Fact]
    public void Absurdly_long_Socks4_fields_are_rejected()
    {
        string digits = string.Concat(Enumerable.Repeat("1234567890", 200));
        foreach (string input in new[]
        {
            "\x04\x01\x00\x50\x01\x02\x03\x04" + digits + "\x00",
            "\x04\x01\x00\x50\x01\x02\x03\x04" + digits,
            "\x04\x01\x00\x50\x00\x00\x00\x01\x00" + digits + "\x00",
            "\x04\x01\x00\x50\x00\x00\x00\x01\x00" + digits,
            "\x04\x01\x00\x50\x00\x00\x00\x01\x00" + new string('a', 256) + "\x00",
        })
        {
            SocksAction action = new SocksHandshake(Plain).Advance(Bytes(input));
            Assert.Equal(SocksOutcome.Close, action.Outcome);
            Assert.Equal(Rejected4, action.Reply.ToArray());
        }

        Assert.Equal(SocksOutcome.NeedMore, new SocksHandshake(Plain).Advance(Bytes("\x04\x01\x00\x50\x01\x02\x03\x04" + digits[..503])).Outcome);
        Assert.Equal(SocksOutcome.Close, new SocksHandshake(Plain).Advance(Bytes("\x04\x01\x00\x50\x01\x02\x03\x04" + digits[..504])).Outcome);
    }

    [Theory]
    [InlineData("\x05\x01\x00\x01\x02\x02\x02\x02\x11\x11", SocksCommand.Connect, "2.2.2.2:4369")]
    [InlineData("\x05\x01\x00\x04\x20\x02\x41\xb8\x02\x02\x0d\xeb\x02\x13\x21\xff\xfe\x20\x14\x26\x00\x50", SocksCommand.Connect, "[2002:41b8:202:deb:213:21ff:fe20:1426]:80")]
    [InlineData("\x05\x01\x00\x03\x0Etorproject.org\x11\x11", SocksCommand.Connect, "torproject.org:4369")]
    [InlineData("\x05\xF0\x00\x03\x0Etorproject.org\x01\x02", SocksCommand.Resolve, "torproject.org:258")]
    [InlineData("\x05\xF1\x00\x01\x02\x02\x02\x05\x01\x03", SocksCommand.ResolvePtr, "2.2.2.5:259")]
    [InlineData("\x05\xF1\x00\x03\x1E[2001:db8:85a3::8a2e:370:7334]\x12\x34", SocksCommand.ResolvePtr, "[2001:db8:85a3::8a2e:370:7334]:4660")]
    public void Socks5_requests(string input, SocksCommand command, string target)
    {
        Result result = RunAtEverySplit("\x05\x01\x00" + input, Plain);

        Assert.Equal([5, 0], result.Sent);
        Assert.Equal((SocksVersion.Socks5, command, target), (result.Request!.Version, result.Request.Command, result.Request.Target.ToString()));
        Assert.Equal(SocksIsolation.None, result.Request.Isolation);
    }

    [Theory]
    [InlineData("\x05\xF0\x00\x03\x07" + "8.8.8.8\x11\x11", "8.8.8.8:4369")]
    [InlineData("\x05\xF0\x00\x03\x29[2001:0db8:85a3:0000:0000:8a2e:0370:7334]\x01\x02", "[2001:db8:85a3::8a2e:370:7334]:258")]
    [InlineData("\x05\xF0\x00\x03\x27" + "2001:0db8:85a3:0000:0000:8a2e:0370:7334\x01\x02", "[2001:db8:85a3::8a2e:370:7334]:258")]
    public void Safe_socks_takes_addresses_as_text(string input, string target) =>
        Assert.Equal(target, RunAtEverySplit("\x05\x01\x00" + input, Safe).Request!.Target.ToString());

    [Theory]
    [InlineData("\x05\x01\x00\x01\x02\x02\x02\x02\x11\x11", SocksStatus.NotAllowed)]
    [InlineData("\x05\xF1\x00\x01\x02\x02\x02\x02\x11\x11", SocksStatus.Succeeded)]
    public void Safe_socks_refuses_binary_addresses_but_for_reverse_lookups(string input, SocksStatus status)
    {
        Result result = RunAtEverySplit("\x05\x01\x00" + input, Safe);

        Assert.Equal(status == SocksStatus.Succeeded, result.Request is not null);
        Assert.Equal(status == SocksStatus.Succeeded ? [5, 0] : [5, 0, 5, 2, 0, 1, 0, 0, 0, 0, 0, 0], result.Sent);
        Assert.Equal(Rejected4, RunAtEverySplit("\x04\x01\x11\x12\x02\x02\x02\x03\x00", Safe).Sent);
        Assert.NotNull(RunAtEverySplit("\x04\x01\x09\x09\x00\x00\x00\x01\x00www.example.com\x00", Safe).Request);
    }

    [Theory]
    [InlineData("\x05\x02\x00\x01\x02\x02\x02\x01\x01\x01", SocksStatus.CommandNotSupported)] // BIND
    [InlineData("\x05\x03\x00\x01\x02\x02\x02\x01\x01\x01", SocksStatus.CommandNotSupported)] // UDP ASSOCIATE
    [InlineData("\x05\x77\x00\x01\x02\x02\x02\x01\x01\x01", SocksStatus.GeneralError)] // no command at all
    [InlineData("\x05\xF1\x00\x03\x0Etorproject.org\x11\x11", SocksStatus.AddressTypeNotSupported)]
    [InlineData("\x05\x01\x00\x03\x09\"\"\"\"\".com\x11\x11", SocksStatus.GeneralError)]
    [InlineData("\x05\x01\x00\x03\x03---\x00\x50", SocksStatus.GeneralError)]
    [InlineData("\x05\x01\x00\x03\x00\x00\x50", SocksStatus.GeneralError)] // empty name
    [InlineData("\x05\x01\x00\x03\x07good\x00.x\x00\x50", SocksStatus.GeneralError)] // NUL in a name
    [InlineData("\x05\x01\x00\x03\x08" + "foo.exit\x00\x50", SocksStatus.GeneralError)]
    [InlineData("\x05\x01\x00\x01\x02\x02\x02\x01\x00\x00", SocksStatus.GeneralError)] // port 0
    [InlineData("\x05\x01\x00\x23\x02\x02\x02\x02\x11\x11", SocksStatus.GeneralError)] // address type 0x23
    [InlineData("\x04\x01\x00\x01\x02\x02\x02\x02\x11\x11", SocksStatus.GeneralError)] // another version
    public void Bad_Socks5_requests_get_the_status_of_stock(string input, SocksStatus status)
    {
        Result result = RunAtEverySplit("\x05\x01\x00" + input, Plain);

        Assert.Null(result.Request);
        Assert.Equal([5, 0, 5, (byte)status, 0, 1, 0, 0, 0, 0, 0, 0], result.Sent);
    }

    [Fact]
    public void Username_and_password_are_isolation_and_data_may_follow_at_once()
    {
        Result result = RunAtEverySplit("\x05\x01\x02\x01\x02me\x03you\x05\x01\x00\x01\x02\x02\x02\x02\x11\x11GET", Plain);

        Assert.Equal([5, 2, 1, 0], result.Sent);
        Assert.Equal(new SocksIsolation { IsAuthenticated = true, Username = "me", Password = "you" }, result.Request!.Isolation);
        Assert.Equal("GET"u8.ToArray(), result.Left);
        Assert.Equal("[redacted]", result.Request.Isolation.ToString());
    }

    [Fact]
    public void Both_may_be_empty_and_authentication_may_come_uninvited()
    {
        Assert.Equal(
            new SocksIsolation { IsAuthenticated = true },
            RunAtEverySplit("\x05\x01\x02\x01\x00\x00\x05\x01\x00\x01\x02\x02\x02\x02\x11\x11", Plain).Request!.Isolation);
        Result uninvited = RunAtEverySplit("\x05\x01\x00\x01\x02\x01\x01\x02\x01\x01\x05\x01\x00\x01\x02\x02\x02\x02\x11\x11", Plain);
        Assert.Equal([5, 0, 1, 0], uninvited.Sent);
        Assert.Equal("\x01\x01", uninvited.Request!.Isolation.Username);
        Assert.Null(RunAtEverySplit("\x05\x01\x02\x01\x00\x00\x01\x00\x00", Plain).Request); // but only once
    }

    [Fact]
    public void The_longest_credentials_fit()
    {
        string input = "\x05\x01\x02\x01\xFF" + new string('u', 255) + "\xFF" + new string('p', 255) + "\x05\x01\x00\x03\x01x\x00\x50";

        SocksIsolation isolation = RunAtEverySplit(input, Plain).Request!.Isolation;

        Assert.Equal((255, 255), (isolation.Username.Length, isolation.Password.Length));
        Assert.Equal(SocksHandshake.MaxMessageLength, 3 + 255 + 255);
    }

    [Theory]
    [InlineData("<torS0X>0", true)]
    [InlineData("<torS0X>", false)]
    [InlineData("<torS0X>1", false)]
    [InlineData("<torS0X>0abc", false)]
    [InlineData("<torS0Y>1", true)]
    public void Extended_parameters_are_taken_in_the_one_form_we_know(string user, bool isTaken)
    {
        string input = "\x05\x01\x02\x01" + (char)user.Length + user + "\x08password\x05\x01\x00\x03\x01x\x00\x50";

        Result result = RunAtEverySplit(input, Plain);

        Assert.Equal(isTaken, result.Request is not null);
        Assert.Equal(isTaken ? [5, 2, 1, 0] : [5, 2, .. GeneralError5], result.Sent);
        if (isTaken)
        {
            Assert.Equal(user.StartsWith("<torS0X>", StringComparison.Ordinal), result.Request!.Isolation.IsExtended);
        }
    }

    [Theory]
    [InlineData("\x05\x03\x99\x21\x10", "\x05\xFF")] // no method we know
    [InlineData("\x05\x00", "")]
    [InlineData("\x01\x02me\x02me", "")] // authentication before the choice of a method
    [InlineData("\x06\x01", "")]
    [InlineData("\x16\x03\x01\x00\x10", "")]
    public void What_is_not_a_beginning_is_closed(string input, string reply) => Assert.Equal(Bytes(reply), RunAtEverySplit(input, Plain).Sent);

    [Fact]
    public void An_unknown_version_of_authentication_fails() =>
        Assert.Equal([5, 2, .. GeneralError5], RunAtEverySplit("\x05\x01\x02\x02\x05hello\x05world", Plain).Sent);

    [Fact]
    public void With_both_methods_on_offer_the_operator_decides()
    {
        Assert.Equal([5, 2], new SocksHandshake(Plain).Advance([5, 2, 0, 2]).Reply.ToArray());
        Assert.Equal([5, 0], new SocksHandshake(Plain with { PreferNoAuthentication = true }).Advance([5, 2, 2, 0]).Reply.ToArray());
        Assert.Equal([5, 2], new SocksHandshake(Plain with { PreferNoAuthentication = true }).Advance([5, 1, 2]).Reply.ToArray());
    }

    [Theory]
    [InlineData("GET /index.html HTTP/1.0")]
    [InlineData("HEAD / HTTP/1.0")]
    [InlineData("POST / HTTP/1.0")]
    [InlineData("CONNECT a:1 HTTP/1.0")]
    public void Http_gets_an_answer_that_helps(string input)
    {
        SocksAction action = new SocksHandshake(Plain).Advance(Bytes(input));

        Assert.Equal(SocksOutcome.Close, action.Outcome);
        string reply = Encoding.ASCII.GetString(action.Reply.Span);
        Assert.StartsWith("HTTP/1.0 501 Tor is not an HTTP Proxy\r\n", reply);
        Assert.Contains("SOCKS5", reply);
    }

    [Fact]
    public void A_finished_handshake_is_not_to_be_asked_again()
    {
        var handshake = new SocksHandshake(Plain);
        handshake.Advance([6, 6]);

        Assert.Throws<InvalidOperationException>(() => handshake.Advance([5, 1, 0]));
    }

    [Fact]
    public void Replies_have_the_form_of_the_version()
    {
        Assert.True(TargetAddress.TryParse("example.com", 80, out TargetAddress? target));
        var five = new SocksRequest(SocksVersion.Socks5, SocksCommand.Connect, target, SocksIsolation.None);
        SocksRequest four = five with { Version = SocksVersion.Socks4A };

        Assert.Equal([5, 0, 0, 1, 0, 0, 0, 0, 0, 0], five.EncodeReply(SocksStatus.Succeeded));
        Assert.Equal([5, 0xF6, 0, 1, 0, 0, 0, 0, 0, 0], five.EncodeReply(SocksStatus.OnionServiceBadAddress));
        Assert.Equal([0, 0x5A, 0, 0, 0, 0, 0, 0], four.EncodeReply(SocksStatus.Succeeded));
        Assert.Equal(Rejected4, four.EncodeReply(SocksStatus.TtlExpired));
        Assert.Equal([5, 0, 0, 1, 1, 2, 3, 4, 0, 0], five.EncodeResolved(IPAddress.Parse("1.2.3.4")));
        Assert.Equal([0, 0x5A, 0, 0, 1, 2, 3, 4], four.EncodeResolved(IPAddress.Parse("1.2.3.4")));
        Assert.Equal([5, 0, 0, 4, .. IPAddress.IPv6Loopback.GetAddressBytes(), 0, 0], five.EncodeResolved(IPAddress.IPv6Loopback));
        Assert.Equal(Rejected4, four.EncodeResolved(IPAddress.IPv6Loopback));
        Assert.Equal([5, 0, 0, 3, 3, (byte)'a', (byte)'.', (byte)'b', 0, 0], five.EncodeResolved("a.b"));
        Assert.Equal(Rejected4, four.EncodeResolved("a.b"));
        Assert.Throws<ArgumentException>(() => five.EncodeResolved(new string('a', 256)));
    }

    [Theory]
    [InlineData(EndReason.Misc, SocksStatus.GeneralError)]
    [InlineData(EndReason.ResolveFailed, SocksStatus.HostUnreachable)]
    [InlineData(EndReason.ConnectRefused, SocksStatus.ConnectionRefused)]
    [InlineData(EndReason.ExitPolicy, SocksStatus.NotAllowed)]
    [InlineData(EndReason.Destroy, SocksStatus.GeneralError)]
    [InlineData(EndReason.Done, SocksStatus.ConnectionRefused)]
    [InlineData(EndReason.Timeout, SocksStatus.TtlExpired)]
    [InlineData(EndReason.NoRoute, SocksStatus.HostUnreachable)]
    [InlineData(EndReason.ConnectionReset, SocksStatus.ConnectionRefused)]
    [InlineData(EndReason.TorProtocol, SocksStatus.GeneralError)]
    [InlineData((EndReason)99, SocksStatus.GeneralError)]
    public void End_reasons_become_stocks_status(EndReason reason, SocksStatus status) =>
        Assert.Equal(status, SocksStatusMapping.FromEndReason(reason));

    [Fact]
    public void Extended_errors_are_only_for_those_who_asked()
    {
        Assert.Equal(SocksStatus.GeneralError, SocksStatusMapping.WithoutExtension(SocksStatus.OnionServiceNotFound));
        Assert.Equal(SocksStatus.TtlExpired, SocksStatusMapping.WithoutExtension(SocksStatus.TtlExpired));
        Assert.Equal(
            [0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7],
            Enum.GetValues<SocksStatus>().Where(status => (byte)status > 0x7F).Select(status => (byte)status));
    }

    [Fact]
    public void Random_bytes_never_do_more_than_close()
    {
        var random = new SeededRandomSource(4711);
        Span<byte> bytes = stackalloc byte[64];
        for (int i = 0; i < 20_000; i++)
        {
            random.Fill(bytes);
            bytes[0] = (byte)(4 + (i % 2));
            bytes[1] = (byte)(i % 4);
            var handshake = new SocksHandshake(Plain);
            ReadOnlySpan<byte> left = bytes;
            SocksAction action;
            do
            {
                action = handshake.Advance(left);
                Assert.InRange(action.Consumed, 0, left.Length);
                left = left[action.Consumed..];
            }
            while (action.Outcome == SocksOutcome.Continue);
        }
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>Feeds the input whole, cut in two at every place, and byte by byte; all must come to the same end.</summary>
    private static Result RunAtEverySplit(string input, SocksOptions options)
    {
        byte[] bytes = Bytes(input);
        Result whole = Run([bytes], options);
        for (int cut = 1; cut < bytes.Length; cut++)
        {
            AssertSame(whole, Run([bytes[..cut], bytes[cut..]], options));
        }

        AssertSame(whole, Run([.. bytes.Select(value => new[] { value })], options));
        return whole;
    }

    private static void AssertSame(Result expected, Result actual)
    {
        Assert.Equal(expected.Sent, actual.Sent);
        Assert.Equal(expected.Request, actual.Request);
        Assert.Equal(expected.Request is null ? [] : expected.Left, expected.Request is null ? [] : actual.Left);
    }

    private static Result Run(byte[][] pieces, SocksOptions options)
    {
        var handshake = new SocksHandshake(options);
        var sent = new List<byte>();
        byte[] pending = [];
        SocksRequest? request = null;
        bool isOver = false;
        foreach (byte[] piece in pieces)
        {
            pending = [.. pending, .. piece];
            while (!isOver)
            {
                SocksAction action = handshake.Advance(pending);
                sent.AddRange(action.Reply.Span);
                pending = pending[action.Consumed..];
                request = action.Request;
                isOver = action.Outcome is SocksOutcome.Request or SocksOutcome.Close;
                if (action.Outcome == SocksOutcome.NeedMore)
                {
                    break;
                }
            }
        }

        return new Result([.. sent], request, pending);
    }

    private sealed record Result(byte[] Sent, SocksRequest? Request, byte[] Left);
}
