using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Tunic.Tor.Protocol.Dns;

namespace Tunic.Tests.TorRelay.Exits.Dns;

/// <summary>A DNS server on loopback, UDP and TCP on one port, that says what a test wants.</summary>
internal sealed class LoopbackDnsServer : IAsyncDisposable
{
    private readonly UdpClient _datagrams;
    private readonly TcpListener _connections;
    private readonly Func<DnsQuery, string, bool, IEnumerable<byte[]>> _answer;
    private readonly Task _serving;
    private int _asked;

    /// <param name="answer">Makes of a query, the name and whether it came over TCP the messages to send.</param>
    internal LoopbackDnsServer(Func<DnsQuery, string, bool, IEnumerable<byte[]>> answer)
    {
        (_datagrams, _connections) = Bind();
        Address = (IPEndPoint)_connections.LocalEndpoint;
        _answer = answer;
        _serving = Task.WhenAll(ServeDatagramsAsync(), ServeConnectionsAsync());
    }

    internal IPEndPoint Address { get; }

    internal int Asked => Volatile.Read(ref _asked);

    public async ValueTask DisposeAsync()
    {
        _datagrams.Dispose();
        _connections.Dispose();
        await _serving;
    }

    /// <summary>A response with what there is for the question.</summary>
    internal static byte[] Respond(DnsQuery query, DnsResponseCode code, params IEnumerable<DnsAnswer> answers) =>
        new DnsResponse(query, code) { Question = query.Questions[0], Answers = [.. answers.Where(answer => answer.Type == query.Questions[0].Type)] }.Encode(4096);

    /// <summary>Opens one port number for both; the number that one gets may be taken for the other.</summary>
    private static (UdpClient Datagrams, TcpListener Connections) Bind()
    {
        while (true)
        {
            var connections = new TcpListener(IPAddress.Loopback, 0);
            connections.Start();
            try
            {
                return (new UdpClient((IPEndPoint)connections.LocalEndpoint), connections);
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                connections.Dispose();
            }
        }
    }

    private async Task ServeDatagramsAsync()
    {
        try
        {
            while (true)
            {
                UdpReceiveResult received = await _datagrams.ReceiveAsync();
                foreach (byte[] message in Answers(received.Buffer, isConnection: false))
                {
                    await _datagrams.SendAsync(message, received.RemoteEndPoint);
                }
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // the end of the test
        }
    }

    private async Task ServeConnectionsAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient client = await _connections.AcceptTcpClientAsync();
                NetworkStream stream = client.GetStream();
                var length = new byte[2];
                await stream.ReadExactlyAsync(length);
                var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(query);
                foreach (byte[] message in Answers(query, isConnection: true))
                {
                    BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)message.Length);
                    await stream.WriteAsync((byte[])[.. length, .. message]);
                }
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or IOException)
        {
            // the end of the test
        }
    }

    private IEnumerable<byte[]> Answers(byte[] message, bool isConnection)
    {
        Interlocked.Increment(ref _asked);
        Assert.Equal(DnsQueryOutcome.Query, DnsQuery.TryDecode(message, out DnsQuery? query));
        Assert.True(query!.Questions[0].Name.TryGetHost(out string host));
        return _answer(query, host, isConnection);
    }
}
