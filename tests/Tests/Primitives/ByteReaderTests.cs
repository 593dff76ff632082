using Tunic.Primitives.Bytes;

namespace Tunic.Tests.Primitives;

public sealed class ByteReaderTests
{
    [Fact]
    public void Fields_are_big_endian_and_read_in_order()
    {
        var reader = new ByteReader([1, 2, 3, 4, 5, 6, 7]);

        Assert.Equal(0x01, reader.ReadByte());
        Assert.Equal(0x0203, reader.ReadUInt16());
        Assert.Equal(0x04050607u, reader.ReadUInt32());
        reader.RequireEnd();
    }

    [Fact]
    public void Reading_past_the_end_is_malformed_and_takes_nothing()
    {
        Assert.Throws<MalformedMessageException>(() => new ByteReader([1, 2, 3]).ReadUInt32());
        Assert.Throws<MalformedMessageException>(() => new ByteReader([1]).ReadBytes(-1));
        Assert.Throws<MalformedMessageException>(() => new ByteReader([1]).RequireEnd());
    }
}
