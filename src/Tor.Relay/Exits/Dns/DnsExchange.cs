using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Tunic.Tor.Protocol.Dns;

namespace Tunic.Tor.Relay.Exits.Dns;

/// <summary>One query to one server and its reply (RFC 1035, "Transport"): a socket of its own for each, so that the port cannot be guessed either.</summary>
internal static class DnsExchange
{
    private const int MaxDatagram = 4096;
    private const int LengthPrefix = 2;

    /// <summary>Asks with a datagram, and over TCP when the reply did not fit into one.</summary>
    /// <returns>Null when the reply over TCP is not one to the query.</returns>
    /// <exception cref="SocketException">Nobody listens there, or we have no socket left.</exception>
    /// <exception cref="IOException">The server ended the connection.</exception>
    internal static async Task<DnsReply?> AskAsync(IPEndPoint server, DnsQuery query, bool exactCase, CancellationToken cancel)
    {
        byte[] message = query.Encode();
        DnsReply reply = await AskByDatagramAsync(server, message, candidate => candidate.Answers(query, exactCase), cancel);
        if (!reply.IsTruncated)
        {
            return reply;
        }

        byte[] whole = await AskByConnectionAsync(server, message, cancel);
        return DnsReply.TryDecode(whole, out DnsReply? complete) && complete.Answers(query, exactCase) ? complete : null;
    }

    /// <summary>Waits for the reply: what is none is passed over, since anybody may send it.</summary>
    private static async Task<DnsReply> AskByDatagramAsync(IPEndPoint server, byte[] query, Predicate<DnsReply> answers, CancellationToken cancel)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(server); // gives it a random port, and lets the kernel drop what others send; it does not wait
        await socket.SendAsync(query, cancel);
        var buffer = new byte[MaxDatagram];
        while (true)
        {
            int length = await socket.ReceiveAsync(buffer, cancel);
            if (DnsReply.TryDecode(buffer.AsSpan(0, length), out DnsReply? reply) && answers(reply))
            {
                return reply;
            }
        }
    }

    private static async Task<byte[]> AskByConnectionAsync(IPEndPoint server, byte[] query, CancellationToken cancel)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancel);
        await using var stream = new NetworkStream(socket);
        var framed = new byte[LengthPrefix + query.Length];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed.AsSpan(LengthPrefix));
        await stream.WriteAsync(framed, cancel);
        await stream.ReadExactlyAsync(framed.AsMemory(0, LengthPrefix), cancel);
        var reply = new byte[BinaryPrimitives.ReadUInt16BigEndian(framed)];
        await stream.ReadExactlyAsync(reply, cancel);
        return reply;
    }
}
