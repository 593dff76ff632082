using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tunic.Tests.Interop.Support;

/// <summary>
/// A wire in front of a SOCKS 5 port in which one address becomes another: a program that refuses to be sent to 127.0.0.1 is sent elsewhere, and
/// gets there nevertheless. Every other byte passes as it is.
/// </summary>
internal sealed class AddressMap : IAsyncDisposable
{
    /// <summary>Stands for <see cref="Here"/>, and is as long; nobody has it (RFC 5737).</summary>
    internal const string Elsewhere = "192.0.2.7";

    private const string Here = "127.0.0.1";
    private const byte NameType = 3; // torsocks writes addresses as names

    private readonly TcpListener _listener = new(IPAddress.Loopback, LoopbackPorts.Take());
    private readonly CancellationTokenSource _stop = new();
    private readonly int _socksPort;
    private readonly Task _accepting;

    internal AddressMap(int socksPort)
    {
        _socksPort = socksPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Requests in which the address was changed.</summary>
    internal int Mapped { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        finally
        {
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ServeAsync(TcpClient application)
    {
        using TcpClient client = application;
        using var socks = new TcpClient();
        await socks.ConnectAsync(IPAddress.Loopback, _socksPort, _stop.Token);
        Task back = socks.GetStream().CopyToAsync(client.GetStream(), _stop.Token);
        var buffer = new byte[16_384];
        int length;
        while ((length = await client.GetStream().ReadAsync(buffer, _stop.Token)) > 0)
        {
            Map(buffer.AsSpan(0, length));
            await socks.GetStream().WriteAsync(buffer.AsMemory(0, length), _stop.Token);
        }

        socks.Client.Shutdown(SocketShutdown.Send);
        await back;
    }

    /// <summary>A request comes alone: it is sent when the method has been answered.</summary>
    private void Map(Span<byte> sent)
    {
        byte[] connect = [5, 1, 0, NameType, (byte)Elsewhere.Length, .. Encoding.ASCII.GetBytes(Elsewhere)];
        if (sent.StartsWith(connect))
        {
            Encoding.ASCII.GetBytes(Here).CopyTo(sent[(connect.Length - Here.Length)..]);
            Mapped++;
        }
    }
}
