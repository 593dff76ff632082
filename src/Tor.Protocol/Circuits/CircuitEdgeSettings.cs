using Tunic.Tor.Protocol.FlowControl;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Streams;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>What an end of a circuit needs to know beyond what its handshake settled.</summary>
public sealed record CircuitEdgeSettings
{
    /// <summary>Which end we are.</summary>
    public required CircuitRole Role { get; init; }

    /// <summary>From the consensus.</summary>
    public CongestionControlParameters Congestion { get; init; } = CongestionControlParameters.Default;

    /// <summary>From the consensus.</summary>
    public SendmeParameters Sendme { get; init; } = SendmeParameters.Default;

    /// <summary>From the consensus.</summary>
    public StreamFlowControlParameters StreamFlow { get; init; } = StreamFlowControlParameters.Default;

    /// <summary>What the circuit is for, to congestion control.</summary>
    public CongestionControlPath Path { get; init; } = CongestionControlPath.Exit;

    /// <summary>True at the relay's end of a circuit made with CREATE_FAST.</summary>
    public bool IsCreateFast { get; init; }

    /// <summary>How long a circuit of this length may take to answer; decides how long ended streams are remembered. Default 60 s.</summary>
    public TimeSpan BuildTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Most open streams, 1 to 65 535. Default 65 535.</summary>
    public int MaxStreams { get; init; } = StreamTable<EdgeStream>.MaximumStreams;

    /// <summary>Most received bytes that may wait on one stream. Default 16 MiB; a peer that goes beyond it ignores XOFF, and the circuit is closed.</summary>
    public long MaxBufferedBytes { get; init; } = 16 << 20;

    internal CircuitFlowControl CreateFlowControl(Handshakes.Extensions.CircuitParameters parameters)
    {
        int minimumVersion = Sendme.MinimumVersion(IsCreateFast);
        return parameters.CongestionControl
            ? new VegasFlowControl(Congestion, Path, parameters.SendmeIncrement, minimumVersion)
            : new FixedWindowFlowControl(Sendme.CircuitWindow, minimumVersion);
    }
}
