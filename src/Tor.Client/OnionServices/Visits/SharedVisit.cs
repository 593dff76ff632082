using Tunic.Tor.Network.Circuits;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>A visit on its way, for all streams that wait for it. It ends when nobody waits any more.</summary>
/// <remarks>Guarded by the gate of <see cref="VisitCircuits"/>.</remarks>
internal sealed class SharedVisit
{
    /// <summary>Streams that wait.</summary>
    internal int Waiting { get; set; }

    /// <summary>Ends it.</summary>
    internal CancellationTokenSource Stop { get; } = new(); // holds no timer, so it needs no dispose

    /// <summary>The circuit, which is kept by then.</summary>
    internal Task<OriginCircuit> Result { get; set; } = null!;
}
