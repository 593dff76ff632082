using System.Net;
using System.Text;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class FieldTextTests
{
    [Theory]
    [InlineData("2026-11-21 10:08:00", true)]
    [InlineData("2024-02-29 23:59:60", true)]
    [InlineData("2023-02-29 00:00:00", false)]
    [InlineData("1969-12-31 23:59:59", false)]
    [InlineData("2026-11-21T10:08:00", false)]
    [InlineData("2026-11-21 10:08:00 ", false)]
    [InlineData("2026-13-21 10:08:00", false)]
    [InlineData("2026-11-21 24:00:00", false)]
    [InlineData("9999-12-31 23:59:60", false)]
    public void Times_have_one_form(string text, bool good) =>
        Assert.Equal(good, FieldText.TryParseTime(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Written_times_are_read_back()
    {
        var time = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        Assert.True(FieldText.TryParseTime(Encoding.ASCII.GetBytes(FieldText.FormatTime(time)), out DateTime parsed));
        Assert.Equal((time, DateTimeKind.Utc), (parsed, parsed.Kind));
    }

    [Theory]
    [InlineData("1.2.3.4", true)]
    [InlineData("255.255.255.255", true)]
    [InlineData("1.2.3", false)]
    [InlineData("1.2.3.4.5", false)]
    [InlineData("1.2.3.256", false)]
    [InlineData("1.2.3.-4", false)]
    [InlineData("0x1.2.3.4", false)]
    [InlineData("", false)]
    public void Ipv4_addresses_are_dotted_quads(string text, bool good) =>
        Assert.Equal(good, FieldText.TryParseIPv4(Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData("[2001:db8::1]:443", "[2001:db8::1]:443")]
    [InlineData("1.2.3.4:9001", "1.2.3.4:9001")]
    [InlineData("[2001:db8::1]", null)]
    [InlineData("2001:db8::1:443", null)]
    [InlineData("[fe80::1%2]:443", null)]
    [InlineData("1.2.3.4:0", null)]
    [InlineData("1.2.3.4:65536", null)]
    public void End_points_have_brackets_around_ipv6_and_a_port(string text, string? expected)
    {
        bool good = FieldText.TryParseEndPoint(Encoding.ASCII.GetBytes(text), out IPEndPoint? endPoint);
        Assert.Equal(expected, good ? endPoint!.ToString() : null);
    }

    [Theory]
    [InlineData("0", 0, true)]
    [InlineData("10", 10, true)]
    [InlineData("11", 0, false)]
    [InlineData("-1", 0, false)]
    [InlineData("+1", 0, false)]
    [InlineData("1x", 0, false)]
    [InlineData("", 0, false)]
    [InlineData("99999999999999999999", 0, false)]
    public void Numbers_are_plain_digits_within_their_range(string text, long expected, bool good)
    {
        Assert.Equal(good, FieldText.TryParseNumber(Encoding.ASCII.GetBytes(text), 0, 10, out long number));
        Assert.True(!good || number == expected);
    }
}
