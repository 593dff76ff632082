namespace Tunic.Node.Configuration.Torrc;

/// <summary>Limits on what one client address may do (stock's DoS* options); null and 0 leave it to the consensus.</summary>
internal sealed record TorrcDefenseOptions
{
    internal required bool? ConnectionEnabled { get; init; }

    internal required int ConnectionMaxConcurrent { get; init; }

    internal required int ConnectionRate { get; init; }

    internal required int ConnectionBurst { get; init; }

    internal required TimeSpan ConnectionDefensePeriod { get; init; }

    internal required int ConnectionDefenseType { get; init; }

    internal required bool? CircuitEnabled { get; init; }

    internal required int CircuitMinConnections { get; init; }

    internal required int CircuitRate { get; init; }

    internal required int CircuitBurst { get; init; }

    internal required TimeSpan CircuitDefensePeriod { get; init; }

    internal required int CircuitDefenseType { get; init; }

    internal required bool? StreamEnabled { get; init; }

    internal required int StreamRate { get; init; }

    internal required int StreamBurst { get; init; }

    internal required int StreamDefenseType { get; init; }
}
