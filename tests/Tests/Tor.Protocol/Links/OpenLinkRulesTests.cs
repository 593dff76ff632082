using System.Net;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tests.Tor.Protocol.Links;

/// <summary>Stock tor's channel_tls_handle_cell, channel_tls_handle_var_cell and command.c on an open link.</summary>
public sealed class OpenLinkRulesTests
{
    private const uint Higher = 0x8000_0001;
    private const uint Lower = 1;

    [Fact]
    public void Every_command_has_an_answer_with_and_without_a_circuit()
    {
        OpenLinkRules rules = CreateRules();
        var expected = new Dictionary<CellCommand, (OpenCellVerdict Known, OpenCellVerdict Unknown)>
        {
            [CellCommand.Create] = (OpenCellVerdict.Ignore, OpenCellVerdict.Destroy),
            [CellCommand.CreateFast] = (OpenCellVerdict.Ignore, OpenCellVerdict.CreateCircuit),
            [CellCommand.Create2] = (OpenCellVerdict.Ignore, OpenCellVerdict.CreateCircuit),
            [CellCommand.Created] = (OpenCellVerdict.Destroy, OpenCellVerdict.Ignore),
            [CellCommand.CreatedFast] = (OpenCellVerdict.Circuit, OpenCellVerdict.Ignore),
            [CellCommand.Created2] = (OpenCellVerdict.Circuit, OpenCellVerdict.Ignore),
            [CellCommand.Relay] = (OpenCellVerdict.Circuit, OpenCellVerdict.Ignore),
            [CellCommand.RelayEarly] = (OpenCellVerdict.Circuit, OpenCellVerdict.Ignore),
            [CellCommand.Destroy] = (OpenCellVerdict.Circuit, OpenCellVerdict.Ignore),
            [CellCommand.PaddingNegotiate] = (OpenCellVerdict.PaddingNegotiate, OpenCellVerdict.PaddingNegotiate),
            [CellCommand.Certs] = (OpenCellVerdict.Close, OpenCellVerdict.Close),
            [CellCommand.AuthChallenge] = (OpenCellVerdict.Close, OpenCellVerdict.Close),
            [CellCommand.Authenticate] = (OpenCellVerdict.Close, OpenCellVerdict.Close),
        };

        for (int number = 0; number < 256; number++)
        {
            var command = (CellCommand)number;
            (OpenCellVerdict Known, OpenCellVerdict Unknown) answer = expected.GetValueOrDefault(command);

            Assert.Equal(answer.Known, Judge(rules, command, Higher, isKnown: true));
            Assert.Equal(answer.Unknown, Judge(rules, command, Higher, isKnown: false));
        }
    }

    [Theory]
    [InlineData(0, OpenCellVerdict.Ignore)]
    [InlineData(6, OpenCellVerdict.Ignore)]
    [InlineData(7, OpenCellVerdict.Close)]
    public void VERSIONS_on_an_open_link_closes_only_if_its_length_is_odd(int length, OpenCellVerdict verdict) =>
        Assert.Equal(verdict, CreateRules().Judge(new CellHeader(0, CellCommand.Versions, length, 7), isCircuitKnown: false));

    [Theory]
    [InlineData(5, CircuitIdHalf.Higher, Higher, OpenCellVerdict.CreateCircuit)]
    [InlineData(5, CircuitIdHalf.Higher, Lower, OpenCellVerdict.Destroy)]
    [InlineData(5, CircuitIdHalf.Higher, 0x8001u, OpenCellVerdict.Destroy)]
    [InlineData(5, CircuitIdHalf.Lower, Lower, OpenCellVerdict.CreateCircuit)]
    [InlineData(5, CircuitIdHalf.Lower, Higher, OpenCellVerdict.Destroy)]
    [InlineData(5, CircuitIdHalf.Higher, 0u, OpenCellVerdict.Ignore)]
    [InlineData(3, CircuitIdHalf.Higher, 0x8001u, OpenCellVerdict.CreateCircuit)]
    [InlineData(3, CircuitIdHalf.Higher, 1u, OpenCellVerdict.Destroy)]
    [InlineData(3, CircuitIdHalf.Any, 1u, OpenCellVerdict.CreateCircuit)]
    [InlineData(3, CircuitIdHalf.Any, 0x8001u, OpenCellVerdict.CreateCircuit)]
    [InlineData(3, CircuitIdHalf.None, 1u, OpenCellVerdict.Destroy)]
    public void A_new_circuit_must_have_an_id_of_the_peers_half(int version, CircuitIdHalf half, uint id, OpenCellVerdict verdict) =>
        Assert.Equal(verdict, Judge(CreateRules(version, half), CellCommand.Create2, id, isKnown: false));

    [Fact]
    public void A_client_refuses_circuits() =>
        Assert.Equal(
            OpenCellVerdict.Destroy,
            Judge(CreateRules(acceptsCircuits: false), CellCommand.Create2, Higher, isKnown: false));

    [Fact]
    public void Padding_is_negotiated_from_version_5_on() =>
        Assert.Equal(OpenCellVerdict.Ignore, Judge(CreateRules(version: 4), CellCommand.PaddingNegotiate, 0, isKnown: false));

    private static OpenLinkRules CreateRules(
        int version = 5, CircuitIdHalf peerIds = CircuitIdHalf.Higher, bool acceptsCircuits = true) => new(
        new LinkResult
        {
            Version = version,
            Role = LinkRole.Responder,
            Peer = null,
            AuthenticatedToPeer = true,
            ClockSkew = null,
            OwnAddress = IPAddress.Loopback,
            PeerAddresses = [],
            IsCanonical = false,
            IsCanonicalToPeer = false,
            OwnCircuitIds = CircuitIdHalf.None,
            PeerCircuitIds = peerIds,
        },
        acceptsCircuits);

    private static OpenCellVerdict Judge(OpenLinkRules rules, CellCommand command, uint circuitId, bool isKnown) =>
        rules.Judge(new CellHeader(circuitId, command, 8, 5), isKnown);
}
