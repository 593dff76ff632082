using Tunic.Node.Commands;

namespace Tunic.Node.Demonstration;

/// <summary>How `tunic up` runs.</summary>
internal sealed record DemonstrationOptions
{
    /// <summary>Absolute.</summary>
    internal required string Directory { get; init; }

    internal required NetworkSize Size { get; init; }

    internal required ClientPorts Ports { get; init; }
}
