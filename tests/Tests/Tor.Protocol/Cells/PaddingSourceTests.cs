using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tests.Tor.Protocol.Cells;

public sealed class PaddingSourceTests
{
    [Fact]
    public void Bytes_come_from_the_other_source_in_order_and_once()
    {
        var expected = new byte[3 * PaddingSource.BlockLength];
        var source = new SeededRandomSource(5);
        for (int i = 0; i < 3; i++)
        {
            source.Fill(expected.AsSpan(i * PaddingSource.BlockLength, PaddingSource.BlockLength));
        }

        var padding = new PaddingSource(new SeededRandomSource(5));
        var actual = new byte[expected.Length];
        int[] lengths = [1, 0, 490, 8191, 8192, 7];
        int filled = 0;
        foreach (int length in lengths)
        {
            padding.Fill(actual.AsSpan(filled, length));
            filled += length;
        }

        Assert.Equal(expected[..filled], actual[..filled]);
    }

    [Fact]
    public void The_other_source_is_asked_once_per_block()
    {
        var source = new CountingSource();
        var padding = new PaddingSource(source);

        for (int i = 0; i < 64; i++)
        {
            padding.Fill(new byte[256]);
        }

        Assert.Equal(2, source.Calls);
    }

    private sealed class CountingSource : RandomSource
    {
        public int Calls { get; private set; }

        public override void Fill(Span<byte> bytes) => Calls++;
    }
}
