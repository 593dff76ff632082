using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Tor.Protocol.Links;

public sealed class LinkHandshakeTests
{
    [Fact]
    public void A_client_learns_the_relay_and_stays_unknown()
    {
        using var pair = new LinkPair();
        pair.Run();
        LinkResult client = pair.Initiator.Result!;
        LinkResult relay = pair.Responder.Result!;

        Assert.Equal(5, client.Version);
        Assert.Equal(TestRelay.B.Certificates.Identity, client.Peer);
        Assert.False(client.AuthenticatedToPeer);
        Assert.Equal(LinkPair.InitiatorAddress, client.OwnAddress);
        Assert.True(client.IsCanonical);
        Assert.Equal(CircuitIdHalf.Higher, client.OwnCircuitIds);
        Assert.Equal(TimeSpan.Zero, client.ClockSkew);

        Assert.Equal(5, relay.Version);
        Assert.Null(relay.Peer);
        Assert.Null(relay.ClockSkew);
        Assert.Empty(relay.PeerAddresses);
        Assert.False(relay.IsCanonical);
        Assert.Equal(LinkPair.ResponderAddress, relay.OwnAddress);
        Assert.True(relay.IsCanonicalToPeer);
        Assert.Equal((CircuitIdHalf.Lower, CircuitIdHalf.Higher), (relay.OwnCircuitIds, relay.PeerCircuitIds));
        Assert.Null(pair.Initiator.NextDeadline);
        Assert.Null(pair.Responder.NextDeadline);
    }

    [Fact]
    public void Two_relays_learn_each_other()
    {
        using var pair = new LinkPair(TestRelay.A);
        pair.Run();

        Assert.Equal(TestRelay.B.Certificates.Identity, pair.Initiator.Result!.Peer);
        Assert.Equal(TestRelay.A.Certificates.Identity, pair.Responder.Result!.Peer);
        Assert.True(pair.Initiator.Result.AuthenticatedToPeer);
        Assert.True(pair.Responder.Result.IsCanonical);
        Assert.True(pair.Initiator.Result.IsCanonicalToPeer);
        Assert.Equal(TimeSpan.Zero, pair.Responder.Result.ClockSkew);
    }

    [Theory]
    [InlineData(false, "Versions NetInfo")]
    [InlineData(true, "Versions Certs Authenticate NetInfo")]
    public void The_cells_and_their_order_are_those_of_stock_tor(bool isRelay, string fromInitiator)
    {
        using var pair = new LinkPair(isRelay ? TestRelay.A : null);
        var initiator = new List<CellCommand>();
        var responder = new List<CellCommand>();
        pair.FromInitiator = cell => Note(initiator, cell);
        pair.FromResponder = cell => Note(responder, cell);
        pair.Run();

        Assert.Equal(fromInitiator, string.Join(' ', initiator));
        Assert.Equal("Versions Certs AuthChallenge NetInfo", string.Join(' ', responder));
    }

    [Theory]
    [InlineData(LinkRole.Initiator, "3 2 4 6 7")]
    [InlineData(LinkRole.Responder, "1 2 4 5 7")]
    public void Certs_has_the_types_and_order_of_stock_tor(LinkRole role, string types) =>
        Assert.Equal(types, string.Join(' ', TestRelay.A.Certificates.ToCerts(role).Certificates.Select(item => (int)item.Type)));

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void The_highest_common_version_is_taken(ushort version)
    {
        using var pair = new LinkPair();
        byte[] offer = new Versions([1, 2, version, 6, 999]).Encode();
        pair.FromInitiator = cell => [cell.Command == CellCommand.Versions ? cell with { Body = offer } : cell];
        pair.FromResponder = pair.FromInitiator;
        pair.Run();

        Assert.Equal(version, pair.Initiator.Result!.Version);
        Assert.Equal(version, pair.Responder.Result!.Version);
        Assert.Equal(LinkVersions.GetFormat(version), pair.Initiator.ReceiveFormat);
    }

    [Fact]
    public void On_version_3_the_greater_rsa_key_has_the_higher_circuit_ids_and_clients_have_all()
    {
        static LinkResult[] Run(TestRelay? initiator)
        {
            using var pair = new LinkPair(initiator);
            byte[] offer = new Versions([3]).Encode();
            pair.FromResponder = cell => [cell.Command == CellCommand.Versions ? cell with { Body = offer } : cell];
            pair.FromInitiator = cell => cell.Command switch
            {
                CellCommand.Versions => [cell with { Body = offer }],
                CellCommand.Authenticate => [], // the changed VERSIONS would make it fail
                _ => [cell],
            };
            pair.Run();
            return [pair.Initiator.Result!, pair.Responder.Result!];
        }

        bool isHigher = TestRelay.A.RsaIdentity.PublicKey.Pkcs1Der.AsSpan()
            .SequenceCompareTo(TestRelay.B.RsaIdentity.PublicKey.Pkcs1Der) > 0;

        Assert.Equal(isHigher ? CircuitIdHalf.Higher : CircuitIdHalf.Lower, Run(TestRelay.A)[0].OwnCircuitIds);
        LinkResult[] client = Run(null);
        Assert.Equal(CircuitIdHalf.Higher, client[0].OwnCircuitIds);
        Assert.Equal((CircuitIdHalf.None, CircuitIdHalf.Any), (client[1].OwnCircuitIds, client[1].PeerCircuitIds));
    }

    [Fact]
    public void Padding_and_unknown_cells_of_variable_length_disturb_nothing()
    {
        using var pair = new LinkPair();
        pair.FromInitiator = cell => [new(CellCommand.VPadding, [1, 2, 3]), new(CellCommand.Authorize, []), cell];
        pair.FromResponder = cell => cell.Command == CellCommand.Versions
            ? [new(CellCommand.VPadding, []), cell, new((CellCommand)200, [4])]
            : [new(CellCommand.VPadding, new byte[999]), cell];
        pair.Run();

        Assert.NotNull(pair.Initiator.Result);
        Assert.NotNull(pair.Responder.Result);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_cell_that_only_one_end_has_seen_breaks_authentication(bool fromInitiator)
    {
        using var pair = new LinkPair(TestRelay.A);
        static IEnumerable<TestCell> Pad(TestCell cell) =>
            cell.Command == CellCommand.Certs ? [cell, new(CellCommand.VPadding, [1])] : [cell];
        pair.FromInitiator = cell => fromInitiator ? Pad(cell) : [cell];
        pair.FromResponder = cell => fromInitiator ? [cell] : Pad(cell);

        Assert.Throws<ChannelProtocolException>(pair.Run);
        Assert.Null(pair.Responder.Result);
    }

    [Fact]
    public void A_second_VERSIONS_is_ignored()
    {
        using var pair = new LinkPair();
        pair.FromInitiator = cell => cell.Command == CellCommand.Versions ? [cell, new(CellCommand.Versions, [0, 3])] : [cell];
        pair.Run();

        Assert.Equal(5, pair.Responder.Result!.Version);
    }

    [Fact]
    public void A_relay_that_does_not_authenticate_is_a_client()
    {
        using var pair = new LinkPair(TestRelay.A);
        pair.FromInitiator = cell => cell.Command == CellCommand.Authenticate ? [] : [cell];
        pair.Run();

        Assert.Null(pair.Responder.Result!.Peer);
    }

    [Fact]
    public void A_relay_without_a_common_method_does_not_authenticate_but_finishes()
    {
        using var pair = new LinkPair(TestRelay.A);
        byte[] challenge = new AuthChallenge(new byte[32], [AuthenticationMethod.RsaSha256TlsSecret, (AuthenticationMethod)9]).Encode();
        pair.FromResponder = cell => [cell.Command == CellCommand.AuthChallenge ? cell with { Body = challenge } : cell];
        pair.Run();

        Assert.False(pair.Initiator.Result!.AuthenticatedToPeer);
        Assert.Null(pair.Responder.Result!.Peer);
    }

    [Fact]
    public void A_relay_that_is_not_challenged_sends_NETINFO_all_the_same()
    {
        using var pair = new LinkPair(TestRelay.A);
        pair.FromResponder = cell => cell.Command == CellCommand.AuthChallenge ? [] : [cell];
        pair.Run();

        Assert.False(pair.Initiator.Result!.AuthenticatedToPeer);
        Assert.NotNull(pair.Responder.Result);
    }

    [Fact]
    public void A_client_tells_neither_its_time_nor_its_address()
    {
        using var pair = new LinkPair();
        NetInfo? sent = null;
        pair.FromInitiator = cell =>
        {
            sent = cell.Command == CellCommand.NetInfo ? NetInfo.Decode(cell.Body) : sent;
            return [cell];
        };
        pair.Run();

        Assert.Equal(0u, sent!.Timestamp);
        Assert.Empty(sent.Addresses);
        Assert.Equal(LinkPair.ResponderAddress, sent.PeerAddress);
    }

    [Fact]
    public void Clock_skew_is_our_time_less_the_peers_and_unknown_after_a_slow_handshake()
    {
        using var pair = new LinkPair { InitiatorTime = TestRelay.Now.AddHours(2) };
        pair.Run();
        Assert.Equal(TimeSpan.FromHours(2), pair.Initiator.Result!.ClockSkew);

        static LinkHandshakeParameters Patient(LinkHandshakeParameters parameters) =>
            parameters with { Limits = new LinkHandshakeLimits { TimeLimit = TimeSpan.FromMinutes(10) } };
        using var slow = new LinkPair(changeInitiator: Patient, changeResponder: Patient) { Now = TimeSpan.FromSeconds(180) };
        slow.Run();
        Assert.Null(slow.Initiator.Result!.ClockSkew);
    }

    [Fact]
    public void A_link_is_canonical_only_if_the_peer_lists_the_address_that_it_has()
    {
        using var pair = new LinkPair(
            TestRelay.A, changeInitiator: parameters => parameters with { PeerAddress = System.Net.IPAddress.Loopback });
        pair.Run();

        Assert.False(pair.Initiator.Result!.IsCanonical);
        Assert.False(pair.Responder.Result!.IsCanonicalToPeer);
        Assert.True(pair.Responder.Result.IsCanonical);
    }

    [Fact]
    public void An_IPv4_address_in_IPv6_form_is_the_IPv4_address()
    {
        using var pair = new LinkPair(
            TestRelay.A,
            changeResponder: parameters => parameters with { PeerAddress = LinkPair.InitiatorAddress.MapToIPv6() });
        pair.Run();

        Assert.True(pair.Responder.Result!.IsCanonical);
        Assert.Equal(LinkPair.InitiatorAddress, pair.Initiator.Result!.OwnAddress);
    }

    [Fact]
    public void Expected_identities_are_checked_and_unexpected_ones_are_no_fault()
    {
        PeerIdentity b = TestRelay.B.Certificates.Identity;
        PeerIdentity a = TestRelay.A.Certificates.Identity;

        Assert.Equal(IdentityCheck.AsExpected, Connect(ExpectedPeer.Anyone));
        Assert.Equal(IdentityCheck.AsExpected, Connect(new ExpectedPeer(b.RsaIdentity)));
        Assert.Equal(IdentityCheck.AsExpected, Connect(new ExpectedPeer(Ed25519Identity: b.Ed25519Identity)));
        Assert.Equal(IdentityCheck.AsExpected, Connect(new ExpectedPeer(b.RsaIdentity, b.Ed25519Identity)));
        Assert.Equal(IdentityCheck.RsaDiffers, Connect(new ExpectedPeer(a.RsaIdentity)));
        Assert.Equal(IdentityCheck.RsaDiffers, Connect(new ExpectedPeer(a.RsaIdentity, a.Ed25519Identity)));
        Assert.Equal(IdentityCheck.Ed25519Differs, Connect(new ExpectedPeer(b.RsaIdentity, a.Ed25519Identity)));
        Assert.Equal(IdentityCheck.Ed25519Differs, Connect(new ExpectedPeer(null, a.Ed25519Identity)));
        Assert.Equal(IdentityCheck.AsExpected, Connect(new ExpectedPeer(default(RsaIdentity), default(Ed25519Identity))));
    }

    [Fact]
    public void The_time_limit_ends_the_handshake_once()
    {
        using var pair = new LinkPair();

        pair.Responder.OnDeadline(TimeSpan.FromSeconds(59.9));
        Assert.Equal(TimeSpan.FromSeconds(60), pair.Responder.NextDeadline);
        Assert.Throws<ChannelProtocolException>(() => pair.Responder.OnDeadline(TimeSpan.FromSeconds(60)));
        Assert.Null(pair.Responder.NextDeadline);
        Assert.Throws<InvalidOperationException>(() => pair.Receive(pair.Responder, CellCommand.Versions, [0, 5]));
    }

    [Fact]
    public void Cells_are_counted()
    {
        using var pair = new LinkPair();
        for (int i = 0; i < 64; i++)
        {
            pair.Receive(pair.Responder, CellCommand.VPadding, []);
        }

        Assert.Throws<ChannelProtocolException>(() => pair.Receive(pair.Responder, CellCommand.VPadding, []));
    }

    [Fact]
    public void A_relay_needs_certificates_and_an_exporter()
    {
        Assert.Throws<ArgumentException>(() => new LinkPair(changeResponder: parameters => parameters with { Certificates = null }));
        Assert.Throws<ArgumentException>(() => new LinkPair(
            TestRelay.A, changeInitiator: parameters => parameters with { Tls = parameters.Tls with { Exporter = null } }));
        using var client = new LinkPair(
            changeInitiator: parameters => parameters with { Tls = parameters.Tls with { Exporter = null } });
        client.Run();
        Assert.NotNull(client.Initiator.Result);
    }

    private static TestCell[] Note(List<CellCommand> seen, TestCell cell)
    {
        seen.Add(cell.Command);
        return [cell];
    }

    private static IdentityCheck Connect(ExpectedPeer expected)
    {
        using var pair = new LinkPair(changeInitiator: parameters => parameters with { Expected = expected });
        Exception? problem = Record.Exception(pair.Run);
        Assert.Equal(pair.Initiator.IdentityCheck != IdentityCheck.AsExpected, problem is ChannelProtocolException);
        Assert.Equal(TestRelay.B.Certificates.Identity, pair.Initiator.Responder);
        return pair.Initiator.IdentityCheck;
    }
}
