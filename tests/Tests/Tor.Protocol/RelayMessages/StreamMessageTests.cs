using System.Net;
using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using static Tunic.Tests.Tor.Protocol.Cells.Wire;

namespace Tunic.Tests.Tor.Protocol.RelayMessages;

/// <summary>Vectors: stock, test_cell_formats.c, connected_cells; Arti, tor-cell/tests/testvec_relaymsg.rs.</summary>
public sealed class StreamMessageTests
{
    [Theory]
    [InlineData("", null, null)]
    [InlineData("20304050", "32.48.64.80", null)]
    [InlineData("1112131415", "17.18.19.20", null)]
    [InlineData("02030405 00000e10", "2.3.4.5", 3600u)]
    [InlineData("02030405 00000e10 FF", "2.3.4.5", 3600u)]
    [InlineData("02030405 7fffffff", "2.3.4.5", 0x7fffffffu)]
    [InlineData("02030405 80000000", "2.3.4.5", null)]
    [InlineData("00000000 06 2607f8b0400c0c020000000000000068 00000258", "2607:f8b0:400c:c02::68", 600u)]
    [InlineData("00000000 06 2607f8b0400c0c020000000000000068 90000258", "2607:f8b0:400c:c02::68", null)]
    public void Connected_is_read_as_stock_reads_it(string hex, string? address, uint? timeToLive)
    {
        Assert.Equal(new Connected(address is null ? null : IPAddress.Parse(address), timeToLive), Connected.Decode(Hex(hex)));
    }

    [Theory]
    [InlineData("000102")]
    [InlineData("00")]
    [InlineData("00000000")]
    [InlineData("00000000 07 2607f8b0400c0c020000000000000068 90000258")]
    [InlineData("00000000 06 2607f8b0400c0c020000000000000068 000002")]
    public void Connected_that_stock_refuses_is_malformed(string hex)
    {
        Assert.Throws<MalformedMessageException>(() => Connected.Decode(Hex(hex)));
    }

    [Theory]
    [InlineData("", null, null)]
    [InlineData("1e28323c 00000400", "30.40.50.60", 1024u)]
    [InlineData("1e28323c ffffffff", "30.40.50.60", null)]
    [InlineData("00000000 06 2620000006b0000b1a1a000026e5480e 00000e10", "2620:0:6b0:b:1a1a:0:26e5:480e", 3600u)]
    public void Connected_is_written_as_stock_writes_it(string hex, string? address, uint? timeToLive)
    {
        var connected = new Connected(address is null ? null : IPAddress.Parse(address), timeToLive);

        Assert.Equal(Hex(hex), connected.Encode());
        Assert.Equal(connected, Connected.Decode(Hex(hex)));
        Assert.Throws<ArgumentException>(() => new Connected(IPAddress.Any, 1).Encode());
    }

    [Theory]
    [InlineData("01", EndReason.Misc, null, null)]
    [InlineData("06", EndReason.Done, null, null)]
    [InlineData("0F", (EndReason)15, null, null)]
    [InlineData("06 7f000007 00000100", EndReason.Done, null, null)]
    [InlineData("04", EndReason.ExitPolicy, null, null)]
    [InlineData("04 7f000007", EndReason.ExitPolicy, "127.0.0.7", null)]
    [InlineData("04 7f000007 00000100", EndReason.ExitPolicy, "127.0.0.7", 256u)]
    [InlineData("04 7f000007 ffffffff", EndReason.ExitPolicy, "127.0.0.7", null)]
    [InlineData("04 20010db800000000000000000000f00b", EndReason.ExitPolicy, "2001:db8::f00b", null)]
    [InlineData("04 20010db800000000000000000000f00b 00000200", EndReason.ExitPolicy, "2001:db8::f00b", 512u)]
    [InlineData("04 7f0000", EndReason.ExitPolicy, null, null)]
    [InlineData("04 7f000007 000001", EndReason.ExitPolicy, null, null)]
    [InlineData("04 20010db800000000000000000000f00b 0000020000", EndReason.ExitPolicy, null, null)]
    public void End_is_read_whatever_follows_the_reason(string hex, EndReason reason, string? address, uint? timeToLive)
    {
        Assert.Equal(new End(reason, address is null ? null : IPAddress.Parse(address), timeToLive), End.Decode(Hex(hex)));
    }

    [Fact]
    public void End_without_a_reason_says_so()
    {
        Assert.Equal(new End(Reason: null), End.Decode([]));
        Assert.Throws<ArgumentException>(() => new End(Reason: null).Encode());
    }

    [Fact]
    public void End_is_written_as_arti_writes_it()
    {
        Assert.Equal([1], new End(EndReason.Misc).Encode());
        Assert.Equal(Hex("04 7f000007 00000100"), new End(EndReason.ExitPolicy, IPAddress.Parse("127.0.0.7"), 256).Encode());
        Assert.Equal(Hex("04 7f000007 ffffffff"), new End(EndReason.ExitPolicy, IPAddress.Parse("127.0.0.7")).Encode());
        Assert.Equal(
            Hex("04 20010db8 00000000 00000000 0000f00b 00000200"),
            new End(EndReason.ExitPolicy, IPAddress.Parse("2001:db8::f00b"), 512).Encode());
        Assert.Throws<ArgumentException>(() => new End(EndReason.Misc, IPAddress.Loopback).Encode());
    }

    [Fact]
    public void Xon_carries_kilobytes()
    {
        Assert.Equal(Hex("00 00000400"), new Xon(1024).Encode());
        Assert.Equal(new Xon(1024), Xon.Decode(Hex("00 00000400 99")));
        Assert.Equal(new Xon(uint.MaxValue), Xon.Decode(Hex("00 ffffffff")));
        EveryPrefixIsMalformed(new Xon(7).Encode(), bytes => Xon.Decode(bytes));
        Assert.Throws<MalformedMessageException>(() => Xon.Decode(Hex("01 00000400")));
    }

    [Fact]
    public void Xoff_is_a_version_and_nothing_else()
    {
        Assert.Equal([0], Xoff.Encode());
        Xoff.Decode([0]);
        Xoff.Decode([0, 1]);
        Assert.Throws<MalformedMessageException>(() => Xoff.Decode([]));
        Assert.Throws<MalformedMessageException>(() => Xoff.Decode([1]));
    }
}
