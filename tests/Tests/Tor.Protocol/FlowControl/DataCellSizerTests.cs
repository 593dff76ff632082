using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.FlowControl;

namespace Tunic.Tests.Tor.Protocol.FlowControl;

// after stock src/test/test_sendme.c, test_package_payload_len
public sealed class DataCellSizerTests
{
    private const int Full = 498;

    [Fact]
    public void A_sender_of_full_cells_leaves_room_for_random_bytes_at_least_once_per_hundred()
    {
        var sizer = new DataCellSizer(new SeededRandomSource(1));
        int sinceShort = 0;
        int shortened = 0;
        for (int cell = 0; cell < 10_000; cell++)
        {
            int length = sizer.NextLength(10_000, partial: false, Full);
            Assert.True(length is Full or Full - 20);
            sinceShort = length == Full ? sinceShort + 1 : 0;
            shortened += length == Full ? 0 : 1;
            Assert.InRange(sinceShort, 0, 100);
        }

        Assert.InRange(shortened, 100, 200);
    }

    [Fact]
    public void A_sender_of_small_cells_is_never_held_back()
    {
        var sizer = new DataCellSizer(new SeededRandomSource(2));
        for (int cell = 0; cell < 1000; cell++)
        {
            Assert.Equal(Full - 64, sizer.NextLength(Full - 64, partial: true, Full));
            Assert.Equal(Full, sizer.NextLength(5000, partial: true, Full));
        }
    }

    [Fact]
    public void Without_partial_cells_it_waits_and_counts_nothing()
    {
        var sizer = new DataCellSizer(new SeededRandomSource(3));

        Assert.Equal(0, sizer.NextLength(0, partial: true, Full));
        Assert.Equal(0, sizer.NextLength(Full - 1, partial: false, Full));
        Assert.Equal(Full - 1, sizer.NextLength(Full - 1, partial: true, Full));
    }
}
