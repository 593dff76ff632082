using System.Net;
using System.Text;
using Tunic.Tor.Protocol.Dns;

namespace Tunic.Tests.Tor.Protocol.Dns;

public sealed class DnsQueryTests
{
    /// <summary>As dig sends it: id 0x1234, recursion desired, one question, EDNS with 1232 bytes.</summary>
    private static readonly byte[] Query =
    [
        0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 1,
        3, .. "WwW"u8, 7, .. "example"u8, 3, .. "com"u8, 0, 0, 1, 0, 1,
        0, 0, 41, 4, 0xD0, 0, 0, 0, 0, 0, 0,
    ];

    [Fact]
    public void A_query_is_read_with_the_case_of_its_name()
    {
        Assert.Equal(DnsQueryOutcome.Query, DnsQuery.TryDecode(Query, out DnsQuery? query));
        Assert.Equal(0x1234, query!.Id);
        Assert.True(query.IsRecursionDesired && query.HasExtensions);
        Assert.Equal(0, query.OperationCode);
        Assert.Equal(1232, query.ResponseLengthLimit);
        DnsQuestion question = Assert.Single(query.Questions);
        Assert.Equal((DnsType.A, 1, true), (question.Type, question.Class, question.IsSupported));
        Assert.True(question.Name.TryGetHost(out string host));
        Assert.Equal("WwW.example.com", host);
    }

    [Fact]
    public void Every_truncation_is_malformed_or_ignored()
    {
        for (int length = 0; length < Query.Length; length++)
        {
            DnsQueryOutcome outcome = DnsQuery.TryDecode(Query.AsSpan(0, length), out DnsQuery? query);
            Assert.Equal(length < 12 ? DnsQueryOutcome.Ignore : DnsQueryOutcome.Malformed, outcome);
            Assert.Equal(length >= 12, query is not null);
        }
    }

    [Fact]
    public void Any_bytes_are_an_outcome()
    {
        var random = new Random(7);
        for (int round = 0; round < 200_000; round++)
        {
            byte[] message = [.. Query];
            for (int change = random.Next(1, 5); change > 0; change--)
            {
                message[random.Next(message.Length)] = (byte)random.Next(256);
            }

            DnsQuery.TryDecode(message.AsSpan(0, random.Next(message.Length + 1)), out DnsQuery? query);
            foreach (DnsQuestion question in query?.Questions ?? [])
            {
                Assert.InRange(question.Name.Labels.Length, 1, 255);
                question.Name.TryGetHost(out _);
                question.Name.TryGetReverseAddress(out _);
            }

            if (query is not null)
            {
                new DnsResponse(query, DnsResponseCode.NoError).Encode(512);
            }
        }
    }

    [Fact]
    public void A_response_is_not_answered()
    {
        byte[] response = [.. Query];
        response[2] |= 0x80;
        Assert.Equal(DnsQueryOutcome.Ignore, DnsQuery.TryDecode(response, out DnsQuery? query));
        Assert.Null(query);
    }

    [Theory]
    [InlineData(4, 17)]
    [InlineData(11, 17)]
    [InlineData(4, 255)]
    public void Counts_beyond_the_limits_are_malformed(int offset, byte count)
    {
        byte[] message = [.. Query];
        message[offset] = offset == 4 ? count : (byte)0;
        message[offset + (offset == 4 ? 1 : 0)] = count;
        Assert.Equal(DnsQueryOutcome.Malformed, DnsQuery.TryDecode(message, out _));
    }

    [Fact]
    public void Two_EDNS_records_or_one_with_a_name_are_malformed()
    {
        byte[] twice = [.. Query, .. Query[^11..]];
        twice[11] = 2;
        byte[] named = [.. Query[..^11], 1, (byte)'x', .. Query[^11..]];
        Assert.Equal(DnsQueryOutcome.Malformed, DnsQuery.TryDecode(twice, out _));
        Assert.Equal(DnsQueryOutcome.Malformed, DnsQuery.TryDecode(named, out _));
    }

    [Fact]
    public void A_pointer_backwards_is_followed()
    {
        byte[] message = [0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 1, (byte)'b', 0, 0, 1, 0, 1, 1, (byte)'c', 0xC0, 14, 0, 28, 0, 1];
        Assert.Equal(DnsQueryOutcome.Query, DnsQuery.TryDecode(message, out DnsQuery? query));
        Assert.Equal(["a.b", "c.b"], query!.Questions.Select(question => question.Name.TryGetHost(out string host) ? host : ""));
        Assert.Equal(DnsType.Aaaa, query.Questions[1].Type);
    }

    [Theory]
    [InlineData(0xC0, 12)] // to itself
    [InlineData(0xC0, 14)] // forwards
    [InlineData(0xFF, 0xFF)] // out of the message
    [InlineData(0x40, 0)] // a reserved kind of label
    [InlineData(0x80, 0)]
    public void Pointers_that_do_not_lead_back_are_malformed(byte first, byte second)
    {
        byte[] message = [0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, first, second, 0, 0, 1, 0, 1];
        Assert.Equal(DnsQueryOutcome.Malformed, DnsQuery.TryDecode(message, out _));
    }

    [Fact]
    public void A_name_that_grows_by_pointers_beyond_255_bytes_is_malformed()
    {
        // one question of 250 bytes, then one that adds 10 before a pointer to it
        byte[] label = [62, .. Enumerable.Repeat((byte)'a', 62)];
        byte[] message =
        [
            0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, .. label, .. label, .. label, 59, .. Enumerable.Repeat((byte)'b', 59), 0, 0, 1, 0, 1,
            9, .. "ccccccccc"u8, 0xC0, 12, 0, 1, 0, 1,
        ];
        Assert.Equal(DnsQueryOutcome.Malformed, DnsQuery.TryDecode(message, out _));
    }

    [Fact]
    public void Names_at_the_limits_pass_and_beyond_them_do_not()
    {
        string label = new('a', 63);
        Assert.True(DnsName.TryCreate(string.Join('.', label, label, label, new string('b', 61)), out DnsName? longest));
        Assert.Equal(255, longest.Labels.Length);
        Assert.False(DnsName.TryCreate(string.Join('.', label, label, label, new string('b', 62)), out _));
        Assert.False(DnsName.TryCreate(label + "a", out _));
        Assert.False(DnsName.TryCreate("a..b", out _));
        Assert.False(DnsName.TryCreate("", out _));
        Assert.False(DnsName.TryCreate("é.example", out _));
        int offset = 0;
        Assert.True(DnsName.TryRead(longest.Labels, ref offset, out DnsName? read));
        Assert.Equal(255, offset);
        Assert.Equal(longest.Labels.ToArray(), read.Labels.ToArray());
    }

    [Fact]
    public void A_label_with_a_dot_and_the_root_are_no_hosts()
    {
        int offset = 0;
        Assert.True(DnsName.TryRead([3, (byte)'a', (byte)'.', (byte)'b', 0], ref offset, out DnsName? dotted));
        Assert.False(dotted.TryGetHost(out _));
        offset = 0;
        Assert.True(DnsName.TryRead([0], ref offset, out DnsName? root));
        Assert.False(root.TryGetHost(out _));
    }

    [Theory]
    [InlineData("4.3.2.1.in-addr.arpa", "1.2.3.4")]
    [InlineData("4.3.2.1.IN-ADDR.ARPA", "1.2.3.4")]
    [InlineData("b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "2001:db8::567:89ab")] // RFC 3596, section 2.5
    [InlineData("3.2.1.in-addr.arpa", null)]
    [InlineData("5.4.3.2.1.in-addr.arpa", null)]
    [InlineData("256.3.2.1.in-addr.arpa", null)]
    [InlineData("04.3.2.1.in-addr.arpa", null)]
    [InlineData("x.3.2.1.in-addr.arpa", null)]
    [InlineData("b.a.9.ip6.arpa", null)]
    [InlineData("bb.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", null)]
    [InlineData("www.example.com", null)]
    public void Reverse_names_are_addresses(string name, string? address)
    {
        Assert.True(DnsName.TryCreate(name, out DnsName? parsed));
        Assert.Equal(address is not null, parsed.TryGetReverseAddress(out IPAddress? found));
        Assert.Equal(address, found?.ToString());
    }

    [Fact]
    public void A_response_repeats_the_question_and_points_to_it()
    {
        DnsQuery.TryDecode(Query, out DnsQuery? query);
        byte[] response = new DnsResponse(query!, DnsResponseCode.NoError)
        {
            Question = query!.Questions[0],
            Answers = [DnsAnswer.From(IPAddress.Parse("192.0.2.1"), 60)],
        }.Encode(512);

        Assert.Equal(
            [
                0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 1,
                .. Query[12..33],
                0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1,
                0, 0, 41, 4, 0xD0, 0, 0, 0, 0, 0, 0,
            ],
            response);
    }

    [Fact]
    public void Answers_that_do_not_fit_are_left_out_and_said_to_be()
    {
        DnsQuery.TryDecode(Query, out DnsQuery? query);
        DnsResponse response = new(query!, DnsResponseCode.NoError)
        {
            Question = query!.Questions[0],
            Answers = [.. Enumerable.Range(0, 100).Select(i => DnsAnswer.From(new IPAddress([192, 0, 2, (byte)i]), 60))],
        };
        byte[] small = response.Encode(512);
        byte[] large = response.Encode(ushort.MaxValue);

        Assert.InRange(small.Length, 496, 512);
        Assert.Equal(0x02, small[2] & 0x02);
        Assert.Equal(29, small[7]);
        Assert.Equal(0, large[2] & 0x02);
        Assert.Equal(100, large[7]);
    }

    [Fact]
    public void Questions_that_do_not_fit_are_a_format_error()
    {
        byte[] name = [63, .. Enumerable.Repeat((byte)'a', 63), 63, .. Enumerable.Repeat((byte)'b', 63), 0];
        byte[] message = [0, 1, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, .. Enumerable.Repeat<byte[]>([.. name, 0, 1, 0, 1], 5).SelectMany(bytes => bytes)];
        Assert.Equal(DnsQueryOutcome.Query, DnsQuery.TryDecode(message, out DnsQuery? query));
        byte[] response = new DnsResponse(query!, DnsResponseCode.NoError).Encode(512);
        Assert.Equal([0, 1, 0x80, 0x81, 0, 0, 0, 0, 0, 0, 0, 0], response);
    }

    [Fact]
    public void A_PTR_answer_holds_a_name()
    {
        Assert.True(DnsName.TryCreate("host.example", out DnsName? name));
        DnsAnswer answer = DnsAnswer.From(name, 5);
        Assert.Equal(DnsType.Ptr, answer.Type);
        Assert.Equal([4, .. Encoding.ASCII.GetBytes("host"), 7, .. Encoding.ASCII.GetBytes("example"), 0], answer.Value.ToArray());
    }
}
