using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;
using static Tunic.Tests.Tor.Protocol.Cells.Wire;

namespace Tunic.Tests.Tor.Protocol.RelayMessages;

/// <summary>Vectors: stock, test_cell_formats.c, relay_header, relay_msg_encoding_*, relay_cell_padding and relay_msg_decoding_*.</summary>
public sealed class RelayCellFormatTests
{
    private const string NoTag = "00000000000000000000000000000000";

    // tor-map 2.2; stock, relay_msg.h, relay_cmd_expects_streamid_in_v1
    private static readonly RelayCommand[] StreamCommands =
    [
        RelayCommand.Begin, RelayCommand.Data, RelayCommand.End, RelayCommand.Connected, RelayCommand.Resolve,
        RelayCommand.Resolved, RelayCommand.BeginDir, RelayCommand.Xoff, RelayCommand.Xon,
    ];

    [Fact]
    public void Numbers_of_the_commands_are_those_of_stock()
    {
        // or.h, RELAY_COMMAND_*
        int[] numbers = [.. Enumerable.Range(1, 15), .. Enumerable.Range(19, 4), .. Enumerable.Range(32, 13)];
        Assert.Equal(numbers, Enum.GetValues<RelayCommand>().Select(command => (int)command));
        Assert.Equal((RelayCommand)43, RelayCommand.Xoff);
        Assert.Equal((RelayCommand)44, RelayCommand.Xon);
        Assert.Equal((RelayCommand)13, RelayCommand.BeginDir);
        Assert.Equal((RelayCommand)40, RelayCommand.IntroduceAck);
    }

    [Fact]
    public void Exactly_the_named_commands_are_known_and_some_of_them_have_a_stream()
    {
        for (int number = 0; number < 256; number++)
        {
            var command = (RelayCommand)number;
            Assert.Equal(Enum.IsDefined(command), command.IsKnown);
            Assert.Equal(StreamCommands.Contains(command), command.HasStreamId);
        }
    }

    [Fact]
    public void Bodies_are_as_long_as_stock_says()
    {
        Assert.Equal((498, 498), (RelayCellFormat.V0.MaxBodyLength(true), RelayCellFormat.V0.MaxBodyLength(false)));
        Assert.Equal((488, 490), (RelayCellFormat.V1.MaxBodyLength(true), RelayCellFormat.V1.MaxBodyLength(false)));
        Assert.Equal(488, RelayCellFormat.V1.MaxBodyLength(RelayCommand.Data));
        Assert.Equal(490, RelayCellFormat.V1.MaxBodyLength(RelayCommand.Extend2));
    }

    [Theory]
    [InlineData(0, RelayCommand.Data, 0x250, "hello world", "02 0000 0250 00000000 000B 68656c6c6f20776f726c64 00000000")]
    [InlineData(1, RelayCommand.Data, 0x250, "hello world", NoTag + "02 000B 0250 68656c6c6f20776f726c64 00000000")]
    [InlineData(
        0, RelayCommand.Sendme, 0, "hello i am a tag....",
        "05 0000 0000 00000000 0014 68656c6c6f206920616d2061207461672e2e2e2e 00000000")]
    [InlineData(
        1, RelayCommand.Sendme, 0, "hello i am a tag....",
        NoTag + "05 0014 68656c6c6f206920616d2061207461672e2e2e2e 00000000")]
    public void Messages_are_written_as_stock_writes_them(
        int version, RelayCommand command, int streamId, string text, string expected)
    {
        RelayCellFormat format = Format(version);
        byte[] start = Hex(expected);
        byte[] body = System.Text.Encoding.ASCII.GetBytes(text);
        byte[] payload = Dirty();

        format.Write(payload, command, (ushort)streamId, body, new SeededRandomSource(1));

        Assert.Equal(start, payload[..start.Length]);
        var padding = new byte[509 - start.Length];
        new SeededRandomSource(1).Fill(padding);
        Assert.Equal(padding, payload[start.Length..]);

        Assert.True(format.TryReadHeader(payload, out RelayHeader header));
        Assert.Equal((command, streamId), (header.Command, header.StreamId));
        Assert.Equal(body, payload.AsSpan(header.BodyOffset, header.BodyLength).ToArray());
    }

    [Theory]
    [InlineData(0, RelayCommand.Data, 498)]
    [InlineData(0, RelayCommand.Sendme, 498)]
    [InlineData(1, RelayCommand.Data, 488)]
    [InlineData(1, RelayCommand.Extend2, 490)]
    public void Padding_is_four_zeros_and_then_random_as_far_as_there_is_room(int version, RelayCommand command, int longest)
    {
        RelayCellFormat format = Format(version);
        ushort streamId = command.HasStreamId ? (ushort)5 : (ushort)0;
        for (int length = 0; length <= longest; length++)
        {
            byte[] body = [.. Enumerable.Repeat((byte)0xAA, length)];
            byte[] payload = Dirty();

            format.Write(payload, command, streamId, body, new OnesSource());

            int end = 509 - longest + length;
            int random = Math.Min(509, end + 4);
            Assert.Equal(body, payload[(509 - longest)..end]);
            Assert.Equal(new byte[random - end], payload[end..random]);
            Assert.True(payload.AsSpan(random).IndexOfAnyExcept((byte)1) < 0);
        }

        Assert.Throws<ArgumentException>(
            () => format.Write(new byte[509], command, streamId, new byte[longest + 1], new OnesSource()));
    }

    [Fact]
    public void V1_refuses_to_write_a_stream_id_where_there_is_no_place_and_none_where_there_is()
    {
        var payload = new byte[509];
        foreach (RelayCommand command in Enum.GetValues<RelayCommand>())
        {
            ushort right = command.HasStreamId ? (ushort)10 : (ushort)0;
            ushort wrong = command.HasStreamId ? (ushort)0 : (ushort)10;
            RelayCellFormat.V1.Write(payload, command, right, [1], new OnesSource());
            Assert.Throws<ArgumentException>(() => RelayCellFormat.V1.Write(payload, command, wrong, [1], new OnesSource()));
            RelayCellFormat.V0.Write(payload, command, wrong, [1], new OnesSource());
        }

        Assert.Throws<ArgumentException>(() => RelayCellFormat.V1.Write(payload, (RelayCommand)249, 0, [], new OnesSource()));
    }

    [Fact]
    public void V0_headers_are_read_as_stock_reads_them()
    {
        Assert.True(RelayCellFormat.V0.TryReadHeader(Padded(Hex("03 0000 2122 41424344 0103")), out RelayHeader header));
        Assert.Equal(new RelayHeader(RelayCommand.End, 0x2122, 11, 0x103), header);

        Assert.True(RelayCellFormat.V0.TryReadHeader(Padded(Hex("F9 0000 0000 00000000 01F2")), out header));
        Assert.Equal(new RelayHeader((RelayCommand)0xF9, 0, 11, 498), header);

        Assert.False(RelayCellFormat.V0.TryReadHeader(Padded(Hex("02 0000 0250 00000000 01F3")), out _));
        Assert.False(RelayCellFormat.V0.TryReadHeader(Padded(Hex("02 0000 0250 00000000 FFFF")), out _));
    }

    [Fact]
    public void V1_headers_are_read_as_stock_reads_them()
    {
        const string Tag = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";
        Assert.True(RelayCellFormat.V1.TryReadHeader(Padded(Hex(Tag + "02 01E8 0250")), out RelayHeader header));
        Assert.Equal(new RelayHeader(RelayCommand.Data, 0x250, 21, 488), header);

        Assert.True(RelayCellFormat.V1.TryReadHeader(Padded(Hex(Tag + "05 01EA 0250")), out header));
        Assert.Equal(new RelayHeader(RelayCommand.Sendme, 0, 19, 490), header);

        Assert.True(RelayCellFormat.V1.TryReadHeader(Padded(Hex(Tag + "02 0000 0000")), out header));
        Assert.Equal(0, header.StreamId); // a stream id that the peer forgot is for the circuit to judge

        Assert.False(RelayCellFormat.V1.TryReadHeader(Padded(Hex(Tag + "02 01E9 0250")), out _));
        Assert.False(RelayCellFormat.V1.TryReadHeader(Padded(Hex(Tag + "05 01EB")), out _));
        Assert.False(RelayCellFormat.V1.TryReadHeader(Padded(Hex(Tag + "F0 000C 0250")), out _));
        Assert.False(RelayCellFormat.V1.TryReadHeader(Padded(Hex(Tag + "00 0000")), out _));
    }

    [Fact]
    public void A_payload_that_is_no_cell_body_is_a_fault_of_the_caller()
    {
        foreach (RelayCellFormat format in new[] { RelayCellFormat.V0, RelayCellFormat.V1 })
        {
            Assert.Throws<ArgumentException>(() => format.TryReadHeader(new byte[508], out _));
            Assert.Throws<ArgumentException>(() => format.Write(new byte[510], RelayCommand.Drop, 0, [], new OnesSource()));
        }
    }

    [Fact]
    public void Random_payloads_are_read_within_their_bounds_or_refused()
    {
        var random = new SeededRandomSource(3);
        var payload = new byte[509];
        foreach (RelayCellFormat format in new[] { RelayCellFormat.V0, RelayCellFormat.V1 })
        {
            for (int i = 0; i < 5000; i++)
            {
                random.Fill(payload);
                payload[9] &= 3;
                payload[17] &= 3;
                if (format.TryReadHeader(payload, out RelayHeader header))
                {
                    Assert.InRange(header.BodyOffset + header.BodyLength, header.BodyOffset, 509);
                }
            }
        }
    }

    [Fact]
    public void Relay_cells_are_written_and_read_without_allocation()
    {
        var padding = new PaddingSource(SystemRandomSource.Instance);
        var payload = new byte[509];
        var body = new byte[100];
        WriteAndRead(payload, body, padding, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        WriteAndRead(payload, body, padding, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void WriteAndRead(byte[] payload, byte[] body, RandomSource padding, int count)
    {
        for (int i = 0; i < count; i++)
        {
            RelayCellFormat.V0.Write(payload, RelayCommand.Data, 7, body, padding);
            RelayCellFormat.V0.TryReadHeader(payload, out _);
            RelayCellFormat.V1.Write(payload, RelayCommand.Data, 7, body, padding);
            RelayCellFormat.V1.TryReadHeader(payload, out _);
        }
    }

    private static RelayCellFormat Format(int version) => version == 0 ? RelayCellFormat.V0 : RelayCellFormat.V1;

    private static byte[] Dirty() => [.. Enumerable.Repeat((byte)0xee, 509)];

    private sealed class OnesSource : RandomSource
    {
        public override void Fill(Span<byte> bytes) => bytes.Fill(1);
    }
}
