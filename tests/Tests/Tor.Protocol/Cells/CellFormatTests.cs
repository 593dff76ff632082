using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using static Tunic.Tests.Tor.Protocol.Cells.Wire;

namespace Tunic.Tests.Tor.Protocol.Cells;

public sealed class CellFormatTests
{
    public static TheoryData<bool> BothFormats => [false, true];

    [Fact]
    public void Numbers_of_the_commands_are_those_of_stock()
    {
        // or.h, CELL_*
        Assert.Equal(
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 128, 129, 130, 131, 132],
            Enum.GetValues<CellCommand>().Select(command => (int)command));
        Assert.Equal((CellCommand)8, CellCommand.NetInfo);
        Assert.Equal((CellCommand)130, CellCommand.AuthChallenge);
    }

    [Fact]
    public void Lengths_follow_the_width_of_the_circuit_id()
    {
        Assert.Equal(512, CellFormat.Narrow.FixedCellLength);
        Assert.Equal(514, CellFormat.Wide.FixedCellLength);
        Assert.Equal(5 + 10, CellFormat.Narrow.GetCellLength(CellCommand.Versions, 10));
        Assert.Equal(7 + 10, CellFormat.Wide.GetCellLength(CellCommand.Certs, 10));
        Assert.Equal(514, CellFormat.Wide.GetCellLength(CellCommand.Destroy, 1));
    }

    [Fact]
    public void Versions_and_the_upper_half_have_variable_length()
    {
        for (int number = 0; number < 256; number++)
        {
            Assert.Equal(number == 7 || number >= 128, CellFormat.IsVariableLength((CellCommand)number));
        }
    }

    [Fact]
    public void A_versions_cell_is_framed_as_stock_frames_it()
    {
        var cell = new byte[11];

        int length = CellFormat.Narrow.Write(cell, 0, CellCommand.Versions, Hex("0003 0004 0005"));

        Assert.Equal(11, length);
        Assert.Equal(Hex("0000 07 0006 0003 0004 0005"), cell);
    }

    [Fact]
    public void A_destroy_cell_is_padded_with_zeros_over_what_was_there()
    {
        var cell = new byte[514];
        cell.AsSpan().Fill(0xee);

        int length = CellFormat.Wide.Write(cell, 0x80000102, CellCommand.Destroy, [3]);

        Assert.Equal(514, length);
        Assert.Equal([.. Hex("80000102 04"), .. Padded([3])], cell);
    }

    [Theory]
    [MemberData(nameof(BothFormats))]
    public void A_fixed_cell_is_read_only_when_all_of_it_is_there(bool wide)
    {
        CellFormat format = wide ? CellFormat.Wide : CellFormat.Narrow;
        var input = new byte[format.FixedCellLength + 3];
        format.Write(input, 0xABCD, CellCommand.Relay, [1, 2, 3]);

        for (int length = 0; length < format.FixedCellLength; length++)
        {
            Assert.False(format.TryRead(input.AsSpan(0, length), 0, out _, out _));
        }

        Assert.True(format.TryRead(input, 0, out CellHeader header, out int cellLength));
        Assert.Equal(new CellHeader(0xABCD, CellCommand.Relay, 509, format.FixedHeaderLength), header);
        Assert.Equal(format.FixedCellLength, cellLength);
    }

    [Theory]
    [MemberData(nameof(BothFormats))]
    public void A_variable_cell_is_read_only_when_all_of_it_is_there(bool wide)
    {
        CellFormat format = wide ? CellFormat.Wide : CellFormat.Narrow;
        var input = new byte[100];
        int written = format.Write(input, 0, (CellCommand)244, "better guarded than a dragon's den"u8);

        for (int length = 0; length < written; length++)
        {
            Assert.False(format.TryRead(input.AsSpan(0, length), 34, out _, out _));
        }

        Assert.True(format.TryRead(input, 34, out CellHeader header, out int cellLength));
        Assert.Equal(new CellHeader(0, (CellCommand)244, 34, format.VariableHeaderLength), header);
        Assert.Equal(written, cellLength);
    }

    [Fact]
    public void A_variable_cell_over_the_limit_breaks_the_protocol_as_soon_as_its_header_is_there()
    {
        byte[] header = Hex("00000000 81 0401");

        Assert.False(CellFormat.Wide.TryRead(header.AsSpan(0, 6), 1024, out _, out _));
        Assert.Throws<ChannelProtocolException>(() => CellFormat.Wide.TryRead(header, 1024, out _, out _));
        Assert.False(CellFormat.Wide.TryRead(header, 1025, out _, out _));
    }

    [Fact]
    public void An_empty_variable_cell_is_whole_with_its_header()
    {
        Assert.True(CellFormat.Wide.TryRead(Hex("00000000 80 0000"), 0, out CellHeader header, out int length));
        Assert.Equal(0, header.BodyLength);
        Assert.Equal(7, length);
    }

    [Fact]
    public void What_the_format_cannot_hold_is_refused()
    {
        var cell = new byte[70_000];

        Assert.Throws<ArgumentException>(() => CellFormat.Narrow.Write(cell, 0x10000, CellCommand.Relay, []));
        Assert.Throws<ArgumentException>(() => CellFormat.Wide.Write(cell, 1, CellCommand.Relay, new byte[510]));
        Assert.Throws<ArgumentException>(() => CellFormat.Wide.Write(cell, 1, CellCommand.VPadding, new byte[65_536]));
        Assert.Throws<ArgumentException>(() => CellFormat.Wide.WriteFixedHeader(cell, 1, CellCommand.Certs));
        Assert.ThrowsAny<ArgumentException>(() => CellFormat.Wide.Write(new byte[513], 1, CellCommand.Relay, [1]));
        Assert.Equal(65_542, CellFormat.Wide.Write(cell, 1, CellCommand.VPadding, new byte[65_535]));
    }

    [Fact]
    public void A_new_header_leaves_the_body_alone()
    {
        var cell = new byte[514];
        CellFormat.Wide.Write(cell, 1, CellCommand.RelayEarly, [1, 2, 3]);

        Span<byte> body = CellFormat.Wide.WriteFixedHeader(cell, 0xfffffffe, CellCommand.Relay);

        Assert.Equal(509, body.Length);
        Assert.Equal([.. Hex("fffffffe 03 010203"), .. new byte[506]], cell);
    }

    [Fact]
    public void A_stream_of_random_cells_is_read_back_cell_by_cell()
    {
        var random = new SeededRandomSource(11);
        foreach (CellFormat format in new[] { CellFormat.Narrow, CellFormat.Wide })
        {
            var sent = new List<(uint Circuit, CellCommand Command, byte[] Body)>();
            var stream = new List<byte>();
            for (int i = 0; i < 200; i++)
            {
                var command = (CellCommand)random.NextInt32(256);
                var body = new byte[random.NextInt32(510)];
                random.Fill(body);
                uint circuit = (uint)random.NextUInt64(format.MaxCircuitId);
                var cell = new byte[format.GetCellLength(command, body.Length)];
                Assert.Equal(cell.Length, format.Write(cell, circuit, command, body));
                sent.Add((circuit, command, CellFormat.IsVariableLength(command) ? body : Padded(body)));
                stream.AddRange(cell);
            }

            ReadOnlySpan<byte> rest = stream.ToArray();
            foreach ((uint circuit, CellCommand command, byte[] body) in sent)
            {
                Assert.True(format.TryRead(rest, 509, out CellHeader header, out int length));
                Assert.Equal((circuit, command), (header.CircuitId, header.Command));
                Assert.Equal(body, rest.Slice(header.HeaderLength, header.BodyLength).ToArray());
                rest = rest[length..];
            }

            Assert.True(rest.IsEmpty);
        }
    }

    [Fact]
    public void Framing_allocates_nothing()
    {
        var cell = new byte[514];
        ReadAndWrite(cell, 10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        ReadAndWrite(cell, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void ReadAndWrite(byte[] cell, int count)
    {
        for (int i = 0; i < count; i++)
        {
            CellFormat.Wide.Write(cell, 7, CellCommand.Relay, cell.AsSpan(0, 10));
            CellFormat.Wide.WriteFixedHeader(cell, 8, CellCommand.RelayEarly);
            CellFormat.Wide.TryRead(cell, 100, out _, out _);
        }
    }
}
