using Tunic.Primitives.Time;

namespace Tunic.Tor.Protocol.Cells;

/// <summary>Random bytes for the unused part of relay cells: takes them from another source in blocks, since asking the operating
/// system for every cell would cost more than encrypting it. Never for keys.</summary>
/// <remarks>Safe to call from several threads, but meant to have one owner (a shard), so that its lock is never waited for.</remarks>
public sealed class PaddingSource(RandomSource source) : RandomSource
{
    /// <summary>Bytes taken from the other source at a time.</summary>
    public const int BlockLength = 8192;

    private readonly Lock _gate = new();
    private readonly byte[] _block = new byte[BlockLength];
    private int _used = BlockLength;

    /// <inheritdoc/>
    public override void Fill(Span<byte> bytes)
    {
        lock (_gate)
        {
            while (!bytes.IsEmpty)
            {
                if (_used == BlockLength)
                {
                    source.Fill(_block);
                    _used = 0;
                }

                int count = Math.Min(bytes.Length, BlockLength - _used);
                _block.AsSpan(_used, count).CopyTo(bytes);
                _used += count;
                bytes = bytes[count..];
            }
        }
    }
}
