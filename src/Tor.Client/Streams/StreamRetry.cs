using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Client.Streams;

/// <summary>Which answers of an exit are worth another exit (stock's connection_edge_process_end_not_open).</summary>
internal static class StreamRetry
{
    /// <summary>False when it is for the application to hear: the target refused, or an exit that wants us elsewhere should not have its way.</summary>
    internal static bool IsWorthwhile(StreamException failure) => failure.Reason switch
    {
        EndReason.Hibernating or EndReason.ResourceLimit or EndReason.ExitPolicy or EndReason.ResolveFailed
            or EndReason.Misc or EndReason.NoRoute => true,
        _ => failure.Kind == Primitives.Errors.ErrorKind.RemoteUnreachable, // the circuit broke, which is nobody's answer
    };
}
