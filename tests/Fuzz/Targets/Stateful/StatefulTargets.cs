namespace Tunic.Tests.Fuzz.Targets.Stateful;

/// <summary>State machines that a peer drives.</summary>
internal static class StatefulTargets
{
    private static readonly string[] _circuit =
    [
        "CircuitEdge", "StreamTable", "StreamState", "ClientStreamState", "ExitStreamState", "HalfClosedStreams", "RelayMessageRules",
        "CircuitFlowControl", "FixedWindow*", "Vegas*", "XonXoff*", "SendmeExpectation", "DrainRate", "AdvisoryRate", "StreamFlowControl",
    ];

    public static IEnumerable<FuzzTarget> All =>
    [
        Stateful("channel-handshake", LinkPlay.Run, LinkPlay.Seeds, ["LinkHandshake", "LinkInitiatorHandshake", "LinkResponderHandshake", "LinkAuthenticator", "PeerCertificates"]),
        Stateful("channel-open", OpenLinkPlay.Run, OpenLinkPlay.Seeds, ["OpenLinkRules", "ChannelPaddingSchedule", "CellFormat"]),
        Stateful("circuit-edge", EdgePlay.Run, EdgePlay.Seeds, _circuit),
        Stateful("circuit-at-client", ClientCircuitPlay.Run, ClientCircuitPlay.Seeds, ["ClientCircuit", "HopHandshake", "OnionLayers", "RelayEarlyBudget", .. _circuit]),
        Stateful("circuit-at-relay", RelayCircuitPlay.Run, RelayCircuitPlay.Seeds, ["RelayCircuit", "RelayCircuits", "CircuitExtender", "Channel", "ChannelCircuit", "OutgoingCells", "StreamRequests", "RelayEarlyBudget"]),
    ];

    private static FuzzTarget Stateful(string name, Action<InputReader> play, Func<IEnumerable<byte[]>> seeds, string[] scope) =>
        new(name, input => play(new InputReader(input)), seeds, scope) { IsStateful = true, MaxLength = 512, Allocation = 64 << 20 };
}
