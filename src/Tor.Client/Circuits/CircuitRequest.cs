using Tunic.Primitives.Overlay;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.Circuits;

/// <summary>What a circuit is wanted for.</summary>
/// <param name="Port">What its exit must take.</param>
/// <param name="Isolation">Whose it is.</param>
internal sealed record CircuitRequest(ExitPort Port, IsolationKey Isolation)
{
    /// <summary>Ports of long-lived connections, for which stable relays are chosen (<c>LongLivedPorts</c>).</summary>
    private static readonly HashSet<ushort> LongLivedPorts =
        [21, 22, 706, 1863, 5050, 5190, 5222, 5223, 6523, 6667, 6697, 8300];

    /// <summary>Whether the connection is of a kind that lasts.</summary>
    internal bool NeedsStable => LongLivedPorts.Contains(Port.Port);
}
