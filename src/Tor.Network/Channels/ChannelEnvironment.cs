using Microsoft.Extensions.Logging;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells.Queues;

namespace Tunic.Tor.Network.Channels;

/// <summary>What all channels of a node share.</summary>
/// <param name="Options">Limits.</param>
/// <param name="Segments">Memory for queued cells.</param>
/// <param name="Random">For circuit ids and padding.</param>
/// <param name="Time">The clock.</param>
/// <param name="Log">Where faults are reported.</param>
public sealed record ChannelEnvironment(
    ChannelOptions Options, CellSegmentPool Segments, RandomSource Random, TimeProvider Time, ILogger Log)
{
    /// <summary>What all channels may move, and have moved. Without limits unless some are added.</summary>
    public ChannelBandwidth Bandwidth { get; init; } = new(Time);

    /// <summary>Bounds the memory of <see cref="Segments"/> and of stream data that waits. The usual limit unless another is set.</summary>
    public QueueMemory Memory { get; init; } = new(Segments, QueueMemory.DefaultLimit);

    /// <summary>Monotonic time.</summary>
    public TimeSpan Now => Time.GetElapsedTime(0);

    /// <summary>Wall-clock time.</summary>
    public DateTime UtcNow => Time.GetUtcNow().UtcDateTime;
}
