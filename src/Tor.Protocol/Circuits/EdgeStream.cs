using Tunic.Tor.Protocol.Streams;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>One stream at one end of a circuit.</summary>
public sealed class EdgeStream
{
    internal EdgeStream(StreamState state) => State = state;

    /// <summary>Its id on the circuit, never 0.</summary>
    public ushort Id { get; internal set; }

    /// <summary>What it allows.</summary>
    public StreamState State { get; }

    /// <summary>Whoever moves its bytes; not looked at here.</summary>
    public object? Owner { get; set; }
}
