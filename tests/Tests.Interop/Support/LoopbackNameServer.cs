using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tunic.Tests.Interop.Support;

/// <summary>A name server on 127.0.0.1 for exits: it knows one name and the name of one address, and no other.</summary>
public sealed class LoopbackNameServer : IAsyncDisposable
{
    /// <summary>Has the address 127.0.0.1.</summary>
    public const string KnownName = "web.tunic.test";

    /// <summary>Has the name <see cref="NameOfAddress"/>.</summary>
    public const string KnownAddress = "192.0.2.10";

    public const string NameOfAddress = "host.tunic.test";

    public const string UnknownName = "nobody.tunic.test";

    private const int NameError = 3;
    private const int QuestionOffset = 12;

    private readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, LoopbackPorts.Take()));
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    public LoopbackNameServer() => _serving = ServeAsync();

    /// <summary>As resolv.conf has it.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_socket.Client.LocalEndPoint!).Port}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            UdpReceiveResult question = await _socket.ReceiveAsync(_stop.Token);
            await _socket.SendAsync(Answer(question.Buffer), question.RemoteEndPoint, _stop.Token);
        }
    }

    /// <summary>The question is sent back as it came: exits vary the case of its letters and check that.</summary>
    private static byte[] Answer(ReadOnlySpan<byte> query)
    {
        int end = QuestionOffset;
        string name = DnsExchange.ReadName(query, ref end).ToLowerInvariant();
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(query[end..]);
        byte[]? content = (name, type) switch
        {
            (KnownName, DnsExchange.TypeA) => [127, 0, 0, 1],
            ("10.2.0.192.in-addr.arpa", DnsExchange.TypePtr) => DnsExchange.EncodeName(NameOfAddress),
            _ => null,
        };
        byte code = content is not null || name == KnownName ? (byte)0 : (byte)NameError;
        byte[] head = [query[0], query[1], 0x81, (byte)(0x80 | code), 0, 1, 0, content is null ? (byte)0 : (byte)1, 0, 0, 0, 0];
        byte[] record = content is null
            ? []
            : [0xc0, QuestionOffset, 0, (byte)type, 0, 1, 0, 0, 0, 60, 0, (byte)content.Length, .. content];
        return [.. head, .. query[QuestionOffset..(end + 4)], .. record];
    }
}
