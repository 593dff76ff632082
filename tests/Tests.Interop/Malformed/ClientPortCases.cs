using System.Text;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>What applications may get wrong (stock proto_socks.c, connection_edge.c, dnsserv.c).</summary>
internal static class ClientPortCases
{
    private static readonly byte[] _noAuthentication = [5, 1, 0];

    internal static IReadOnlyList<MalformedBytes> Socks { get; } =
    [
        Say("SOCKS 6", "closed", [6, 1, 0]),
        Say("SOCKS version 0", "closed", new byte[20]),
        Say("HTTP at the SOCKS port", "HTTP 501 page, closed", "GET / HTTP/1.0\r\n\r\n"u8.ToArray()),
        Say("CONNECT of HTTP at the SOCKS port", "HTTP 501 page, closed", "CONNECT a:80 HTTP/1.0\r\n\r\n"u8.ToArray()),
        Say("TLS at the SOCKS port", "closed", [22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, .. new byte[500]]),
        Say("SOCKS 5 without a method", "closed", [5, 0]),
        Say("SOCKS 5 with unknown methods", "05FF, closed", [5, 2, 3, 9]),
        Say("SOCKS 5 that stops in the methods", "waits", [5, 9, 0]),
        Say("a user name with the wrong version", "050205010001000000000000, closed", [5, 1, 2], [9, 1, (byte)'u', 1, (byte)'p']),
        Say("a user name of no letters", "05020100, waits", [5, 1, 2], [1, 0, 1, (byte)'p']),
        Say("a password of no letters", "05020100, waits", [5, 1, 2], [1, 1, (byte)'u', 0]),
        Say("a request before the user name", "050205010001000000000000, closed", [5, 1, 2], Request(1, "a", 80)),
        Say("a user name in an unknown form of <torS0X>", "050205010001000000000000, closed", [5, 1, 2], [1, 9, .. "<torS0X>9"u8, 1, (byte)'p']),
        Say("SOCKS 5 BIND", "050005070001000000000000, closed", _noAuthentication, Request(2, "a", 80)),
        Say("SOCKS 5 UDP ASSOCIATE", "050005070001000000000000, closed", _noAuthentication, Request(3, "a", 80)),
        Say("SOCKS 5 with an unknown command", "050005010001000000000000, closed", _noAuthentication, Request(0x77, "a", 80)),
        Say("SOCKS 5 with an unknown type of address", "050005010001000000000000, closed", _noAuthentication, [5, 1, 0, 9, 1, 2, 3, 4, 0, 80]),
        Say("a request of SOCKS 4 after methods of SOCKS 5", "0500, waits", _noAuthentication, [4, 1, 0, 3, 1, (byte)'a', 0, 80]) with { Ours = "050005010001000000000000, closed", Why = "stock takes it for a new request, of which the user name is missing; two versions in one connection are nobody's" },
        Say("SOCKS 5 to a name of no letters", "050005010001000000000000, closed", _noAuthentication, Request(1, "", 80)),
        Say("SOCKS 5 to port 0", "050005010001000000000000, closed", _noAuthentication, Request(1, "example.test", 0)),
        Say("SOCKS 5 to a name with a space", "050005010001000000000000, closed", _noAuthentication, Request(1, "a b", 80)),
        Say("SOCKS 5 to a name with a zero", "050005040001000000000000, closed", _noAuthentication, Request(1, "a\0b", 80)) with { Ours = "050005010001000000000000, closed", Why = "no name has a zero; stock asks for what stands before it" },
        Say("SOCKS 5 to a name of 255 letters", "050005040001000000000000, closed", _noAuthentication, Request(1, new string('a', 255), 80)),
        Say("SOCKS 5 to a name with a line break", "050005010001000000000000, closed", _noAuthentication, Request(1, "a\r\nb", 80)),
        Say("SOCKS 5 to a name of bytes beyond ASCII", "050005010001000000000000, closed", _noAuthentication, Request(1, "\u00e4\u00f6", 80)),
        Say("SOCKS 5 to an onion name of version 2", "050005010001000000000000, closed", _noAuthentication, Request(1, "aaaaaaaaaaaaaaaa.onion", 80)),
        Say("SOCKS 5 to an onion name that is too short", "050005010001000000000000, closed", _noAuthentication, Request(1, "abc.onion", 80)),
        Say("SOCKS 5 to an onion name with a wrong checksum", "050005010001000000000000, closed", _noAuthentication, Request(1, new string('a', 56) + ".onion", 80)),
        Say("SOCKS 5 to an exit name", "050005010001000000000000, closed", _noAuthentication, Request(1, "a.b.exit", 80)),
        Say("RESOLVE of an onion name", "050005040000000000000000, closed", _noAuthentication, Request(0xf0, new string('a', 56) + ".onion", 0)) with { Ours = "050005040001000000000000, closed", Why = "the same code, with a type of address that RFC 1928 has" },
        Say("RESOLVE of an address", "050005000001C00002010000, closed", _noAuthentication, Request(0xf0, "192.0.2.1", 0)),
        Say("RESOLVE_PTR of a name", "050005080001000000000000, closed", _noAuthentication, Request(0xf1, "example.test", 0)),
        Say("SOCKS 5 that stops in the request", "0500, waits", _noAuthentication, [5, 1, 0, 3, 9]),
        Say("SOCKS 4 BIND", "005B000000000000, closed", [4, 2, 0, 80, 127, 0, 0, 1, 0]),
        Say("SOCKS 4 with an unknown command", "005B000000000000, closed", [4, 9, 0, 80, 127, 0, 0, 1, 0]),
        Say("SOCKS 4 to port 0", "005B000000000000, closed", [4, 1, 0, 0, 192, 0, 2, 1, 0]),
        Say("SOCKS 4 to address 0.0.0.0", "005B000000000000, closed", [4, 1, 0, 80, 0, 0, 0, 0, 0]),
        Say("SOCKS 4a without a name", "005B000000000000, closed", [4, 1, 0, 80, 0, 0, 0, 1, 0, 0]),
        Say("SOCKS 4a to a name with a space", "005B000000000000, closed", [4, 1, 0, 80, 0, 0, 0, 1, 0, .. "a b\0"u8]),
        Say("SOCKS 4a to a name of 300 letters", "005B000000000000, closed", [4, 1, 0, 80, 0, 0, 0, 1, 0, .. Enumerable.Repeat((byte)'a', 300), 0]),
        Say("SOCKS 4 with a user name that never ends", "005B000000000000, closed", [4, 1, 0, 80, 192, 0, 2, 1, .. Enumerable.Repeat((byte)'u', 2_000)]),
    ];

    internal static IReadOnlyList<MalformedBytes> Http { get; } =
    [
        Line("HTTP CONNECT without a port", "502", "CONNECT example.test HTTP/1.1") with { Ours = "400", Why = "our proxy also takes requests for pages, and says in HTTP what is wrong" },
        Line("HTTP CONNECT to port 0", "400", "CONNECT example.test:0 HTTP/1.1"),
        Line("HTTP CONNECT to port 70000", "400", "CONNECT example.test:70000 HTTP/1.1"),
        Line("HTTP CONNECT without a host", "503", "CONNECT :80 HTTP/1.1") with { Ours = "400", Why = "our proxy also takes requests for pages, and says in HTTP what is wrong" },
        Line("HTTP CONNECT to a name with a control character", "502", "CONNECT a\u0001b:80 HTTP/1.1") with { Ours = "400", Why = "our proxy also takes requests for pages, and says in HTTP what is wrong" },
        Line("HTTP CONNECT to an onion name that is too short", "502", "CONNECT abc.onion:80 HTTP/1.1") with { Ours = "403", Why = "our proxy also takes requests for pages, and says in HTTP what is wrong" },
        Line("HTTP CONNECT of an unknown version", "closed", "CONNECT example.test:80 HTTP/9.9") with { Ours = "505", Why = "our proxy also takes requests for pages, and says in HTTP what is wrong" },
        Line("HTTP CONNECT without a version", "closed", "CONNECT example.test:80") with { Ours = "400", Why = "our proxy also takes requests for pages, and says in HTTP what is wrong" },
        Line("HTTP with an unknown method", "closed", "BREW / HTTP/1.1"),
        Line("HTTP GET of a path", "closed", "GET / HTTP/1.1"),
        Line("HTTP of nonsense", "closed", "nonsense") with { Ours = "400", Why = "our proxy also takes requests for pages, and says in HTTP what is wrong" },
        Line("HTTP of bytes that are no text", "closed", "\u0001\u0002\u0003"),
        Line("HTTP with a head of 100,000 bytes", "closed", "CONNECT example.test:80 HTTP/1.1\r\nX: " + new string('x', 100_000)) with { Ours = "431", Why = "our proxy also takes requests for pages, and says in HTTP what is wrong" },
        Say("SOCKS 5 at the HTTP port", "waits", [5, 1, 0]) with { Ours = "closed", Why = "our proxy also takes requests for pages, and says in HTTP what is wrong" },
    ];

    /// <remarks>Nothing shorter than a header: one datagram of five bytes, or of none, ends a stock client's process (libevent's assertion). Ours
    /// ignores it: DnsQueryTests, DnsListenerTests.</remarks>
    internal static IReadOnlyList<MalformedBytes> Dns { get; } =
    [
        Say("DNS without a question", "nothing", Query([], questions: 0)) with { Ours = "code 0, 0 answers", Why = "RFC 1035 has a code for it; a resolver without an answer waits and asks again" },
        Say("DNS with a question that is cut off", "nothing", Query([3, (byte)'a'])) with { Ours = "code 1, 0 answers", Why = "RFC 1035 has a code for it; a resolver without an answer waits and asks again" },
        Say("DNS with two questions", "code 2, 0 answers", Query([.. Question("a.onion", 1), .. Question("b.onion", 1)], questions: 2)) with { Ours = "code 3, 0 answers", Why = "RFC 1035 has a code for just that" },
        Say("DNS that announces 65,535 questions", "nothing", Query(Question("a.onion", 1), questions: 65_535)) with { Ours = "code 1, 0 answers", Why = "RFC 1035 has a code for it; a resolver without an answer waits and asks again" },
        Say("DNS that is an answer", "nothing", Query(Question("a.onion", 1), flags: 0x80)),
        Say("DNS with an unknown operation", "code 2, 0 answers", Query(Question("a.onion", 1), flags: 0x79)) with { Ours = "code 4, 0 answers", Why = "RFC 1035 has a code for just that" },
        Say("DNS of the type TXT", "code 4, 0 answers", Query(Question("example.test", 16))),
        Say("DNS of the type ANY", "code 4, 0 answers", Query(Question("abc.onion", 255))),
        Say("DNS of the class CHAOS", "code 4, 0 answers", Query(Question("example.test", 1, 3))),
        Say("DNS of an onion name that is too short", "code 2, 0 answers", Query(Question("abc.onion", 1))) with { Ours = "code 3, 0 answers", Why = "RFC 1035 has a code for just that" },
        Say("DNS of an exit name", "code 2, 0 answers", Query(Question("a.exit", 1))),
        Say("DNS of an empty name", "code 3, 0 answers", Query([0, 0, 1, 0, 1])) with { Ours = "code 2, 0 answers", Why = "that it has no address is for an exit to say" },
        Say("DNS of a label of 64 letters", "nothing", Query([64, .. Enumerable.Repeat((byte)'a', 64), 0, 0, 1, 0, 1])) with { Ours = "code 1, 0 answers", Why = "RFC 1035 has a code for it; a resolver without an answer waits and asks again" },
        Say("DNS of a name that points to itself", "nothing", Query([0xc0, 12, 0, 1, 0, 1])) with { Ours = "code 1, 0 answers", Why = "RFC 1035 has a code for it; a resolver without an answer waits and asks again" },
        Say("DNS of a name that points beyond the message", "nothing", Query([0xc3, 0xff, 0, 1, 0, 1])) with { Ours = "code 1, 0 answers", Why = "RFC 1035 has a code for it; a resolver without an answer waits and asks again" },
        Say("DNS of a reverse name that is none", "code 2, 0 answers", Query(Question("x.in-addr.arpa", 12))) with { Ours = "code 3, 0 answers", Why = "RFC 1035 has a code for just that" },
        Say("DNS with bytes after the question", "code 2, 0 answers", Query([.. Question("a.exit", 1), 1, 2, 3])),
    ];

    private static MalformedBytes Say(string name, string stock, params byte[][] parts) => new(name, stock, parts);

    private static MalformedBytes Line(string name, string stock, string line) => Say(name, stock, Encoding.Latin1.GetBytes(line + "\r\n\r\n"));

    private static byte[] Request(byte command, string host, ushort port) =>
        [5, command, 0, 3, (byte)host.Length, .. Encoding.Latin1.GetBytes(host), (byte)(port >> 8), (byte)port];

    private static byte[] Question(string name, byte type, byte ofClass = 1) =>
        [.. Support.DnsExchange.EncodeName(name), 0, type, 0, ofClass];

    private static byte[] Query(byte[] body, byte flags = 1, ushort questions = 1) =>
        [0x12, 0x34, flags, 0, (byte)(questions >> 8), (byte)questions, 0, 0, 0, 0, 0, 0, .. body];
}
