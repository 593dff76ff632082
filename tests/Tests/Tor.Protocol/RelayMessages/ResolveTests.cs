using System.Net;
using System.Text;
using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.RelayMessages;
using static Tunic.Tests.Tor.Protocol.Cells.Wire;

namespace Tunic.Tests.Tor.Protocol.RelayMessages;

/// <summary>Vectors: stock, test_cell_formats.c, resolved_cells; Arti, tor-cell/tests/testvec_relaymsg.rs.</summary>
public sealed class ResolveTests
{
    private const string Unknown = "EE 03 414535 09090101";
    private const string TransientError = "F0 04 44617665 00112233";
    private const string IPv6 = "06 10 200290900000000000000000f0f0abcd 02000001";
    private const string IPv4 = "04 04 7f00020a 00000100";
    private const string HostName = "00 05 7a65626573 00000000";

    [Fact]
    public void Resolve_asks_for_a_name()
    {
        Assert.Equal("www.torproject.org\0"u8, new Resolve("www.torproject.org").Encode());
        Assert.Equal(new Resolve("a.b"), Resolve.Decode("a.b\0junk"u8));
        Assert.Equal(new Resolve("a.b"), Resolve.Decode("a.b"u8));
        Assert.Equal(new Resolve(""), Resolve.Decode([]));
        Assert.Throws<ArgumentException>(() => new Resolve("a\0b").Encode());
        Assert.Throws<ArgumentException>(() => new Resolve("\u2122").Encode());
    }

    [Theory]
    [InlineData("127.0.0.1", "1.0.0.127.in-addr.arpa")]
    [InlineData("2001::", "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.2.ip6.arpa")]
    public void Resolve_asks_for_the_name_of_an_address(string address, string name)
    {
        Assert.Equal(new Resolve(name), Resolve.Reverse(IPAddress.Parse(address)));
    }

    [Fact]
    public void Resolved_without_answers()
    {
        Resolved resolved = Resolved.Decode([]);

        Assert.Empty(resolved.Answers);
        Assert.Null(resolved.Error);
        Assert.Empty(resolved.Encode());
    }

    [Fact]
    public void Resolved_with_one_of_each_reports_no_error_since_there_are_results()
    {
        byte[] body = Hex(Unknown + TransientError + IPv6 + IPv4 + HostName);

        Resolved resolved = Resolved.Decode(body);

        Assert.Null(resolved.Error);
        Assert.Equal(5, resolved.Answers.Count);
        Assert.Equal((ResolvedAnswerType)0xEE, resolved.Answers[0].Type);
        Assert.Equal(IPAddress.Parse("2002:9090::f0f0:abcd"), resolved.Answers[2].Address);
        Assert.Equal(0x2000001u, resolved.Answers[2].TimeToLive);
        Assert.Equal(IPAddress.Parse("127.0.2.10"), resolved.Answers[3].Address);
        Assert.Equal(256u, resolved.Answers[3].TimeToLive);
        Assert.Equal("zebes", resolved.Answers[4].HostName);
        Assert.Null(resolved.Answers[4].Address);
        Assert.Null(resolved.Answers[3].HostName);
        Assert.Equal(body, resolved.Encode());
    }

    [Fact]
    public void Resolved_with_errors_only_reports_the_last()
    {
        Assert.Equal(ResolvedAnswerType.TransientError, Resolved.Decode(Hex(TransientError)).Error);
        Assert.Equal(ResolvedAnswerType.Error, Resolved.Decode(Hex("F0 00 00000E10 F1 00 00000E10")).Error);
        Assert.Equal(ResolvedAnswerType.Error, Resolved.Decode(Hex("F1 00 00000E10" + Unknown)).Error);
        Assert.Null(Resolved.Decode(Hex(Unknown)).Error);
    }

    [Fact]
    public void Resolved_cut_inside_an_answer_is_malformed()
    {
        byte[] body = Hex(Unknown + TransientError + IPv6 + IPv4 + HostName);
        int[] boundaries = [0, 9, 19, 41, 51];
        for (int length = 0; length < body.Length; length++)
        {
            byte[] prefix = body[..length];
            if (boundaries.Contains(length))
            {
                Resolved.Decode(prefix);
            }
            else
            {
                Assert.Throws<MalformedMessageException>(() => Resolved.Decode(prefix));
            }
        }
    }

    [Theory]
    [InlineData("04 03 010203 00000001")]
    [InlineData("04 05 0102030405 00000001")]
    [InlineData("06 04 01020304 00000001")]
    [InlineData("00 00 00000001")]
    public void Resolved_with_an_answer_of_the_wrong_length_is_malformed(string hex)
    {
        Assert.Throws<MalformedMessageException>(() => Resolved.Decode(Hex(hex)));
    }

    [Fact]
    public void Answers_are_made_as_stock_and_arti_make_them()
    {
        Assert.Equal(
            Hex("04 04 7f000001 00000E10"), new Resolved([ResolvedAnswer.From(IPAddress.Loopback, 3600)]).Encode());
        Assert.Equal(
            Hex("06 10 12340000000000000000000000005678 00000080"),
            new Resolved([ResolvedAnswer.From(IPAddress.Parse("1234::5678"), 128)]).Encode());
        Assert.Equal(
            Hex("00 12 7777772e746f7270726f6a6563742e6f7267 00000258"),
            new Resolved([ResolvedAnswer.From("www.torproject.org", 600)]).Encode());
        Assert.Equal(
            [0xF0, 24, .. "Error resolving hostname"u8, 0, 0, 0, 60],
            new Resolved([ResolvedAnswer.FromError(isTransient: true, 60)]).Encode());
        Assert.Equal(0xF1, new Resolved([ResolvedAnswer.FromError(isTransient: false, 60)]).Encode()[0]);
    }

    [Fact]
    public void A_host_name_of_255_bytes_is_the_longest()
    {
        string longest = new('a', 255);
        byte[] body = new Resolved([ResolvedAnswer.From(longest, 65536)]).Encode();

        Assert.Equal(261, body.Length);
        Assert.Equal(longest, Resolved.Decode(body).Answers[0].HostName);
        Assert.Throws<ArgumentException>(() => ResolvedAnswer.From(longest + "a", 1));
        Assert.Throws<ArgumentException>(() => ResolvedAnswer.From("", 1));
        Assert.Throws<ArgumentException>(() => ResolvedAnswer.From("\u2122", 1));
        var tooLong = new ResolvedAnswer(ResolvedAnswerType.HostName, Encoding.ASCII.GetBytes(longest + "a"), 1);
        Assert.Throws<ArgumentException>(() => new Resolved([tooLong]).Encode());
    }
}
