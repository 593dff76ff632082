namespace Tunic.Tor.Protocol.Cells.Queues;

/// <summary>Room for a few cells in a row; a link in the chain of a queue or of the pool's free list.</summary>
internal sealed class CellSegment
{
    /// <summary>Cells in a segment.</summary>
    public const int Capacity = 32;

    /// <summary>Bytes of memory, near enough for accounting.</summary>
    public const int Length = Capacity * (Cell.FixedLength + 8);

    /// <summary>The cells, without gaps between them.</summary>
    public byte[] Bytes { get; } = new byte[Capacity * Cell.FixedLength];

    /// <summary>When each cell was appended.</summary>
    public TimeSpan[] Times { get; } = new TimeSpan[Capacity];

    /// <summary>Cells taken out already.</summary>
    public int Start { get; set; }

    /// <summary>Cells put in, those taken out included.</summary>
    public int End { get; set; }

    /// <summary>The next segment of whatever chain this is in.</summary>
    public CellSegment? Next { get; set; }
}
