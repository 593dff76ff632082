using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tunic.Tests.Interop.Support;

/// <summary>One question to a name server on 127.0.0.1 over UDP, and its answer (RFC 1035), written without the program's own codec.</summary>
/// <param name="ResponseCode">0: no error, 3: no such name.</param>
/// <param name="Answers">Addresses and names of the answer section, in its order.</param>
public sealed record DnsExchange(int ResponseCode, IReadOnlyList<string> Answers)
{
    internal const ushort TypeA = 1;
    internal const ushort TypePtr = 12;
    private const ushort ClassInternet = 1;
    private const ushort RecursionDesired = 0x0100;
    private const int HeaderLength = 12;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task<DnsExchange> AskForAddressAsync(int port, string name) => AskAsync(port, name, TypeA);

    /// <param name="port">Of the server.</param>
    /// <param name="name">Below in-addr.arpa.</param>
    public static Task<DnsExchange> AskForNameAsync(int port, string name) => AskAsync(port, name, TypePtr);

    internal static byte[] EncodeName(string name) =>
        [.. name.Split('.').SelectMany(label => Encoding.ASCII.GetBytes(label).Prepend((byte)label.Length)), 0];

    /// <summary>Reads the name at an offset, which ends up behind it.</summary>
    internal static string ReadName(ReadOnlySpan<byte> message, ref int offset)
    {
        var labels = new List<string>();
        while (message[offset] != 0)
        {
            if (message[offset] >= 0xc0)
            {
                int elsewhere = BinaryPrimitives.ReadUInt16BigEndian(message[offset..]) & 0x3fff;
                offset += 2;
                labels.Add(ReadName(message, ref elsewhere));
                return string.Join('.', labels);
            }

            labels.Add(Encoding.ASCII.GetString(message.Slice(offset + 1, message[offset])));
            offset += 1 + message[offset];
        }

        offset++;
        return string.Join('.', labels);
    }

    private static async Task<DnsExchange> AskAsync(int port, string name, ushort type)
    {
        byte[] query = [0x12, 0x34, RecursionDesired >> 8, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. EncodeName(name), 0, (byte)type, 0, (byte)ClassInternet];
        using var socket = new UdpClient(AddressFamily.InterNetwork);
        await socket.SendAsync(query, new IPEndPoint(IPAddress.Loopback, port));
        using var timer = new CancellationTokenSource(Limit);
        UdpReceiveResult answer = await socket.ReceiveAsync(timer.Token);
        return Read(answer.Buffer);
    }

    private static DnsExchange Read(ReadOnlySpan<byte> message)
    {
        int offset = HeaderLength;
        for (int question = 0; question < BinaryPrimitives.ReadUInt16BigEndian(message[4..]); question++)
        {
            ReadName(message, ref offset);
            offset += 4;
        }

        var answers = new List<string>();
        for (int answer = 0; answer < BinaryPrimitives.ReadUInt16BigEndian(message[6..]); answer++)
        {
            ReadName(message, ref offset);
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 8)..]);
            int content = offset + 10;
            offset = content + length;
            answers.Add(type == TypeA ? new IPAddress(message.Slice(content, length)).ToString() : ReadName(message, ref content));
        }

        return new DnsExchange(message[3] & 0x0f, answers);
    }
}
