using System.Net;
using System.Text;
using Tunic.Tests.Tor.Protocol.Voting;
using static Tunic.Tests.Interop.Malformed.DocumentEdits;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>Descriptors that break one rule each, signed all the same (stock routerparse.c, process_descs.c).</summary>
internal static class DescriptorCases
{
    private const string Kept = "200 [None], kept";
    private const string NotKept = "200 [None], not kept"; // stock says 200 also to what it cannot read

    private static readonly string[] _singleLines = ["platform", "proto", "published", "fingerprint", "uptime", "bandwidth", "hidden-service-dir", "ntor-onion-key", "tunnelled-dir-server"];

    private static int _relays = 100;

    internal static IReadOnlyList<MalformedBytes> All { get; } =
    [
        Make("a good descriptor", Kept, body => body),
        Make("a descriptor with an unknown line", Kept, body => body.Replace("bandwidth ", "x-unknown a b c\nbandwidth ", StringComparison.Ordinal)),
        Make("a descriptor with lines that begin with opt", Kept, body => body.Replace("hidden-service-dir", "opt hidden-service-dir", StringComparison.Ordinal)),
        .. Optional("platform", "fingerprint", "uptime", "hidden-service-dir", "tunnelled-dir-server"),
        .. Missing("identity-ed25519", "master-key-ed25519", "proto", "published", "bandwidth", "onion-key", "onion-key-crosscert", "signing-key", "ntor-onion-key-crosscert", "ntor-onion-key", "reject"),
        .. _singleLines.Select(keyword => Make($"a descriptor with two lines {keyword}", NotKept, body => Twice(body, keyword))),
        Make("a descriptor whose identity-ed25519 is not the second line", NotKept, body => Swap(body)),
        Make("a descriptor with another master key than its certificate", NotKept, body => Line(body, "master-key-ed25519", new string('A', 43))),
        Make("a descriptor with another fingerprint", NotKept, body => Line(body, "fingerprint", string.Join(' ', Enumerable.Repeat("AAAA", 10)))),
        Make("a descriptor with a fingerprint cut off", NotKept, body => Line(body, "fingerprint", "AAAA")),
        .. Routers(NotKept, "nickname of 20 letters|aaaaaaaaaaaaaaaaaaaa 127.0.0.1 9001 0 0", "nickname with an underscore|a_b 127.0.0.1 9001 0 0", "line without a nickname| 127.0.0.1 9001 0 0"),
        .. Routers(NotKept, "address of three parts|a 127.0.0 9001 0 0", "address that is a name|a localhost 9001 0 0", "address of version 6|a ::1 9001 0 0"),
        .. Routers(Kept, "address 0.0.0.0|a 0.0.0.0 9001 0 0"),
        .. Routers(NotKept, "OR port 0|a 127.0.0.1 0 0 0", "OR port 70000|a 127.0.0.1 70000 0 0", "OR port of letters|a 127.0.0.1 x 0 0", "line of two fields|a 127.0.0.1"),
        .. Lines(Kept, "proto", "Link=4-5 Relay=", "Relay=1", "", "Link", "Link=5-1", "Link=4294967296"),
        .. Lines(NotKept, "bandwidth", "1 2", "x y z", "-1 -1 -1", "99999999999999999999 1 1", "0 0 0", ""),
        .. Lines(NotKept, "published", "2026-01-01", "yesterday", "2026-13-41 25:61:61", ""),
        .. Lines(NotKept, "uptime", "x", "-5", "99999999999999999999"),
        .. Lines(NotKept, "ntor-onion-key", "AAAA", "!!!!", new string('A', 43), ""),
        .. Lines(Kept, "platform", "Tor", "Something 1.0 on Linux", ""),
        .. Lines("400 Malformed platform string., not kept", "platform", "Tor x on Linux"),
        .. Lines("400 Tor version is insecure or unsupported. Please upgrade!, not kept", "platform", "Tor 0.4.7.16 on Linux"),
        .. Lines(NotKept, "reject", "foo", "1.2.3.4/99:*", "*:80-20", "*:70000", "*:*\naccept6 *:80", ""),
        .. Lines(Kept, "reject", "*:*\naccept *:80"),
        Make("a descriptor with a family line of garbage", NotKept, body => body.Replace("bandwidth ", "family $zz !! \u00fc\nbandwidth ", StringComparison.Ordinal)),
        Make("a descriptor with an or-address of garbage", Kept, body => body.Replace("bandwidth ", "or-address [zz]:1\nbandwidth ", StringComparison.Ordinal)),
        Make("a descriptor with an extra-info-digest of garbage", Kept, body => body.Replace("bandwidth ", "extra-info-digest zz\nbandwidth ", StringComparison.Ordinal)),
        Make("a descriptor with carriage returns", NotKept, body => body.Replace("\n", "\r\n", StringComparison.Ordinal)),
        Make("a descriptor with an empty line", Kept, body => body.Replace("bandwidth ", "\nbandwidth ", StringComparison.Ordinal)),
        Make("a descriptor with a zero in a line", NotKept, body => body.Replace("bandwidth ", "contact a\0b\nbandwidth ", StringComparison.Ordinal)),
        Make("a descriptor of 20,001 bytes and more", "400 Router descriptor was too large., not kept", body => body.Replace("bandwidth ", $"contact {new string('a', 20_000)}\nbandwidth ", StringComparison.Ordinal)),
        Make("a descriptor with an unfinished object", NotKept, body => body.Replace("-----END RSA PUBLIC KEY-----\n", "", StringComparison.Ordinal)),
        Make("a descriptor that says it is of yesterday", "400 Rejected: Server is expired, or your clock is too far in the past, or your timezone is not correct., not kept", body => body, TimeSpan.FromHours(-25)),
        Make("a descriptor that says it is of tomorrow", "400 Rejected: Your clock is set too far in the future, or your timezone is not correct., not kept", body => body, TimeSpan.FromHours(13)),
        Change("a descriptor with a broken Ed25519 signature", NotKept, text => Flip(text, "router-sig-ed25519 ")),
        Change("a descriptor with a broken RSA signature", NotKept, text => Flip(text, "-----BEGIN SIGNATURE-----\n")),
        Change("a descriptor without signatures", NotKept, text => text[..text.IndexOf("router-sig-ed25519", StringComparison.Ordinal)]),
        Change("a descriptor cut in half", NotKept, text => text[..(text.Length / 2)]),
        Change("a descriptor with lines behind it", Kept, text => text + "foo bar\n"),
        Change("a descriptor with lines before it", Kept, text => "foo bar\n" + text),
        Change("a descriptor behind the mark of UTF-8", "400 descriptor(s) or extrainfo(s) not valid UTF-8 or had BOM., not kept", text => "\ufeff" + text),
        new("bytes that are not UTF-8", "400 descriptor(s) or extrainfo(s) not valid UTF-8 or had BOM., not kept", [[0xff, 0xfe, 0xfd]]),
        new("an upload that is empty", NotKept, [Array.Empty<byte>()]),
        new("an upload of nonsense", NotKept, ["nonsense\n"u8.ToArray()]),
        new("an upload of zeros", NotKept, [new byte[1000]]),
    ];

    private static MalformedBytes Make(string name, string stock, Func<string, string> change, TimeSpan age = default) =>
        new(name, stock, [NewRelay().Write(DateTime.UtcNow + age, change)]);

    private static MalformedBytes Change(string name, string stock, Func<string, string> change) =>
        new(name, stock, [Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(NewRelay().Write(DateTime.UtcNow))))]);

    private static MadeRelay NewRelay()
    {
        var relay = new MadeRelay(_relays++);
        relay.Declaration = relay.Declaration with { Address = IPAddress.Loopback, OnionRouterPort = 9 }; // nobody is there to be tested
        return relay;
    }

    private static IEnumerable<MalformedBytes> Optional(params string[] keywords) => keywords.Select(keyword =>
        Make($"a descriptor without {keyword}", Kept, body => Without(body, keyword)));

    private static IEnumerable<MalformedBytes> Missing(params string[] keywords) => keywords.Select(keyword =>
        Make($"a descriptor without {keyword}", NotKept, body => Without(body, keyword)));

    private static IEnumerable<MalformedBytes> Routers(string stock, params string[] lines) => lines.Select(line => line.Split('|')).Select(line =>
        Make($"a descriptor with a router {line[0]}", stock, body => Line(body, "router", line[1])));

    private static IEnumerable<MalformedBytes> Lines(string stock, string keyword, params string[] values) => values.Select(value =>
        Make($"a descriptor with \"{keyword} {value.Replace("\n", "\\n", StringComparison.Ordinal)}\"", stock, body => Line(body, keyword, value)));

    private static string Swap(string body)
    {
        (int start, int end) = Find(body, "identity-ed25519");
        (_, int behind) = Find(body, "published");
        return body[..start] + body[end..behind] + body[start..end] + body[behind..];
    }

    private static string Flip(string text, string before)
    {
        int at = text.IndexOf(before, StringComparison.Ordinal) + before.Length + 8;
        return text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..];
    }
}
