using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Handshakes.Extensions;

namespace Tunic.Tests.Tor.Protocol.Handshakes;

public class CircuitExtensionTests
{
    [Fact]
    public void An_empty_list_is_one_zero_byte()
    {
        Assert.Equal([0], CircuitExtension.EncodeList([]));
        Assert.Empty(CircuitExtension.DecodeList([0]));
    }

    // layouts: tor 0.4.9.11 src/trunnel/extension.h, congestion_control.h, subproto_request.h
    [Fact]
    public void A_list_is_written_sorted_by_type_and_read_back()
    {
        CircuitExtension[] extensions =
        [
            new UnknownCircuitExtension(200, [1, 2, 3]),
            new SubprotocolRequest(SubprotocolVersion.Cgo, new SubprotocolVersion(ProtocolName.LinkAuth, 9)),
            new CongestionControlResponse(31),
            CongestionControlRequest.Instance,
        ];
        byte[] message = CircuitExtension.EncodeList(extensions);
        Assert.Equal([4, 1, 0, 2, 1, 31, 3, 4, 1, 9, 2, 6, 200, 3, 1, 2, 3], message);

        IReadOnlyList<CircuitExtension> read = CircuitExtension.DecodeList(message);
        Assert.IsType<CongestionControlRequest>(read[0]);
        Assert.Equal(31, Assert.IsType<CongestionControlResponse>(read[1]).SendmeIncrement);
        Assert.Equal(
            [new SubprotocolVersion(ProtocolName.LinkAuth, 9), SubprotocolVersion.Cgo],
            Assert.IsType<SubprotocolRequest>(read[2]).Versions);
        Assert.Equal([1, 2, 3], Assert.IsType<UnknownCircuitExtension>(read[3]).Body.ToArray());
        Assert.Equal(message, CircuitExtension.EncodeList(read));
    }

    [Fact]
    public void Every_truncation_is_malformed()
    {
        byte[] message = CircuitExtension.EncodeList(
            [CongestionControlRequest.Instance, new SubprotocolRequest(SubprotocolVersion.Cgo), new UnknownCircuitExtension(9, [1])]);
        for (int length = 0; length < message.Length; length++)
        {
            Assert.Throws<MalformedMessageException>(() => CircuitExtension.DecodeList(message.AsSpan(0, length)));
        }
    }

    [Theory]
    [InlineData("010200")] // a response without an increment
    [InlineData("010303 020602")] // half a pair
    [InlineData("010304 02060206")] // a version twice
    [InlineData("010304 02060205")] // versions out of order
    [InlineData("010304 03010206")] // protocols out of order
    [InlineData("020100")] // a count beyond the list
    public void A_list_that_breaks_its_format_is_malformed(string hex)
    {
        byte[] message = Convert.FromHexString(hex.Replace(" ", ""));
        Assert.Throws<MalformedMessageException>(() => CircuitExtension.DecodeList(message));
    }

    [Fact]
    public void Bytes_after_the_list_and_in_a_request_are_ignored_as_stock_tor_does()
    {
        IReadOnlyList<CircuitExtension> read = CircuitExtension.DecodeList([1, 1, 2, 77, 77, 99]);
        Assert.IsType<CongestionControlRequest>(Assert.Single(read));
    }

    [Fact]
    public void The_longest_list_is_read_and_one_beyond_cannot_be_written()
    {
        CircuitExtension[] longest = [.. Enumerable.Repeat(new UnknownCircuitExtension(9, new byte[255]), 255)];
        Assert.Equal(255, CircuitExtension.DecodeList(CircuitExtension.EncodeList(longest)).Count);
        Assert.Throws<ArgumentException>(() => CircuitExtension.EncodeList([.. longest, longest[0]]));
        Assert.Throws<ArgumentException>(() => new UnknownCircuitExtension(9, new byte[256]));
    }

    [Fact]
    public void A_request_holds_at_most_127_versions_and_none_twice()
    {
        SubprotocolVersion[] most = [.. Enumerable.Range(0, 127).Select(i => new SubprotocolVersion(ProtocolName.Relay, (byte)i))];
        Assert.Equal(127, new SubprotocolRequest(most).Versions.Count);
        Assert.Throws<ArgumentException>(() => new SubprotocolRequest([.. most, new SubprotocolVersion(ProtocolName.Relay, 200)]));
        Assert.Throws<ArgumentException>(() => new SubprotocolRequest(SubprotocolVersion.Cgo, SubprotocolVersion.Cgo));
    }
}
