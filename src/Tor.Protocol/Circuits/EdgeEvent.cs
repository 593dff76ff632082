using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>What came of a received cell. A view: its body lies in the cell.</summary>
public readonly ref struct EdgeEvent
{
    internal EdgeEvent(EdgeEventKind kind, RelayHeader header, EdgeStream? stream, ReadOnlySpan<byte> body)
    {
        Kind = kind;
        Command = header.Command;
        StreamId = header.StreamId;
        Stream = stream;
        Body = body;
    }

    /// <summary>What happened.</summary>
    public EdgeEventKind Kind { get; }

    /// <summary>The message's command.</summary>
    public RelayCommand Command { get; }

    /// <summary>The message's stream id.</summary>
    public ushort StreamId { get; }

    /// <summary>The stream it concerns; null where there is none, or none yet.</summary>
    public EdgeStream? Stream { get; }

    /// <summary>The message's body; valid as long as the cell.</summary>
    public ReadOnlySpan<byte> Body { get; }

    internal static EdgeEvent HopAdded => new(EdgeEventKind.HopAdded, default, null, default);
}
