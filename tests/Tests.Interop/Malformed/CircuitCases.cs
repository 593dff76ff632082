using System.Net;
using System.Net.Sockets;
using System.Text;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>Relay messages that a circuit of one hop must not carry, or not so (stock relay.c, circuitbuild_relay.c, sendme.c, connection_edge.c).</summary>
internal static class CircuitCases
{
    private static readonly TcpListener _silent = new(IPAddress.Loopback, 0);
    private static readonly byte[] _garbage = [.. Enumerable.Repeat((byte)0xee, 100)];
    private static readonly byte[] _identity = [.. Enumerable.Repeat((byte)0x42, 20)];
    private static readonly byte[] _address = [0, 6, 127, 0, 0, 1, 0, 9];
    private static readonly byte[] _create = [0, 2, 0, 84, .. new byte[84]];

    static CircuitCases() => _silent.Start();

    internal static IReadOnlyList<MalformedCase<RawPath>> All { get; } =
    [
        new("a relay cell that nobody recognises", "DESTROY 1", path => path.SendUnrecognizedAsync()),
        new("a relay message longer than its cell", "DESTROY 1", path => path.SendAsync(Payload(RelayCommand.Drop, 0, 499))),
        new("a relay message of 65,535 bytes", "DESTROY 1", path => path.SendAsync(Payload(RelayCommand.Drop, 0, 65_535))),
        new("an unknown relay command", "nothing", path => path.SendAsync((RelayCommand)99, 0, _garbage)),
        new("an unknown relay command with a stream id", "nothing", path => path.SendAsync((RelayCommand)99, 5, _garbage)),
        new("relay command 0", "nothing", path => path.SendAsync(0, 0, _garbage)),
        new("DROP", "nothing", path => path.SendAsync(RelayCommand.Drop, 0, _garbage)),
        new("DROP with a stream id", "nothing", path => path.SendAsync(RelayCommand.Drop, 5, _garbage)),
        new("the ninth RELAY_EARLY", "DESTROY 1", async path =>
        {
            for (int i = 0; i < 9; i++)
            {
                await path.SendAsync(RelayCommand.Drop, 0, [], CellCommand.RelayEarly);
            }
        }),
        .. Backwards(RelayCommand.Connected, RelayCommand.Resolved, RelayCommand.Extended, RelayCommand.Extended2, RelayCommand.Truncated),
        new("EXTEND", "DESTROY 1", path => path.SendAsync(RelayCommand.Extend, 0, _garbage, CellCommand.RelayEarly)),
        .. Extend2("DESTROY 1", ("of garbage", _garbage), ("that is empty", []), ("without specifiers", [0, .. _create])),
        .. Extend2("DESTROY 1", ("without an identity", [1, .. _address, .. _create]), ("without an address", [1, 2, 20, .. _identity, .. _create])),
        .. Extend2("DESTROY 1", ("with two RSA identities", [3, .. _address, 2, 20, .. _identity, 2, 20, .. _identity, .. _create]), ("to a zero identity", [2, .. _address, 2, 20, .. new byte[20], .. _create])),
        .. Extend2("DESTROY 1", ("to port 0", [2, 0, 6, 127, 0, 0, 1, 0, 0, 2, 20, .. _identity, .. _create]), ("to address 0.0.0.0", [2, 0, 6, 0, 0, 0, 0, 0, 9, 2, 20, .. _identity, .. _create])),
        .. Extend2("DESTROY 1", ("with an IPv4 address of five bytes", [2, 0, 5, 127, 0, 0, 1, 9, 2, 20, .. _identity, .. _create]), ("whose handshake runs past the cell", [2, .. _address, 2, 20, .. _identity, 0, 2, 255, 255])),
        new("EXTEND2 with a stream id", "nothing", path => path.SendAsync(RelayCommand.Extend2, 5, [2, .. _address, 2, 20, .. _identity, .. _create], CellCommand.RelayEarly)),
        new("EXTEND2 in a RELAY cell", "nothing", path => path.SendAsync(RelayCommand.Extend2, 0, [2, .. _address, 2, 20, .. _identity, .. _create])),
        new("EXTEND2 to where nobody listens", "DESTROY 8", async path =>
        {
            await path.SendAsync(RelayCommand.Extend2, 0, [2, .. _address, 2, 20, .. _identity, .. _create], CellCommand.RelayEarly);
            await path.WaitForAnswersAsync();
        }),
        new("EXTEND2 twice", "DESTROY 1", async path =>
        {
            int port = ((IPEndPoint)_silent.LocalEndpoint).Port; // its peer goes on waiting for TLS
            byte[] body = [2, 0, 6, 127, 0, 0, 1, (byte)(port >> 8), (byte)port, 2, 20, .. _identity, .. _create];
            await path.SendAsync(RelayCommand.Extend2, 0, body, CellCommand.RelayEarly);
            await path.SendAsync(RelayCommand.Extend2, 0, body, CellCommand.RelayEarly);
        }),
        new("TRUNCATE with nothing behind", "TRUNCATED 3", path => path.SendAsync(RelayCommand.Truncate, 0, [])),
        new("TRUNCATE with a stream id", "TRUNCATED 3", path => path.SendAsync(RelayCommand.Truncate, 5, [3])),
        new("SENDME that nobody waits for", "DESTROY 1", path => path.SendAsync(RelayCommand.Sendme, 0, [])),
        new("SENDME of version 1 that nobody waits for", "DESTROY 1", path => path.SendAsync(RelayCommand.Sendme, 0, [1, 0, 20, .. new byte[20]])),
        new("SENDME of an unknown version", "DESTROY 1", path => path.SendAsync(RelayCommand.Sendme, 0, [9, 0, 20, .. new byte[20]])),
        new("SENDME cut off", "DESTROY 1", path => path.SendAsync(RelayCommand.Sendme, 0, [1, 0, 20, 1])),
        .. Stream("of an unknown stream", 5, RelayCommand.Data, RelayCommand.End, RelayCommand.Sendme, RelayCommand.Xon, RelayCommand.Xoff),
        .. Stream("of stream 0", 0, RelayCommand.Data, RelayCommand.End, RelayCommand.Xon, RelayCommand.Xoff, RelayCommand.Begin, RelayCommand.BeginDir, RelayCommand.Resolve),
        new("BEGIN at the first hop", "END 13", path => AskAsync(path, RelayCommand.Begin, Encoding.ASCII.GetBytes("127.0.0.1:80\0"))),
        new("BEGIN of garbage at the first hop", "END 13", path => AskAsync(path, RelayCommand.Begin, _garbage)),
        new("BEGIN_DIR with a body", "CONNECTED", path => AskAsync(path, RelayCommand.BeginDir, _garbage)),
        new("BEGIN_DIR twice with one stream id", "CONNECTED", async path =>
        {
            await AskAsync(path, RelayCommand.BeginDir, []);
            await path.SendAsync(RelayCommand.BeginDir, 5, []);
        }),
        new("a directory stream that sends no HTTP", "CONNECTED, END 6", async path =>
        {
            await AskAsync(path, RelayCommand.BeginDir, []);
            await path.SendAsync(RelayCommand.Data, 5, "nonsense\r\n\r\n"u8.ToArray());
            await path.WaitForAnswersAsync(2);
        }),
        new("a directory stream, and then CONNECTED from the client", "CONNECTED, DESTROY 1", async path =>
        {
            await AskAsync(path, RelayCommand.BeginDir, []);
            await path.SendAsync(RelayCommand.Connected, 5, []);
        }),
        new("a directory stream with a SENDME that nobody waits for", "CONNECTED, DESTROY 1", async path =>
        {
            await AskAsync(path, RelayCommand.BeginDir, []);
            await path.SendAsync(RelayCommand.Sendme, 5, []);
        }),
        new("END of an unknown stream without a reason", "DESTROY 1", path => path.SendAsync(RelayCommand.End, 5, [])),
        new("END without a reason", "CONNECTED, DESTROY 1", async path =>
        {
            await AskAsync(path, RelayCommand.BeginDir, []);
            await path.SendAsync(RelayCommand.End, 5, []);
        }),
        new("END twice", "CONNECTED", async path =>
        {
            await AskAsync(path, RelayCommand.BeginDir, []);
            await path.SendAsync(RelayCommand.End, 5, [6]);
            await path.SendAsync(RelayCommand.End, 5, [6]);
        }),
        new("DATA after END", "CONNECTED", async path =>
        {
            await AskAsync(path, RelayCommand.BeginDir, []);
            await path.SendAsync(RelayCommand.End, 5, [6]);
            await path.SendAsync(RelayCommand.Data, 5, _garbage);
        }),
        new("RESOLVE of garbage at the first hop", "RESOLVED 241", path => AskAsync(path, RelayCommand.Resolve, [.. _garbage, 0])),
        new("RESOLVE that is empty", "RESOLVED 241", path => AskAsync(path, RelayCommand.Resolve, [])),
        new("RESOLVE without its zero", "RESOLVED 241", path => AskAsync(path, RelayCommand.Resolve, Encoding.ASCII.GetBytes("127.0.0.1"))),
    ];

    private static Task AskAsync(RawPath path, RelayCommand command, byte[] body) => path.AskAsync(command, 5, body);

    private static IEnumerable<MalformedCase<RawPath>> Extend2(string answer, params (string What, byte[] Body)[] bodies) => bodies.Select(each =>
        new MalformedCase<RawPath>($"EXTEND2 {each.What}", answer, path => path.SendAsync(RelayCommand.Extend2, 0, each.Body, CellCommand.RelayEarly)));

    private static IEnumerable<MalformedCase<RawPath>> Backwards(params RelayCommand[] commands) => commands.Select(command =>
        new MalformedCase<RawPath>($"{RawPath.NameOf(command)} from the client", "nothing", path => path.SendAsync(command, (ushort)(command is RelayCommand.Connected or RelayCommand.Resolved ? 5 : 0), _garbage)));

    private static IEnumerable<MalformedCase<RawPath>> Stream(string what, ushort streamId, params RelayCommand[] commands) => commands.Select(command =>
        new MalformedCase<RawPath>($"{RawPath.NameOf(command)} {what}", "nothing", path => path.SendAsync(command, streamId, command is RelayCommand.Begin or RelayCommand.Resolve ? "127.0.0.1:80\0"u8.ToArray() : [0, 0, 0, 1])));

    /// <summary>A recognised payload that says it is longer than it can be.</summary>
    private static byte[] Payload(RelayCommand command, ushort streamId, ushort length)
    {
        var payload = new byte[Cell.BodyLength];
        payload[0] = (byte)command;
        payload[3] = (byte)(streamId >> 8);
        payload[4] = (byte)streamId;
        payload[9] = (byte)(length >> 8);
        payload[10] = (byte)length;
        return payload;
    }
}
