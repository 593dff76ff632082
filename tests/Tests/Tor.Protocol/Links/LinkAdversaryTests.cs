using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Tor.Protocol.Links;

/// <summary>A peer that breaks one rule of the link handshake each: the answers of stock tor's channeltls.c, in part the cases of its
/// src/test/test_link_handshake.c.</summary>
public sealed class LinkAdversaryTests
{
    private const int FieldLength = 32;
    private const int FixedLength = 8 + (8 * FieldLength);

    [Theory]
    [InlineData(new ushort[0])]
    [InlineData(new ushort[] { 1 })]
    [InlineData(new ushort[] { 1, 2 })]
    [InlineData(new ushort[] { 0x1234, 0xffff })] // Arti, tor-proto channel/handshake.rs, connect_badver
    public void VERSIONS_without_a_common_version_closes(ushort[] offered)
    {
        using var pair = new LinkPair();

        Assert.Throws<ChannelProtocolException>(
            () => pair.Receive(pair.Responder, CellCommand.Versions, new Versions(offered).Encode()));
        Assert.Throws<ChannelProtocolException>(
            () => pair.Receive(pair.Initiator, CellCommand.Versions, new Versions(offered).Encode()));
    }

    [Fact]
    public void VERSIONS_of_odd_length_closes_even_when_it_comes_second()
    {
        using var pair = new LinkPair();
        Assert.Throws<ChannelProtocolException>(() => pair.Receive(pair.Responder, CellCommand.Versions, [0, 5, 0]));

        pair.Receive(pair.Initiator, CellCommand.Versions, [0, 5]);
        pair.Receive(pair.Initiator, CellCommand.Versions, [0, 3]);
        Assert.Throws<ChannelProtocolException>(() => pair.Receive(pair.Initiator, CellCommand.Versions, [0]));
    }

    [Fact]
    public void Nothing_but_padding_and_a_NETINFO_that_is_dropped_may_come_before_VERSIONS()
    {
        using var early = new LinkPair();
        early.Receive(early.Responder, CellCommand.NetInfo, new byte[100]);
        early.Receive(early.Initiator, CellCommand.NetInfo, new byte[100]);
        early.Run();
        Assert.NotNull(early.Responder.Result);

        foreach (CellCommand command in AllCommands().Except([CellCommand.Versions, CellCommand.VPadding, CellCommand.Authorize, CellCommand.NetInfo]))
        {
            using var pair = new LinkPair();
            Assert.Throws<ChannelProtocolException>(() => pair.Receive(pair.Responder, command, new byte[100]));
            Assert.Throws<ChannelProtocolException>(() => pair.Receive(pair.Initiator, command, new byte[100]));
        }
    }

    [Fact]
    public void No_other_cell_of_fixed_length_may_come_before_NETINFO()
    {
        foreach (CellCommand command in AllCommands().Where(command => !CellFormat.IsVariableLength(command)))
        {
            if (command == CellCommand.NetInfo)
            {
                continue;
            }

            using var pair = new LinkPair();
            pair.Receive(pair.Responder, CellCommand.Versions, [0, 5]);
            pair.Receive(pair.Initiator, CellCommand.Versions, [0, 5]);
            Assert.Throws<ChannelProtocolException>(() => pair.Receive(pair.Responder, command, new byte[100]));
            Assert.Throws<ChannelProtocolException>(() => pair.Receive(pair.Initiator, command, new byte[100]));
        }
    }

    [Theory]
    [InlineData(CellCommand.Certs)]
    [InlineData(CellCommand.AuthChallenge)]
    [InlineData(CellCommand.Authenticate)]
    public void Each_handshake_cell_may_come_only_once(CellCommand command)
    {
        using var pair = new LinkPair(TestRelay.A);
        pair.FromInitiator = cell => cell.Command == command ? [cell, cell] : [cell];
        pair.FromResponder = pair.FromInitiator;

        Assert.Throws<ChannelProtocolException>(pair.Run);
    }

    [Theory]
    [InlineData(CellCommand.Certs)]
    [InlineData(CellCommand.AuthChallenge)]
    public void A_circuit_id_closes(CellCommand command)
    {
        using var pair = new LinkPair(TestRelay.A);
        pair.FromResponder = cell => [cell.Command == command ? cell with { CircuitId = 1 } : cell];

        Assert.Throws<ChannelProtocolException>(pair.Run);
        Assert.Null(pair.Initiator.Result);
    }

    [Fact]
    public void An_initiator_takes_no_AUTH_CHALLENGE_and_no_NETINFO_before_CERTS()
    {
        foreach (CellCommand command in (CellCommand[])[CellCommand.AuthChallenge, CellCommand.NetInfo])
        {
            using var pair = new LinkPair(TestRelay.A);
            pair.FromResponder = cell => cell.Command == CellCommand.Certs ? [] : [cell];
            pair.Receive(pair.Initiator, CellCommand.Versions, [0, 5]);

            Assert.Throws<ChannelProtocolException>(
                () => pair.Receive(pair.Initiator, command, command == CellCommand.NetInfo ? GoodNetInfo() : GoodChallenge()));
        }
    }

    [Fact]
    public void Cells_of_the_other_role_close()
    {
        using var pair = new LinkPair(TestRelay.A);
        pair.FromInitiator = cell => cell.Command == CellCommand.NetInfo ? [] : [cell];
        pair.FromResponder = pair.FromInitiator;
        pair.Run();

        Assert.Throws<ChannelProtocolException>(() => pair.Receive(pair.Responder, CellCommand.AuthChallenge, GoodChallenge()));
        Assert.Throws<ChannelProtocolException>(() => pair.Receive(
            pair.Initiator,
            CellCommand.Authenticate,
            new Authenticate(AuthenticationMethod.Ed25519Sha256Rfc5705, new byte[352]).Encode()));
    }

    [Fact]
    public void Garbage_in_any_handshake_cell_closes()
    {
        foreach (CellCommand command in
            (CellCommand[])[CellCommand.Certs, CellCommand.AuthChallenge, CellCommand.Authenticate, CellCommand.NetInfo])
        {
            byte[] garbage = [.. Enumerable.Repeat((byte)0xee, 150)];
            using var pair = new LinkPair(TestRelay.A);
            pair.FromInitiator = cell => [cell.Command == command ? cell with { Body = garbage } : cell];
            pair.FromResponder = pair.FromInitiator;

            Assert.Throws<ChannelProtocolException>(pair.Run);
        }
    }

    [Fact]
    public void Every_truncation_of_a_handshake_cell_closes()
    {
        foreach (CellCommand command in (CellCommand[])[CellCommand.Certs, CellCommand.AuthChallenge, CellCommand.Authenticate])
        {
            int whole = Truncate(command, int.MaxValue);
            for (int length = 0; length < whole; length += command == CellCommand.Certs ? 37 : 3)
            {
                Truncate(command, length);
            }
        }
    }

    [Fact]
    public void NETINFO_with_our_address_in_an_unknown_form_closes_and_with_their_own_does_not()
    {
        using var pair = new LinkPair();
        pair.FromResponder = cell => [cell.Command == CellCommand.NetInfo ? cell with { Body = [0, 0, 0, 0, 9, 1, 7, 0] } : cell];
        Assert.Throws<ChannelProtocolException>(pair.Run);

        using var skipping = new LinkPair();
        skipping.FromResponder = cell =>
            [cell.Command == CellCommand.NetInfo ? cell with { Body = [0, 0, 0, 0, 4, 4, 1, 2, 3, 4, 1, 9, 1, 7] } : cell];
        skipping.Run();
        Assert.Empty(skipping.Initiator.Result!.PeerAddresses);
    }

    [Fact]
    public void Every_field_of_AUTHENTICATE_is_compared_even_when_it_is_signed()
    {
        for (int field = 0; field < 9; field++)
        {
            int at = field == 0 ? 3 : 8 + (FieldLength * (field - 1)) + 5;

            Assert.Contains("does not fit", Tamper(body => Resign(body, at)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_random_part_of_AUTHENTICATE_is_signed_but_not_compared()
    {
        Assert.Contains("signature", Tamper(body => Flip(body, FixedLength + 1)), StringComparison.Ordinal);
        Assert.Contains("signature", Tamper(body => Flip(body, body.Length - 1)), StringComparison.Ordinal);
        Assert.Equal("", Tamper(body => Resign(body, FixedLength + 1)));
    }

    [Fact]
    public void AUTHENTICATE_of_another_length_or_method_closes()
    {
        Assert.Contains("351 bytes", Tamper(body => body[..^1]), StringComparison.Ordinal);
        Assert.Contains("353 bytes", Tamper(body => [.. body, 0]), StringComparison.Ordinal);
        Assert.Contains("method 1", Tamper(body => body, AuthenticationMethod.RsaSha256TlsSecret), StringComparison.Ordinal);
    }

    [Fact]
    public void AUTHENTICATE_must_be_signed_by_the_certified_key() =>
        Assert.Contains("signature", Tamper(body => Resign(body, FixedLength, TestRelay.B.AuthenticationKey)), StringComparison.Ordinal);

    [Fact]
    public void A_replayed_AUTHENTICATE_closes()
    {
        byte[] old = [];
        using var first = new LinkPair(TestRelay.A);
        first.FromInitiator = cell =>
        {
            old = cell.Command == CellCommand.Authenticate ? cell.Body : old;
            return [cell];
        };
        first.Run();
        Assert.NotNull(first.Responder.Result!.Peer);

        using var second = new LinkPair(
            TestRelay.A,
            changeResponder: parameters => parameters with { Random = new SeededRandomSource(99) });
        second.FromInitiator = cell => [cell.Command == CellCommand.Authenticate ? cell with { Body = old } : cell];

        Assert.Throws<ChannelProtocolException>(second.Run);
        Assert.Null(second.Responder.Result);
    }

    [Fact]
    public void AUTHENTICATE_over_another_TLS_connection_closes()
    {
        using var pair = new LinkPair(
            TestRelay.A,
            changeInitiator: parameters => parameters with
            {
                Tls = parameters.Tls with { Exporter = LinkPair.CreateExporter("another secret") },
            });

        Assert.Throws<ChannelProtocolException>(pair.Run);
        Assert.Null(pair.Responder.Result);
    }

    [Fact]
    public void AUTHENTICATE_without_CERTS_closes()
    {
        using var pair = new LinkPair(TestRelay.A);
        pair.FromInitiator = cell => cell.Command == CellCommand.Certs ? [] : [cell];

        Assert.Throws<ChannelProtocolException>(pair.Run);
    }

    [Fact]
    public void Another_TLS_certificate_than_the_certified_one_closes()
    {
        using var pair = new LinkPair(changeInitiator: parameters => parameters with
        {
            Tls = new TlsBinding(TestRelay.B.Tls.Identity.Digest, LinkPair.CreateExporter("tls secret")),
        });

        Assert.Throws<ChannelProtocolException>(pair.Run);
        Assert.Null(pair.Initiator.Responder);
    }

    private static IEnumerable<CellCommand> AllCommands() => Enumerable.Range(0, 256).Select(number => (CellCommand)number);

    private static byte[] GoodNetInfo() =>
        new NetInfo(0, LinkPair.InitiatorAddress, [LinkPair.ResponderAddress]).Encode();

    private static byte[] GoodChallenge() =>
        new AuthChallenge(new byte[32], [AuthenticationMethod.Ed25519Sha256Rfc5705]).Encode();

    /// <summary>Cuts one cell; returns its whole length. Unless nothing is cut, the link must close.</summary>
    private static int Truncate(CellCommand command, int length)
    {
        int whole = 0;
        using var pair = new LinkPair(TestRelay.A);
        pair.FromInitiator = cell =>
        {
            if (cell.Command != command)
            {
                return [cell];
            }

            whole = cell.Body.Length;
            return [cell with { Body = cell.Body[..Math.Min(length, whole)] }];
        };
        pair.FromResponder = pair.FromInitiator;
        Exception? problem = Record.Exception(pair.Run);
        Assert.Equal(length < whole, problem is not null);
        Assert.True(problem is null or ChannelProtocolException, problem?.ToString());
        return whole;
    }

    /// <summary>Changes the content of AUTHENTICATE; returns what the responder says, or nothing when it accepts.</summary>
    private static string Tamper(
        Func<byte[], byte[]> change, AuthenticationMethod method = AuthenticationMethod.Ed25519Sha256Rfc5705)
    {
        using var pair = new LinkPair(TestRelay.A);
        pair.FromInitiator = cell => cell.Command == CellCommand.Authenticate
            ? [cell with { Body = new Authenticate(method, change([.. Authenticate.Decode(cell.Body).Authentication.Span])).Encode() }]
            : [cell];
        Exception? problem = Record.Exception(pair.Run);
        Assert.Equal(problem is null, pair.Responder.Result is not null);
        return problem is null ? "" : Assert.IsType<ChannelProtocolException>(problem).Message;
    }

    private static byte[] Flip(byte[] body, int at)
    {
        body[at] ^= 1;
        return body;
    }

    private static byte[] Resign(byte[] body, int at, Ed25519PrivateKey? key = null)
    {
        Flip(body, at);
        (key ?? TestRelay.A.AuthenticationKey).Sign(body.AsSpan(..^64), body.AsSpan(^64..));
        return body;
    }
}
