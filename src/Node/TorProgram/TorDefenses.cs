using Tunic.Node.Configuration.Torrc;
using Tunic.Tor.Network.Channels;

namespace Tunic.Node.TorProgram;

/// <summary>What a torrc says about floods.</summary>
internal static class TorDefenses
{
    /// <summary>The options that are given, by the names of the consensus parameters for which they stand in (stock dos.c).</summary>
    internal static IReadOnlyDictionary<string, int> Create(TorrcDefenseOptions options)
    {
        (string Name, int Value)[] numbers =
        [
            ("DoSConnectionMaxConcurrentCount", options.ConnectionMaxConcurrent),
            ("DoSConnectionConnectRate", options.ConnectionRate),
            ("DoSConnectionConnectBurst", options.ConnectionBurst),
            ("DoSConnectionConnectDefenseTimePeriod", Seconds(options.ConnectionDefensePeriod)),
            ("DoSConnectionDefenseType", options.ConnectionDefenseType),
            ("DoSCircuitCreationMinConnections", options.CircuitMinConnections),
            ("DoSCircuitCreationRate", options.CircuitRate),
            ("DoSCircuitCreationBurst", options.CircuitBurst),
            ("DoSCircuitCreationDefenseTimePeriod", Seconds(options.CircuitDefensePeriod)),
            ("DoSCircuitCreationDefenseType", options.CircuitDefenseType),
            ("DoSStreamCreationRate", options.StreamRate),
            ("DoSStreamCreationBurst", options.StreamBurst),
            ("DoSStreamCreationDefenseType", options.StreamDefenseType),
        ];
        (string Name, bool? Value)[] switches =
        [
            ("DoSConnectionEnabled", options.ConnectionEnabled),
            ("DoSCircuitCreationEnabled", options.CircuitEnabled),
            ("DoSStreamCreationEnabled", options.StreamEnabled),
        ];
        return numbers.Where(number => number.Value != 0)
            .Concat(switches.Where(given => given.Value is not null).Select(given => (given.Name, Value: given.Value == true ? 1 : 0)))
            .ToDictionary(given => given.Name, given => given.Value, StringComparer.Ordinal);
    }

    /// <summary>Limits that hold without the consensus: ours unless the torrc wants none.</summary>
    internal static ConnectionLimitOptions CreateLimits(TorrcDefenseOptions options) => options.ConnectionEnabled == false
        ? new ConnectionLimitOptions { MaxPerAddress = int.MaxValue, RatePerAddress = int.MaxValue, BurstPerAddress = int.MaxValue }
        : new ConnectionLimitOptions();

    private static int Seconds(TimeSpan period) => (int)Math.Min(period.TotalSeconds, int.MaxValue);
}
