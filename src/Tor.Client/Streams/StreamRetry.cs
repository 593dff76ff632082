using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Client.Streams;

/// <summary>Which answers of an exit are worth another exit (stock's connection_edge_process_end_not_open).</summary>
internal static class StreamRetry
{
    /// <summary>False when another exit would say the same: the target refused, or is not what was asked for.</summary>
    internal static bool IsWorthwhile(StreamException failure) => failure.Reason switch
    {
        EndReason.ConnectRefused or EndReason.Done or EndReason.ConnectionReset or EndReason.NotDirectory => false,
        _ => true,
    };
}
