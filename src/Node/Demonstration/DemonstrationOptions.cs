using Tunic.Node.Commands;

namespace Tunic.Node.Demonstration;

/// <summary>How `tunic up` runs.</summary>
internal sealed record DemonstrationOptions
{
    /// <summary>Absolute.</summary>
    internal required string Directory { get; init; }

    internal required NetworkSize Size { get; init; }

    internal required ClientPorts Ports { get; init; }

    /// <summary>Port for the metrics of the client; those of authorities, relays and exits follow on the next ports, in this order. 0 for none.</summary>
    internal int MetricsPort { get; init; }
}
