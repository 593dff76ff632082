using Tunic.Tor.Protocol.Documents.Consensuses;

namespace Tunic.Tor.Protocol.FlowControl;

/// <summary>What the consensus says about SENDMEs and the fixed window (proposal 289; param-spec, "Network protocol parameters").</summary>
public sealed record SendmeParameters
{
    /// <summary>The highest version that exists.</summary>
    public const int MaximumVersion = 1;

    /// <summary>The values that hold when the consensus says nothing.</summary>
    public static SendmeParameters Default { get; } = new();

    /// <summary><c>sendme_emit_min_version</c>, 0 to 255, default 1: the version to send.</summary>
    public int EmitVersion { get; private init; } = 1;

    /// <summary><c>sendme_accept_min_version</c>, 0 to 255, default 0: lower versions close the circuit.</summary>
    public int AcceptMinimumVersion { get; private init; }

    /// <summary><c>circwindow</c>, 100 to 1000 cells, default 1000: the fixed send window of a new circuit.</summary>
    public int CircuitWindow { get; private init; } = FixedWindowFlowControl.MaximumWindow;

    /// <summary>Takes the values out of a consensus' <c>params</c>, each moved into its range.</summary>
    public static SendmeParameters FromConsensus(IReadOnlyDictionary<string, int> parameters) => new()
    {
        EmitVersion = ConsensusParameter.Read(parameters, "sendme_emit_min_version", 1, 0, byte.MaxValue),
        AcceptMinimumVersion = ConsensusParameter.Read(parameters, "sendme_accept_min_version", 0, 0, byte.MaxValue),
        CircuitWindow = ConsensusParameter.Read(
            parameters,
            "circwindow",
            FixedWindowFlowControl.MaximumWindow,
            FixedWindowFlowControl.Increment,
            FixedWindowFlowControl.MaximumWindow),
    };

    /// <summary>The lowest version to accept on one circuit.</summary>
    /// <param name="madeWithCreateFast">True at the relay's end of a CREATE_FAST circuit: there old clients fetch the directory that
    /// tells them of newer versions, so that version 0 is always accepted.</param>
    public int MinimumVersion(bool madeWithCreateFast) => madeWithCreateFast ? 0 : AcceptMinimumVersion;
}
