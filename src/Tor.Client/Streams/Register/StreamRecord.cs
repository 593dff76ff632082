using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;

namespace Tunic.Tor.Client.Streams.Register;

/// <summary>What is told of one stream, and where a controller takes hold of it. Changed only by its <see cref="StreamRegister"/>, inside the register's gate.</summary>
internal sealed class StreamRecord(ulong number, StreamRequest request, bool isLookup, int nymEpoch)
{
    /// <summary>From 1, and never used twice.</summary>
    internal ulong Number => number;

    /// <summary>As it was asked for.</summary>
    internal StreamRequest Request => request;

    /// <summary>A lookup and no connection.</summary>
    internal bool IsLookup => isLookup;

    internal int NymEpoch => nymEpoch;

    /// <summary>Where it goes now.</summary>
    internal HostAndPort Target { get; set; } = request.Target;

    internal StreamStatus Status { get; set; }

    /// <summary>Number of its circuit; 0 for none.</summary>
    internal int Circuit { get; set; }

    /// <summary>Null until it is connected.</summary>
    internal CircuitStream? Stream { get; set; }

    /// <summary>"REASON=..."; empty for none.</summary>
    internal string Reason { get; set; } = "";

    /// <summary>Bytes told of already (STREAM_BW).</summary>
    internal (long Read, long Written) Told { get; set; }

    /// <summary>Cancelled when a controller closes the stream before it is connected.</summary>
    internal CancellationTokenSource Stop { get; } = new(); // holds no timer, so it needs no dispose

    /// <summary>What the controller gave as reason.</summary>
    internal EndReason StopReason { get; set; } = EndReason.Misc;

    /// <summary>A controller has the stream: it waits for the controller's choice each time.</summary>
    internal bool IsHeld { get; set; }

    /// <summary>The controller's choice: a circuit, or null for whichever fits. Set on the thread pool.</summary>
    internal TaskCompletionSource<CircuitRecord?> Choice { get; set; } = NewChoice();

    /// <summary>The attempt under way; cancelled when a controller wants another circuit.</summary>
    internal CancellationTokenSource? Attempt { get; set; }

    internal static TaskCompletionSource<CircuitRecord?> NewChoice() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
