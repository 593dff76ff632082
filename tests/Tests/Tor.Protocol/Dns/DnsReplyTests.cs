using System.Net;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Dns;

namespace Tunic.Tests.Tor.Protocol.Dns;

public sealed class DnsReplyTests
{
    /// <summary>www.example.com is an alias of example.com (300 s), which is 192.0.2.7 (60 s).</summary>
    private static readonly byte[] Reply =
    [
        0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0,
        3, .. "WwW"u8, 7, .. "example"u8, 3, .. "com"u8, 0, 0, 1, 0, 1,
        0xC0, 12, 0, 5, 0, 1, 0, 0, 1, 44, 0, 2, 0xC0, 16,
        0xC0, 16, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7,
    ];

    [Fact]
    public void An_address_is_found_behind_its_alias_and_holds_as_long_as_the_shorter_of_both()
    {
        Assert.True(DnsReply.TryDecode(Reply, out DnsReply? reply));

        DnsRecord record = reply.FindRecord()!;
        Assert.Equal((DnsResponseCode.NoError, false, 60u), (reply.Code, reply.IsTruncated, record.TimeToLive));
        Assert.Equal(IPAddress.Parse("192.0.2.7"), new IPAddress(record.Value.Span));
    }

    [Fact]
    public void Only_the_reply_to_the_query_answers_it()
    {
        Assert.True(DnsReply.TryDecode(Reply, out DnsReply? reply));
        DnsQuery query = Query("WwW.example.com", DnsType.A);

        Assert.True(reply.Answers(query, exactCase: true));
        Assert.False(reply.Answers(query with { Id = 0x1235 }, exactCase: true));
        Assert.False(reply.Answers(Query("www.example.com", DnsType.A), exactCase: true));
        Assert.True(reply.Answers(Query("www.example.com", DnsType.A), exactCase: false));
        Assert.False(reply.Answers(Query("WwW.example.com", DnsType.Aaaa), exactCase: false));
        Assert.False(reply.Answers(Query("WwW.example.net", DnsType.A), exactCase: false));
    }

    [Fact]
    public void No_truncation_is_a_reply_unless_the_server_says_so()
    {
        for (int length = 0; length < Reply.Length; length++)
        {
            byte[] part = Reply[..length];
            Assert.False(DnsReply.TryDecode(part, out _));
            if (length >= 33)
            {
                part[2] |= 0x02;
                Assert.True(DnsReply.TryDecode(part, out DnsReply? reply));
                Assert.True(reply.IsTruncated);
            }
        }
    }

    [Theory]
    [InlineData(2, 0x01)] // a query
    [InlineData(2, 0x89)] // another operation
    [InlineData(5, 2)] // two questions
    [InlineData(5, 0)] // none
    [InlineData(7, 3)] // a record that is not there
    [InlineData(58, 3)] // an address of three bytes
    [InlineData(44, 3)] // an alias longer than its name
    public void What_is_no_reply_is_told(int offset, byte value)
    {
        byte[] message = [.. Reply];
        message[offset] = value;

        Assert.False(DnsReply.TryDecode(message, out _));
    }

    [Fact]
    public void Aliases_in_a_circle_lead_nowhere()
    {
        byte[] circle = [.. Reply[..^16], 0xC0, 16, 0, 5, 0, 1, 0, 0, 0, 60, 0, 2, 0xC0, 12];

        Assert.True(DnsReply.TryDecode(circle, out DnsReply? reply));
        Assert.Null(reply.FindRecord());
    }

    [Fact]
    public void Any_bytes_are_a_reply_or_none()
    {
        var random = new Random(7);
        for (int round = 0; round < 100_000; round++)
        {
            byte[] message = [.. Reply];
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                message[random.Next(message.Length)] = (byte)random.Next(256);
            }

            if (DnsReply.TryDecode(message.AsSpan(0, random.Next(message.Length + 1)), out DnsReply? reply))
            {
                reply.FindRecord();
            }
        }
    }

    [Fact]
    public void A_query_is_written_as_it_is_read()
    {
        Assert.Equal(DnsQueryOutcome.Query, DnsQuery.TryDecode(Query("WwW.example.com", DnsType.A).Encode(), out DnsQuery? query));

        Assert.Equal((0x1234, true), (query!.Id, query.IsRecursionDesired));
        Assert.True(query.Questions[0].Name.TryGetHost(out string host));
        Assert.Equal("WwW.example.com", host);
    }

    [Fact]
    public void The_case_of_letters_is_drawn_by_lot_and_makes_no_other_name()
    {
        DnsName name = Name("a-long-name-of-many-letters.example.com");

        DnsName mixed = name.RandomizeCase(new SeededRandomSource(1));

        Assert.False(mixed.Labels.SequenceEqual(name.Labels));
        Assert.True(mixed.EqualsIgnoreCase(name));
        Assert.True(mixed.TryGetHost(out string host));
        Assert.Equal("a-long-name-of-many-letters.example.com", host, ignoreCase: true);
    }

    [Theory]
    [InlineData("192.0.2.7")]
    [InlineData("2001:db8::7")]
    public void The_name_of_an_address_is_the_address_again(string text)
    {
        Assert.True(DnsName.FromReverseAddress(IPAddress.Parse(text)).TryGetReverseAddress(out IPAddress? address));
        Assert.Equal(text, address.ToString());
    }

    private static DnsName Name(string host)
    {
        Assert.True(DnsName.TryCreate(host, out DnsName? name));
        return name;
    }

    private static DnsQuery Query(string host, DnsType type) => new()
    {
        Id = 0x1234,
        OperationCode = 0,
        IsRecursionDesired = true,
        Questions = [new DnsQuestion(Name(host), type, DnsQuestion.Internet)],
    };
}
