using System.Text;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>What applications may get wrong (stock proto_socks.c, connection_edge.c, dnsserv.c).</summary>
internal static class ClientPortCases
{
    private static readonly byte[] _noAuthentication = [5, 1, 0];

    internal static IReadOnlyList<MalformedBytes> Socks { get; } =
    [
        Say("SOCKS 6", "?", [6, 1, 0]),
        Say("SOCKS version 0", "?", new byte[20]),
        Say("HTTP at the SOCKS port", "?", "GET / HTTP/1.0\r\n\r\n"u8.ToArray()),
        Say("CONNECT of HTTP at the SOCKS port", "?", "CONNECT a:80 HTTP/1.0\r\n\r\n"u8.ToArray()),
        Say("TLS at the SOCKS port", "?", [22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, .. new byte[500]]),
        Say("SOCKS 5 without a method", "?", [5, 0]),
        Say("SOCKS 5 with unknown methods", "?", [5, 2, 3, 9]),
        Say("SOCKS 5 that stops in the methods", "?", [5, 9, 0]),
        Say("a user name with the wrong version", "?", [5, 1, 2], [9, 1, (byte)'u', 1, (byte)'p']),
        Say("a user name of no letters", "?", [5, 1, 2], [1, 0, 1, (byte)'p']),
        Say("a password of no letters", "?", [5, 1, 2], [1, 1, (byte)'u', 0]),
        Say("a request before the user name", "?", [5, 1, 2], Request(1, "a", 80)),
        Say("a user name in an unknown form of <torS0X>", "?", [5, 1, 2], [1, 9, .. "<torS0X>9"u8, 1, (byte)'p']),
        Say("SOCKS 5 BIND", "?", _noAuthentication, Request(2, "a", 80)),
        Say("SOCKS 5 UDP ASSOCIATE", "?", _noAuthentication, Request(3, "a", 80)),
        Say("SOCKS 5 with an unknown command", "?", _noAuthentication, Request(0x77, "a", 80)),
        Say("SOCKS 5 with an unknown type of address", "?", _noAuthentication, [5, 1, 0, 9, 1, 2, 3, 4, 0, 80]),
        Say("a request of SOCKS 4 after methods of SOCKS 5", "?", _noAuthentication, [4, 1, 0, 3, 1, (byte)'a', 0, 80]),
        Say("SOCKS 5 to a name of no letters", "?", _noAuthentication, Request(1, "", 80)),
        Say("SOCKS 5 to port 0", "?", _noAuthentication, Request(1, "example.test", 0)),
        Say("SOCKS 5 to a name with a space", "?", _noAuthentication, Request(1, "a b", 80)),
        Say("SOCKS 5 to a name with a zero", "?", _noAuthentication, Request(1, "a\0b", 80)),
        Say("SOCKS 5 to a name of 255 letters", "?", _noAuthentication, Request(1, new string('a', 255), 80)),
        Say("SOCKS 5 to a name with a line break", "?", _noAuthentication, Request(1, "a\r\nb", 80)),
        Say("SOCKS 5 to a name of bytes beyond ASCII", "?", _noAuthentication, Request(1, "\u00e4\u00f6", 80)),
        Say("SOCKS 5 to an onion name of version 2", "?", _noAuthentication, Request(1, "aaaaaaaaaaaaaaaa.onion", 80)),
        Say("SOCKS 5 to an onion name that is too short", "?", _noAuthentication, Request(1, "abc.onion", 80)),
        Say("SOCKS 5 to an onion name with a wrong checksum", "?", _noAuthentication, Request(1, new string('a', 56) + ".onion", 80)),
        Say("SOCKS 5 to an exit name", "?", _noAuthentication, Request(1, "a.b.exit", 80)),
        Say("RESOLVE of an onion name", "?", _noAuthentication, Request(0xf0, new string('a', 56) + ".onion", 0)),
        Say("RESOLVE of an address", "?", _noAuthentication, Request(0xf0, "192.0.2.1", 0)),
        Say("RESOLVE_PTR of a name", "?", _noAuthentication, Request(0xf1, "example.test", 0)),
        Say("SOCKS 5 that stops in the request", "?", _noAuthentication, [5, 1, 0, 3, 9]),
        Say("SOCKS 4 BIND", "?", [4, 2, 0, 80, 127, 0, 0, 1, 0]),
        Say("SOCKS 4 with an unknown command", "?", [4, 9, 0, 80, 127, 0, 0, 1, 0]),
        Say("SOCKS 4 to port 0", "?", [4, 1, 0, 0, 192, 0, 2, 1, 0]),
        Say("SOCKS 4 to address 0.0.0.0", "?", [4, 1, 0, 80, 0, 0, 0, 0, 0]),
        Say("SOCKS 4a without a name", "?", [4, 1, 0, 80, 0, 0, 0, 1, 0, 0]),
        Say("SOCKS 4a to a name with a space", "?", [4, 1, 0, 80, 0, 0, 0, 1, 0, .. "a b\0"u8]),
        Say("SOCKS 4a to a name of 300 letters", "?", [4, 1, 0, 80, 0, 0, 0, 1, 0, .. Enumerable.Repeat((byte)'a', 300), 0]),
        Say("SOCKS 4 with a user name that never ends", "?", [4, 1, 0, 80, 192, 0, 2, 1, .. Enumerable.Repeat((byte)'u', 2_000)]),
    ];

    internal static IReadOnlyList<MalformedBytes> Http { get; } =
    [
        Line("HTTP CONNECT without a port", "?", "CONNECT example.test HTTP/1.1"),
        Line("HTTP CONNECT to port 0", "?", "CONNECT example.test:0 HTTP/1.1"),
        Line("HTTP CONNECT to port 70000", "?", "CONNECT example.test:70000 HTTP/1.1"),
        Line("HTTP CONNECT without a host", "?", "CONNECT :80 HTTP/1.1"),
        Line("HTTP CONNECT to a name with a control character", "?", "CONNECT a\u0001b:80 HTTP/1.1"),
        Line("HTTP CONNECT to an onion name that is too short", "?", "CONNECT abc.onion:80 HTTP/1.1"),
        Line("HTTP CONNECT of an unknown version", "?", "CONNECT example.test:80 HTTP/9.9"),
        Line("HTTP CONNECT without a version", "?", "CONNECT example.test:80"),
        Line("HTTP with an unknown method", "?", "BREW / HTTP/1.1"),
        Line("HTTP GET of a path", "?", "GET / HTTP/1.1"),
        Line("HTTP of nonsense", "?", "nonsense"),
        Line("HTTP of bytes that are no text", "?", "\u0001\u0002\u0003"),
        Line("HTTP with a head of 100,000 bytes", "?", "CONNECT example.test:80 HTTP/1.1\r\nX: " + new string('x', 100_000)),
        Say("SOCKS 5 at the HTTP port", "?", [5, 1, 0]),
    ];

    internal static IReadOnlyList<MalformedBytes> Dns { get; } =
    [
        Say("DNS of five bytes", "?", [1, 2, 3, 4, 5]),
        Say("DNS of no bytes", "?", []),
        Say("DNS without a question", "?", Query([], questions: 0)),
        Say("DNS with a question that is cut off", "?", Query([3, (byte)'a'])),
        Say("DNS with two questions", "?", Query([.. Question("a.onion", 1), .. Question("b.onion", 1)], questions: 2)),
        Say("DNS that announces 65,535 questions", "?", Query(Question("a.onion", 1), questions: 65_535)),
        Say("DNS that is an answer", "?", Query(Question("a.onion", 1), flags: 0x80)),
        Say("DNS with an unknown operation", "?", Query(Question("a.onion", 1), flags: 0x79)),
        Say("DNS of the type TXT", "?", Query(Question("example.test", 16))),
        Say("DNS of the type ANY", "?", Query(Question("abc.onion", 255))),
        Say("DNS of the class CHAOS", "?", Query(Question("example.test", 1, 3))),
        Say("DNS of an onion name that is too short", "?", Query(Question("abc.onion", 1))),
        Say("DNS of an exit name", "?", Query(Question("a.exit", 1))),
        Say("DNS of an empty name", "?", Query([0, 0, 1, 0, 1])),
        Say("DNS of a label of 64 letters", "?", Query([64, .. Enumerable.Repeat((byte)'a', 64), 0, 0, 1, 0, 1])),
        Say("DNS of a name that points to itself", "?", Query([0xc0, 12, 0, 1, 0, 1])),
        Say("DNS of a name that points beyond the message", "?", Query([0xc3, 0xff, 0, 1, 0, 1])),
        Say("DNS of a reverse name that is none", "?", Query(Question("x.in-addr.arpa", 12))),
        Say("DNS with bytes after the question", "?", Query([.. Question("a.exit", 1), 1, 2, 3])),
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
