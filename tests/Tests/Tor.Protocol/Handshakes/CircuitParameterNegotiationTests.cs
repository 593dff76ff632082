using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Handshakes.Extensions;

namespace Tunic.Tests.Tor.Protocol.Handshakes;

// rules: tor 0.4.9.11 src/core/crypto/onion_crypto.c, src/core/or/congestion_control_common.c;
// the table of on and off: src/test/test_ntor_v3.c, test_ntor3_handshake
public class CircuitParameterNegotiationTests
{
    private static readonly CircuitCapabilities Everything = new(CongestionControl: true, SendmeIncrement: 31, Cgo: true);
    private static readonly CircuitCapabilities Nothing = new(CongestionControl: false, SendmeIncrement: 31, Cgo: false);

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    public void Congestion_control_is_on_when_both_sides_want_it(bool client, bool relay, bool expected)
    {
        CircuitCapabilities wanted = Nothing with { CongestionControl = client };
        CircuitParameters parameters = Negotiate(wanted, Nothing with { CongestionControl = relay });
        Assert.Equal(expected, parameters.CongestionControl);
        Assert.Equal(RelayCryptography.Tor1, parameters.Cryptography);
        Assert.Equal(expected ? 31 : 0, parameters.SendmeIncrement);
    }

    [Fact]
    public void Cgo_is_on_when_both_sides_want_it()
    {
        Assert.Equal(new CircuitParameters(RelayCryptography.Cgo, true, 31), Negotiate(Everything, Everything));
    }

    [Fact]
    public void Cgo_is_asked_for_only_together_with_congestion_control()
    {
        Assert.Equal([2, 1, 0, 3, 2, 2, 6], CircuitExtension.EncodeList(CircuitParameterNegotiation.Request(Everything)));
        Assert.Equal([0], CircuitExtension.EncodeList(
            CircuitParameterNegotiation.Request(Everything with { CongestionControl = false })));
    }

    [Fact]
    public void The_relay_refuses_cgo_without_congestion_control()
    {
        SubprotocolRequest cgo = new(SubprotocolVersion.Cgo);
        Assert.False(CircuitParameterNegotiation.TryAccept([cgo], Everything, out _, out _));
        Assert.False(CircuitParameterNegotiation.TryAccept(
            [CongestionControlRequest.Instance, cgo], Everything with { CongestionControl = false }, out _, out _));
    }

    [Fact]
    public void The_relay_refuses_versions_that_it_cannot_enable()
    {
        SubprotocolVersion[] others =
        [
            new(ProtocolName.Relay, 5),
            new(ProtocolName.Relay, 7),
            new(ProtocolName.FlowCtrl, 2),
            new((ProtocolName)200, 6),
        ];
        foreach (SubprotocolVersion other in others)
        {
            SubprotocolRequest both = new(SubprotocolVersion.Cgo, other);
            Assert.False(CircuitParameterNegotiation.TryAccept([CongestionControlRequest.Instance, both], Everything, out _, out _));
        }

        SubprotocolRequest cgo = new(SubprotocolVersion.Cgo);
        Assert.False(CircuitParameterNegotiation.TryAccept(
            [CongestionControlRequest.Instance, cgo], Everything with { Cgo = false }, out _, out _));
    }

    [Fact]
    public void The_relay_ignores_unknown_extensions_and_answers_with_its_own_increment()
    {
        Assert.True(CircuitParameterNegotiation.TryAccept(
            [CongestionControlRequest.Instance, new UnknownCircuitExtension(99, [1])],
            Everything with { SendmeIncrement = 32 },
            out CircuitParameters? accepted,
            out IReadOnlyList<CircuitExtension>? response));
        Assert.Equal(new CircuitParameters(RelayCryptography.Tor1, true, 32), accepted);
        Assert.Equal([1, 2, 1, 32], CircuitExtension.EncodeList(response));
    }

    [Theory]
    [InlineData(29, false)]
    [InlineData(30, true)]
    [InlineData(31, true)]
    [InlineData(32, true)]
    [InlineData(33, false)]
    [InlineData(0, false)]
    [InlineData(255, false)]
    public void The_client_takes_an_increment_within_one_of_its_own(byte increment, bool expected)
    {
        Assert.Equal(expected, CircuitParameterNegotiation.TryConfirm(
            Everything, [new CongestionControlResponse(increment)], out CircuitParameters? accepted));
        Assert.Equal(expected ? increment : null, accepted?.SendmeIncrement);
    }

    [Fact]
    public void The_client_refuses_an_increment_of_zero_even_next_to_its_own()
    {
        Assert.False(CircuitParameterNegotiation.TryConfirm(
            Everything with { SendmeIncrement = 1 }, [new CongestionControlResponse(0)], out _));
    }

    [Fact]
    public void The_client_refuses_what_it_did_not_ask_for()
    {
        Assert.False(CircuitParameterNegotiation.TryConfirm(Nothing, [new CongestionControlResponse(31)], out _));
    }

    [Fact]
    public void The_client_refuses_cgo_without_congestion_control()
    {
        Assert.False(CircuitParameterNegotiation.TryConfirm(Everything, [], out _));
        Assert.True(CircuitParameterNegotiation.TryConfirm(Everything with { Cgo = false }, [], out CircuitParameters? accepted));
        Assert.Equal(CircuitParameters.Unnegotiated, accepted);
    }

    private static CircuitParameters Negotiate(CircuitCapabilities client, CircuitCapabilities relay)
    {
        Assert.True(CircuitParameterNegotiation.TryAccept(
            CircuitParameterNegotiation.Request(client),
            relay,
            out CircuitParameters? relayParameters,
            out IReadOnlyList<CircuitExtension>? response));
        Assert.True(CircuitParameterNegotiation.TryConfirm(client, response, out CircuitParameters? clientParameters));
        Assert.Equal(relayParameters, clientParameters);
        return clientParameters;
    }
}
