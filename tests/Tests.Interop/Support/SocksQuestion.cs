using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tunic.Tests.Interop.Support;

/// <summary>Asks a SOCKS 5 port for one connection and tells the bare reply, which curl folds into one exit code.</summary>
internal static class SocksQuestion
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The REP field of the answer to CONNECT (RFC 1928, section 6).</summary>
    internal static async Task<int> ConnectAsync(int socksPort, string host, int port)
    {
        using var timer = new CancellationTokenSource(Limit);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, socksPort, timer.Token);
        NetworkStream stream = client.GetStream();
        byte[] request = [5, 1, 0, 3, (byte)host.Length, .. Encoding.ASCII.GetBytes(host), 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(request.Length - 2), (ushort)port);
        byte[] answer = new byte[2];
        await stream.WriteAsync(new byte[] { 5, 1, 0 }, timer.Token); // one method: no authentication
        await stream.ReadExactlyAsync(answer, timer.Token);
        Assert.Equal([5, 0], answer);
        await stream.WriteAsync(request, timer.Token);
        await stream.ReadExactlyAsync(answer, timer.Token);
        Assert.Equal(5, answer[0]);
        return answer[1];
    }
}
