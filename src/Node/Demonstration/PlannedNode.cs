using Tunic.Primitives.Keys;

namespace Tunic.Node.Demonstration;

/// <summary>One process of the private network before it is started.</summary>
/// <param name="Name">Nickname, and the name of its directory.</param>
/// <param name="Role">What it is.</param>
/// <param name="Directory">Its data directory.</param>
/// <param name="OnionRouterPort">On 127.0.0.1.</param>
/// <param name="DirectoryPort">On 127.0.0.1; of an authority.</param>
/// <param name="Identity">Its fingerprint.</param>
internal sealed record PlannedNode(
    string Name, NodeRole Role, string Directory, int OnionRouterPort, int DirectoryPort, RsaIdentity Identity)
{
    /// <summary>On 127.0.0.1; 0 for none.</summary>
    internal int MetricsPort { get; init; }
}
