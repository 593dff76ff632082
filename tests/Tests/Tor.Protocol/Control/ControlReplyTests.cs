using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.Control.Replies;

namespace Tunic.Tests.Tor.Protocol.Control;

public sealed class ControlReplyTests
{
    [Fact]
    public void The_last_line_has_a_blank_others_a_hyphen_and_data_a_plus_sign() =>
        Assert.Equal(
            "250-a=1\r\n250+b=\r\nx\r\n..y\r\n.\r\n250 OK\r\n",
            new ControlReply().AddValue(250, "a", "1").AddValue(250, "b", "x\n.y\n").Add(250, "OK").ToString());

    [Fact]
    public void What_strangers_wrote_cannot_begin_a_line() =>
        Assert.Equal("552 Unrecognized  250 OK\r\n", ControlReply.Of(552, "Unrecognized\r\n250 OK").ToString());

    [Theory]
    [InlineData("", "\r\n.\r\n")]
    [InlineData("a", "a\r\n.\r\n")]
    [InlineData("a\n", "a\r\n.\r\n")]
    [InlineData(".\n.b\r\nc.\n", "..\r\n..b\r\nc.\r\n.\r\n")]
    public void Data_is_ended_by_a_dot(string data, string encoded) => Assert.Equal(encoded, ControlData.Encode(data));

    [Fact]
    public void Quoted_text_is_read_as_it_was_written()
    {
        string all = string.Concat(Enumerable.Range(1, 255).Select(code => (char)code));

        Assert.True(QuotedText.TryReadCString(QuotedText.Quote(all), 0, out string? read, out int end));
        Assert.Equal(all, read);
        Assert.Equal(QuotedText.Quote(all).Length, end);
    }

    [Fact]
    public void Events_have_stocks_names_in_stocks_order()
    {
        Assert.StartsWith("CIRC CIRC_MINOR STREAM ORCONN BW DEBUG INFO NOTICE WARN ERR NEWDESC", ControlEventNames.All, StringComparison.Ordinal);
        Assert.Equal(Enum.GetValues<ControlEventKind>().Length, ControlEventNames.All.Split(' ').Length);
        Assert.True(ControlEventNames.TryFind("network_liveness", out ControlEventKind kind));
        Assert.Equal(ControlEventKind.NetworkLiveness, kind);
    }
}
