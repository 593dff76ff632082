using Tunic.Primitives.Overlay;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.Circuits;

/// <summary>A circuit under construction. Guarded by the pool's gate.</summary>
internal sealed class CircuitBuild(CircuitPath path, long number)
{
    internal CircuitPath Path => path;

    /// <summary>Rises from build to build.</summary>
    internal long Number => number;

    internal IsolationKey? PromisedTo { get; set; }

    /// <summary>A relay of it is down, and it is being given up.</summary>
    internal bool IsHopeless { get; set; }

    internal CancellationTokenSource Stop { get; } = new(); // holds no timer, so it needs no dispose

    internal Task Completion { get; set; } = Task.CompletedTask;

    internal bool Fits(CircuitRequest request) => !IsHopeless && path.End.Accepts(request.Port);
}
