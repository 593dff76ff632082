using System.Runtime.CompilerServices;

namespace Tunic.Tor.Network;

/// <summary>The way out of the thread that noticed that bytes have come, which serves many other sockets as well (docs/decisions/0006).</summary>
public static class ReceiveLoop
{
    /// <summary>Awaited, it goes on in the thread pool: before anything that computes for long or may block.</summary>
    public static ConfiguredTaskAwaitable LeaveAsync() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
