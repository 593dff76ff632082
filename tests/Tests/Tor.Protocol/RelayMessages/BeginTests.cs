using System.Text;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.RelayMessages;
using static Tunic.Tests.Tor.Protocol.Cells.Wire;

namespace Tunic.Tests.Tor.Protocol.RelayMessages;

/// <summary>Vectors: stock, test_cell_formats.c, begin_cells; Arti, tor-cell/tests/testvec_relaymsg.rs, test_begin.</summary>
public sealed class BeginTests
{
    [Theory]
    [InlineData("a.b:9\0", "a.b", 9, 0u)]
    [InlineData("here-is-a-nice-long.hostname.com:65535\0", "here-is-a-nice-long.hostname.com", 65535, 0u)]
    [InlineData("18.9.22.169:80\0", "18.9.22.169", 80, 0u)]
    [InlineData("[2620::6b0:b:1a1a:0:26e5:480e]:80\0", "2620::6b0:b:1a1a:0:26e5:480e", 80, 0u)]
    [InlineData("another.example.com:80\0\u0001\u0002", "another.example.com", 80, 0u)]
    [InlineData("a.b:80\0\u0042\u0043\u0044", "a.b", 80, 0u)]
    [InlineData("another.example.com:443\0\u0001\u0002\u0003\u0004", "another.example.com", 443, 0x01020304u)]
    [InlineData("a-further.example.com:22\0\u00ee\u00aa\0\u00ffHi mom", "a-further.example.com", 22, 0xeeaa00ffu)]
    [InlineData("UPPER.example:80\0", "UPPER.example", 80, 0u)]
    [InlineData("a:b:80\0", "a:b", 80, 0u)]
    [InlineData("[no address]:80\0", "[no address]", 80, 0u)]
    [InlineData("[1.2.3.4]:80\0", "[1.2.3.4]", 80, 0u)]
    [InlineData(":80\0", "", 80, 0u)]
    [InlineData("a.b: \t+00080\0", "a.b", 80, 0u)]
    [InlineData("a.b:0000000000000000000000000000000000000080\0", "a.b", 80, 0u)]
    public void What_stock_accepts_is_accepted(string text, string host, int port, uint flags)
    {
        Assert.Equal(new Begin(host, (ushort)port, (BeginFlags)flags), Begin.Decode(Encoding.Latin1.GetBytes(text)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b\0")]
    [InlineData("a.b:\0")]
    [InlineData("a.b:xyz\0")]
    [InlineData("a.b:80x\0")]
    [InlineData("a.b:80 \0")]
    [InlineData("a.b:-80\0")]
    [InlineData("a.b:+\0")]
    [InlineData("a.b:++1\0")]
    [InlineData("a.b:0\0")]
    [InlineData("a.b:65536\0")]
    [InlineData("a.b:100000\0")]
    [InlineData("a.b:99999999999999999999999\0")]
    [InlineData("a.b:\u00b2\0")]
    [InlineData("a.b:80")]
    [InlineData("2001:db8::1:80\0")]
    [InlineData("1:2:3:4:5:6:7:8\0")]
    [InlineData("::ffff:1.2.3.4\0")]
    [InlineData("[::]\0")]
    [InlineData("[::]!\0")]
    [InlineData("[::1]80\0")]
    [InlineData("\0a.b:80\0")]
    public void What_stock_refuses_is_malformed(string text)
    {
        Assert.Throws<MalformedMessageException>(() => Begin.Decode(Encoding.Latin1.GetBytes(text)));
    }

    [Theory]
    [InlineData("127.0.0.1", 7003, 0u, "3132372E302E302E313A3730303300")]
    [InlineData("www.xkcd.com", 443, 3u, "7777772e786b63642e636f6d3a34343300 00000003")]
    [InlineData("2001:db8::1", 22, 0u, "5b323030313a6462383a3a315d3a323200")]
    public void Messages_are_written_as_arti_writes_them(string host, int port, uint flags, string hex)
    {
        var begin = new Begin(host, (ushort)port, (BeginFlags)flags);

        Assert.Equal(Hex(hex), begin.Encode());
        Assert.Equal(begin, Begin.Decode(Hex(hex)));
    }

    [Fact]
    public void A_host_that_would_change_the_message_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new Begin("a\0b", 80).Encode());
        Assert.Throws<ArgumentException>(() => new Begin("torproject\u2122.org", 80).Encode());
        Assert.Throws<ArgumentException>(() => new Begin("a", 0).Encode());
    }

    [Fact]
    public void Every_prefix_up_to_the_nul_is_malformed()
    {
        EveryPrefixIsMalformed(new Begin("www.example.com", 80).Encode(), bytes => Begin.Decode(bytes));
    }

    [Fact]
    public void Random_bytes_are_decoded_or_malformed()
    {
        var random = new SeededRandomSource(8);
        ReadOnlySpan<byte> letters = "[]:.%/+0189af\0\0x \u00ff"u8;
        for (int i = 0; i < 20_000; i++)
        {
            var body = new byte[random.NextInt32(24)];
            foreach (ref byte value in body.AsSpan())
            {
                value = letters[random.NextInt32(letters.Length)];
            }

            try
            {
                Begin begin = Begin.Decode(body);
                Assert.NotEqual(0, begin.Port);
                Assert.Equal(begin.Port, Begin.Decode(begin.Encode()).Port);
            }
            catch (MalformedMessageException)
            {
                // as it should be
            }
        }
    }
}
