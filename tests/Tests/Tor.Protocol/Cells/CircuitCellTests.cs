using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using static Tunic.Tests.Tor.Protocol.Cells.Wire;

namespace Tunic.Tests.Tor.Protocol.Cells;

/// <summary>Vectors: Arti, tor-cell/tests/testvec_chanmsg.rs; stock, test_cell_formats.c, create_cells and created_cells.</summary>
public sealed class CircuitCellTests
{
    private const string NtorRequest =
        "09164430E84D3BC56EC7E1D22734742345E2DECE0DE535B66B8E8A0EBBDAE3263C53E02EC2215685CD3A977DC7946FF47F84CD70"
        + "25F75D252D1B35DEA28F32FA912513889A207E5049992DBC9BC541194C13624A";

    private const string NtorReply =
        "0108907A701030ADB6CA9C6AF097DC4855614655659B6A7BF21C1097DCE7C66EE0E4EF287DE7CED40BEECA8B90140C05DB6138AEB551CE0C037068C315E307A0";

    [Fact]
    public void Create2_with_ntor()
    {
        byte[] body = Hex("0002 0054" + NtorRequest);

        Create2 create = Create2.Decode(Padded(body));

        Assert.Equal(HandshakeType.Ntor, create.Type);
        Assert.Equal(Hex(NtorRequest), create.Handshake);
        Assert.Equal(body, create.Encode());
        EveryPrefixIsMalformed(body, bytes => Create2.Decode(bytes));
    }

    [Theory]
    [InlineData("0003 0000")]
    [InlineData("0050 0001 99")]
    [InlineData("FFFF 0004 01020304")]
    public void Create2_keeps_handshakes_that_it_does_not_know(string hex)
    {
        Assert.Equal(Hex(hex), Create2.Decode(Padded(Hex(hex))).Encode());
    }

    [Theory]
    [InlineData("0000 00BC")] // TAP
    [InlineData("0001 0014")] // CREATE_FAST's handshake
    [InlineData("0002 0053")] // ntor that is too short
    [InlineData("0002 0055")] // ntor that is too long
    [InlineData("0003 01FA")] // one byte more than a cell holds
    [InlineData("0003 FFFF")]
    public void Create2_that_stock_refuses_is_malformed(string hex)
    {
        Assert.Throws<MalformedMessageException>(() => Create2.Decode(Padded(Hex(hex))));
    }

    [Fact]
    public void Create2_fills_a_cell_and_no_more()
    {
        var longest = new Create2(HandshakeType.NtorV3, new byte[Create2.MaxHandshakeLength]);

        Assert.Equal(509, longest.Encode().Length);
        Assert.Equal(505, Create2.Decode(longest.Encode()).Handshake.Length);
        Assert.Throws<ArgumentException>(() => new Create2(HandshakeType.NtorV3, new byte[506]).Encode());
        Assert.Throws<MalformedMessageException>(() => Create2.Decode([0, 3, 1, 0xFA, .. new byte[506]])); // as from a message that is no cell
    }

    [Fact]
    public void Created2_with_ntor()
    {
        byte[] body = Hex("0040" + NtorReply);

        Created2 created = Created2.Decode(Padded(body));

        Assert.Equal(Hex(NtorReply), created.Handshake);
        Assert.Equal(body, created.Encode());
        EveryPrefixIsMalformed(body, bytes => Created2.Decode(bytes));
    }

    [Fact]
    public void Created2_may_be_as_long_as_extended2_can_carry()
    {
        Assert.Equal(496, Created2.Decode(Padded(Hex("01F0"))).Handshake.Length);
        Assert.Throws<MalformedMessageException>(() => Created2.Decode(Padded(Hex("01F1"))));
        Assert.Throws<MalformedMessageException>(() => Created2.Decode(Padded(Hex("02FF"))));
        Assert.Throws<ArgumentException>(() => new Created2(new byte[497]).Encode());
    }

    [Fact]
    public void Create_fast_and_its_answer()
    {
        byte[] request = Hex("0DC2A5EB921EF4B71F41184A99F4FAD99620A648");
        byte[] reply = Hex("03B74250B01D09FDA72B70D63AE7994926F13055BED23485F6B3C8C3CEAFE1DF48A9FF8BAC4993FC");

        Assert.Equal(request, CreateFast.Decode(Padded(request)).Encode());
        Assert.Equal(reply, CreatedFast.Decode(Padded(reply)).Encode());
        EveryPrefixIsMalformed(request, bytes => CreateFast.Decode(bytes));
        EveryPrefixIsMalformed(reply, bytes => CreatedFast.Decode(bytes));
        Assert.Throws<ArgumentException>(() => new CreateFast(reply).Encode());
        Assert.Throws<ArgumentException>(() => new CreatedFast(request).Encode());
    }

    [Fact]
    public void Destroy_keeps_any_reason()
    {
        Assert.Equal(DestroyReason.Hibernating, Destroy.Decode(Padded([4])).Reason);
        Assert.Equal([0], new Destroy(DestroyReason.None).Encode());
        Assert.Equal((DestroyReason)200, Destroy.Decode([200]).Reason);
        Assert.Throws<MalformedMessageException>(() => Destroy.Decode([]));
    }
}
