using System.Net;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Files, logs and the process itself. Names are stock's options.</summary>
internal sealed record TorrcGeneralOptions
{
    /// <summary>Absolute.</summary>
    internal required string DataDirectory { get; init; }

    internal required string KeyDirectory { get; init; }

    internal required string CacheDirectory { get; init; }

    internal required string? PidFile { get; init; }

    /// <summary>Empty: what --quiet and --hush leave of the default, notices to standard output.</summary>
    internal required IReadOnlyList<LogTarget> Logs { get; init; }

    internal required TimeSpan LogTimeGranularity { get; init; }

    internal required bool TruncateLogFile { get; init; }

    /// <summary>Addresses and names in logs are replaced by [scrubbed]; "relay" only where this process acts as a relay.</summary>
    internal required SafeLogging SafeLogging { get; init; }

    /// <summary>Opens and makes no connection at all.</summary>
    internal required bool DisableNetwork { get; init; }

    /// <summary>Files and sockets that the system must allow at least.</summary>
    internal required int ConnectionLimit { get; init; }

    /// <summary>Process whose end ends this one.</summary>
    internal required int? OwningControllerProcess { get; init; }

    internal required bool ReloadTorrcOnHangup { get; init; }

    /// <summary>How long a relay goes on after the first interrupt.</summary>
    internal required TimeSpan ShutdownWaitLength { get; init; }

    /// <summary>Bytes that all queues may hold; 0: chosen by the machine's memory.</summary>
    internal required long MaxMemoryInQueues { get; init; }

    /// <summary>Where GET /metrics is answered; null for nowhere.</summary>
    internal required IPEndPoint? MetricsPort { get; init; }

    /// <summary>Whom it answers. Ports do not matter; what no rule names is rejected.</summary>
    internal required ExitPolicy MetricsPolicy { get; init; }
}
