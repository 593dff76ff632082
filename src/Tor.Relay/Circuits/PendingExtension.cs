using System.Net;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Relay.Circuits;

/// <summary>An EXTEND2 that has been accepted and waits for a channel to the next relay.</summary>
/// <param name="Target">Who it is; the Ed25519 part may be zero.</param>
/// <param name="Addresses">Where it may be, best first.</param>
/// <param name="Create">What to send to it.</param>
internal sealed record PendingExtension(PeerIdentity Target, IReadOnlyList<IPEndPoint> Addresses, Create2 Create)
{
    /// <summary>Cancelled by <see cref="GiveUpSoon"/>.</summary>
    internal CancellationTokenSource GiveUp { get; } = new(); // holds no timer, so it needs no dispose

    /// <summary>The circuit does not wait any more. What waits for it goes on elsewhere: who calls holds a gate.</summary>
    internal void GiveUpSoon() => ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), GiveUp, preferLocal: false);
}
