using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tunic.Node.Bench;

/// <summary>Opens measured streams through a SOCKS5 port; a user name of its own gives a stream a circuit of its own.</summary>
/// <param name="socksPort">On 127.0.0.1.</param>
/// <param name="host">IPv4 address or name of the target.</param>
/// <param name="targetPort">Port of the target.</param>
internal sealed class SocksDialer(int socksPort, string host, int targetPort)
{
    /// <summary>Asks until a first byte comes.</summary>
    /// <param name="user">SOCKS user name.</param>
    /// <param name="client">The process that has the port.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="IOException">None came in time, or the process has ended.</exception>
    internal async Task WaitForFirstByteAsync(string user, BenchProcess client, CancellationToken cancel)
    {
        long startedAt = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using Socket socket = await OpenAsync(BenchServer.Download, 1, user, cancel);
                if (await socket.ReceiveAsync(new byte[1], cancel) == 1)
                {
                    return;
                }
            }
            catch (Exception failure) when (failure is SocketException or IOException)
            {
                if (client.HasExited || Stopwatch.GetElapsedTime(startedAt) > BenchServers.StartTimeout)
                {
                    throw new IOException($"no byte came from {host}: {failure.Message}\n{client.LastLines}", failure);
                }
            }

            await Task.Delay(5, cancel);
        }
    }

    /// <summary>A stream to the target, its request sent.</summary>
    /// <exception cref="IOException">The proxy refused.</exception>
    internal async Task<Socket> OpenAsync(byte request, long length, string user, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, socksPort), cancel);
            await ExchangeAsync(socket, [5, 1, 2], 2, cancel);
            byte[] name = Encoding.ASCII.GetBytes(user);
            await ExchangeAsync(socket, [1, (byte)name.Length, .. name, 1, (byte)'p'], 2, cancel);
            var port = new byte[2];
            BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)targetPort);
            byte[] target = IPAddress.TryParse(host, out IPAddress? address)
                ? [1, .. address.GetAddressBytes()]
                : [3, (byte)host.Length, .. Encoding.ASCII.GetBytes(host)];
            byte[] reply = await ExchangeAsync(socket, [5, 1, 0, .. target, .. port], 10, cancel);
            if (reply[1] != 0)
            {
                throw new IOException($"the proxy answered {reply[1]}");
            }

            var body = new byte[BenchServer.RequestLength];
            body[0] = request;
            BinaryPrimitives.WriteInt64BigEndian(body.AsSpan(1), length);
            await socket.SendAsync(body, cancel);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<byte[]> ExchangeAsync(Socket socket, byte[] message, int replyLength, CancellationToken cancel)
    {
        await socket.SendAsync(message, cancel);
        var reply = new byte[replyLength];
        for (int received = 0; received < replyLength;)
        {
            int count = await socket.ReceiveAsync(reply.AsMemory(received), cancel);
            if (count == 0)
            {
                throw new IOException("the proxy closed the connection");
            }

            received += count;
        }

        return reply;
    }
}
