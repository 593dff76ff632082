using System.Text;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>Streams that an exit cannot or must not open, asked for over a circuit of two hops (stock connection_edge.c, dnsserv.c, dns.c).</summary>
internal static class ExitStreamCases
{
    private const ushort Stream = 5;

    internal static IReadOnlyList<MalformedCase<RawPath>> All(int serverPort) =>
    [
        .. Begin("END 13", ("that is empty", ""), ("of a zero", "\0"), ("without a port", "127.0.0.1\0"), ("without its zero", $"127.0.0.1:{serverPort}")),
        .. Begin("END 13", ("to port 0", "127.0.0.1:0\0"), ("to port 65536", "127.0.0.1:65536\0"), ("to port -1", "127.0.0.1:-1\0"), ("to a port that is a word", "127.0.0.1:http\0")),
        .. Begin("END 13", ("to an IPv6 address without brackets", "::1:80\0"), ("to a name with a zero inside", "a\0b:80\0")),
        .. Begin("END 4", ("to a refused port", $"127.0.0.1:{SharedStockNetwork.RefusedPort}\0"), ("to an IPv6 address", "[::1]:80\0"), ("to address 0.0.0.0", $"0.0.0.0:{serverPort}\0")),
        .. Begin("END 2", ("without a host", ":80\0"), ("to an address of five parts", "1.2.3.4.5:80\0"), ("to a name with a space", "a b:80\0"), ("to a name of 300 letters", new string('a', 300) + ":80\0")),
        .. Begin("END 2", ("to a name with an underscore", "_x.tunic.test:80\0"), ("to an onion name", "x.onion:80\0"), ("to an exit name", "x.exit:80\0"), ("to a name that is UTF-8", "\u00fc.test:80\0")),
        .. Begin("END 2", ("to a name that does not exist", $"{LoopbackNameServer.UnknownName}:80\0")),
        new("BEGIN to a closed port", "END 1", path => AskAsync(path, RelayCommand.Begin, "127.0.0.1:11\0"u8.ToArray()))
        {
            Ours = "END 3",
            Why = "refused is what it is; stock reads the system's error after another call has replaced it",
        },
        new("BEGIN with every flag set", "END 4", path => AskAsync(path, RelayCommand.Begin, [.. Encoding.ASCII.GetBytes($"127.0.0.1:{serverPort}\0"), 255, 255, 255, 255])),
        new("BEGIN with flags cut off", "CONNECTED", path => AskAsync(path, RelayCommand.Begin, [.. Encoding.ASCII.GetBytes($"127.0.0.1:{serverPort}\0"), 0, 0])),
        new("BEGIN twice with one stream id", "CONNECTED", async path =>
        {
            await AskAsync(path, RelayCommand.Begin, Encoding.ASCII.GetBytes($"127.0.0.1:{serverPort}\0"));
            await path.SendAsync(RelayCommand.Begin, Stream, Encoding.ASCII.GetBytes($"127.0.0.1:{serverPort}\0"));
        }),
        new("SENDME of a stream that waits for none", "CONNECTED, DESTROY 11", async path =>
        {
            await AskAsync(path, RelayCommand.Begin, Encoding.ASCII.GetBytes($"127.0.0.1:{serverPort}\0"));
            await path.SendAsync(RelayCommand.Sendme, Stream, []);
        }),
        new("XOFF on a circuit without congestion control", "CONNECTED", async path =>
        {
            await AskAsync(path, RelayCommand.Begin, Encoding.ASCII.GetBytes($"127.0.0.1:{serverPort}\0"));
            await path.SendAsync(RelayCommand.Xoff, Stream, [0]);
        }),
        .. Resolve("RESOLVED 241", ("of an address", "127.0.0.1\0"), ("of an IPv6 address", "::1\0"), ("of a name that does not exist", $"{LoopbackNameServer.UnknownName}\0"), ("of a name with a space", "a b\0")),
        .. Resolve("RESOLVED 241", ("of a reverse name that is none", "x.in-addr.arpa\0"), ("of a reverse name of three parts", "2.0.192.in-addr.arpa\0"), ("of an onion name", "x.onion\0"), ("of a zero", "\0")),
        .. Resolve("RESOLVED 241", ("of a reverse name that does not exist", "9.9.9.9.in-addr.arpa\0"), ("of a name of 300 letters", new string('a', 300) + "\0")),
    ];

    private static Task AskAsync(RawPath path, RelayCommand command, byte[] body) => path.AskAsync(command, Stream, body);

    private static IEnumerable<MalformedCase<RawPath>> Begin(string answer, params (string What, string Target)[] targets) => targets.Select(each =>
        new MalformedCase<RawPath>($"BEGIN {each.What}", answer, path => AskAsync(path, RelayCommand.Begin, Encoding.UTF8.GetBytes(each.Target))));

    private static IEnumerable<MalformedCase<RawPath>> Resolve(string answer, params (string What, string Name)[] names) => names.Select(each =>
        new MalformedCase<RawPath>($"RESOLVE {each.What}", answer, path => AskAsync(path, RelayCommand.Resolve, Encoding.UTF8.GetBytes(each.Name))));
}
