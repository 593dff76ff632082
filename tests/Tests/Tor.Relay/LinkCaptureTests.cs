using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tunic.Primitives.Time;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Relay;
using Tunic.Tor.Relay.Exits;

namespace Tunic.Tests.TorRelay;

/// <summary>What somebody sees who taps the wire between client and guard, between two relays, and behind the exit.</summary>
public sealed class LinkCaptureTests
{
    private const int RecordHeaderLength = 5;
    private const byte ApplicationRecord = 23;

    /// <summary>Of a TLS 1.3 record with AES-GCM or ChaCha20-Poly1305: the inner content type and the tag.</summary>
    private const int RecordOverhead = 1 + 16;

    private const int MaxRecordContent = 16 * 1024;

    /// <summary>Records of the TLS handshake and of the link handshake, whose cells have different lengths.</summary>
    private const int MostHandshakeRecords = 12;

    private const string Question = "GET /recognisable-question HTTP/1.1\r\n";
    private const string Answer = "HTTP/1.1 200 OK\r\nX-Recognisable: answer\r\n\r\n";

    [Fact]
    public async Task On_every_link_there_are_only_tls_records_of_whole_cells_and_many_cells_in_one()
    {
        await using var server = new EchoServer();
        await using LoopbackRelay guard = LoopbackRelay.Start();
        await using LoopbackRelay exit = LoopbackRelay.Start(options => Exit(options, server.Address));
        await using var client = new LoopbackClient();
        await using var first = new RecordingTcpRelay(guard.Address);
        await using var second = new RecordingTcpRelay(exit.Address);
        await using OriginCircuit circuit = await client.BuildAsync(Through(first, guard), Through(second, exit));
        var content = new byte[4 << 20];
        new SeededRandomSource(11).Fill(content);

        await EchoAsync(circuit, server.Address, content);

        // 4 MB make at least as many cells as have room for them, in each direction and on each link.
        int least = content.Length / RelayMessageLength;
        foreach (byte[] captured in new[] { first.ToTarget, first.FromTarget, second.ToTarget, second.FromTarget })
        {
            List<int> writes = ReadWrites(captured, out int records);
            int handshake = 1 + writes.FindLastIndex(Math.Min(MostHandshakeRecords, writes.Count) - 1, length => length % Cell.FixedLength != 0);
            int[] cells = [.. writes.Skip(handshake)];
            Assert.All(cells, length => Assert.Equal(0, length % Cell.FixedLength));
            int count = cells.Sum() / Cell.FixedLength;
            Assert.InRange(count, least, 2 * least);
            Assert.True(count >= 4 * records, $"{count} cells in {records} records");
            Assert.Equal(-1, captured.AsSpan().IndexOf(content.AsSpan(0, 16)));
            TestContext.Current.TestOutputHelper?.WriteLine($"{count} cells in {records} records, of {cells.Length} writes");
        }
    }

    [Fact]
    public async Task Behind_the_exit_goes_only_what_client_and_server_have_encrypted_to_each_other()
    {
        using X509Certificate2 certificate = MakeCertificate();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        Task<string> serving = AnswerAsync(server, certificate);
        await using var wire = new RecordingTcpRelay((IPEndPoint)server.LocalEndpoint);
        await using LoopbackRelay guard = LoopbackRelay.Start();
        await using LoopbackRelay exit = LoopbackRelay.Start(options => Exit(options, wire.Address));
        await using var client = new LoopbackClient();
        await using OriginCircuit circuit = await client.BuildAsync(guard.Ntor, exit.Ntor);
        CircuitStream stream = await circuit.ConnectAsync(new Begin("127.0.0.1", (ushort)wire.Address.Port), continueInline: false, CancellationToken.None);

        await using var secure = new SslStream(
            new TorStream(stream), leaveInnerStreamOpen: false, (_, shown, _, _) => shown!.GetCertHashString() == certificate.GetCertHashString());
        await secure.AuthenticateAsClientAsync("localhost");
        await secure.WriteAsync(Encoding.ASCII.GetBytes(Question));
        var answer = new byte[Answer.Length];
        await secure.ReadExactlyAsync(answer);

        Assert.Equal(Answer, Encoding.ASCII.GetString(answer));
        Assert.Equal(Question, await serving);
        foreach (byte[] captured in new[] { wire.ToTarget, wire.FromTarget })
        {
            ReadWrites(captured, out int records); // every byte belongs to a TLS record
            Assert.True(records > 0);
            Assert.DoesNotContain("recognisable", Encoding.Latin1.GetString(captured), StringComparison.OrdinalIgnoreCase);
        }
    }

    private static int RelayMessageLength => RelayCellFormat.V0.MaxBodyLength(withStreamId: true);

    private static RelayOptions Exit(RelayOptions options, IPEndPoint target) =>
        options with { Exit = new ExitOptions { AllowedTargets = new HashSet<IPEndPoint> { target } } };

    private static HopTarget Through(RecordingTcpRelay wire, LoopbackRelay relay) => relay.Ntor with
    {
        Specifiers = LinkSpecifiers.For(wire.Address, relay.Identity.RsaIdentity, relay.Identity.Ed25519Identity, null),
    };

    private static async Task EchoAsync(OriginCircuit circuit, IPEndPoint server, byte[] content)
    {
        var stream = new TorStream(await circuit.ConnectAsync(new Begin("127.0.0.1", (ushort)server.Port), continueInline: false, CancellationToken.None));
        Task writing = Task.Run(async () => await stream.WriteAsync(content));
        var returned = new byte[content.Length];
        await stream.ReadExactlyAsync(returned);
        await writing;
        Assert.Equal(content, returned);
    }

    /// <summary>Lengths of what was encrypted in one piece: records that are full are continued by the next.</summary>
    /// <param name="captured">One direction of a connection.</param>
    /// <param name="records">How many records of application data there are.</param>
    private static List<int> ReadWrites(ReadOnlySpan<byte> captured, out int records)
    {
        var writes = new List<int>();
        records = 0;
        int open = 0;
        while (captured.Length >= RecordHeaderLength)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(captured[3..]);
            Assert.InRange(captured[0], (byte)20, ApplicationRecord);
            Assert.Equal(3, captured[1]);
            if (captured.Length < RecordHeaderLength + length)
            {
                break; // under way when the capture was looked at
            }

            if (captured[0] == ApplicationRecord)
            {
                records++;
                open += length - RecordOverhead;
                if (length - RecordOverhead < MaxRecordContent)
                {
                    writes.Add(open);
                    open = 0;
                }
            }

            captured = captured[(RecordHeaderLength + length)..];
        }

        return writes;
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private static async Task<string> AnswerAsync(TcpListener server, X509Certificate2 certificate)
    {
        using TcpClient visitor = await server.AcceptTcpClientAsync();
        await using var secure = new SslStream(visitor.GetStream());
        await secure.AuthenticateAsServerAsync(certificate);
        var question = new byte[Question.Length];
        await secure.ReadExactlyAsync(question);
        await secure.WriteAsync(Encoding.ASCII.GetBytes(Answer));
        await secure.FlushAsync();
        return Encoding.ASCII.GetString(question);
    }
}
