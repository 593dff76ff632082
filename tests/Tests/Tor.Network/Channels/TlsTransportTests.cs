using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tunic.Primitives.Time;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Channels.OpenSsl;

namespace Tunic.Tests.Tor.Network.Channels;

public sealed class TlsTransportTests
{
    [Fact]
    public async Task Both_ends_see_the_same_certificate_and_the_same_exporter()
    {
        await using TransportPair pair = await TransportPair.OpenAsync();

        Assert.Equal(pair.Context.Certificate.ToArray(), pair.Client.ResponderCertificate.ToArray());
        Assert.Equal(pair.Context.Certificate.ToArray(), pair.Server.ResponderCertificate.ToArray());
        var left = new byte[32];
        var right = new byte[32];
        Assert.True(pair.Client.TryExportKeyingMaterial("EXPORTER test"u8, "context"u8, left));
        Assert.True(pair.Server.TryExportKeyingMaterial("EXPORTER test"u8, "context"u8, right));
        Assert.Equal(left, right);
    }

    [Fact]
    public async Task Eight_megabytes_arrive_whole_in_both_directions_at_once()
    {
        await using TransportPair pair = await TransportPair.OpenAsync();
        byte[] content = new byte[8 << 20];
        new SeededRandomSource(1).Fill(content);

        Task<byte[]> up = ReadAsync(pair.Server, content.Length);
        Task<byte[]> down = ReadAsync(pair.Client, content.Length);
        await Task.WhenAll(WriteAsync(pair.Client, content), WriteAsync(pair.Server, content));

        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await up));
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await down));
    }

    [Fact]
    public async Task A_closed_peer_ends_the_wait()
    {
        await using TransportPair pair = await TransportPair.OpenAsync();
        await pair.Client.DisposeAsync();

        var buffer = new byte[ChannelTransport.MinReadLength];
        while (await pair.Server.WaitToReadAsync())
        {
            Assert.Equal(0, pair.Server.Read(buffer));
        }
    }

    [Fact]
    public async Task Bytes_that_are_not_TLS_fail_the_handshake()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        Socket accepted = await listener.AcceptSocketAsync();
        using TlsContext context = TransportPair.CreateServerContext();
        await client.GetStream().WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray());

        await Assert.ThrowsAsync<IOException>(
            () => TlsTransport.HandshakeAsync(accepted, context, isServer: true, serverName: null, CancellationToken.None));
    }

    private static async Task WriteAsync(ChannelTransport transport, ReadOnlyMemory<byte> content)
    {
        for (int sent = 0; sent < content.Length; sent += 60_000)
        {
            if (!transport.Write(content.Span[sent..Math.Min(content.Length, sent + 60_000)]))
            {
                await transport.FlushAsync();
            }
        }
    }

    private static async Task<byte[]> ReadAsync(ChannelTransport transport, int length)
    {
        var content = new byte[length];
        var buffer = new byte[ChannelTransport.MinReadLength];
        int total = 0;
        while (total < length && await transport.WaitToReadAsync())
        {
            int count;
            while ((count = transport.Read(buffer)) > 0)
            {
                buffer.AsSpan(0, count).CopyTo(content.AsSpan(total));
                total += count;
            }
        }

        return content;
    }

    private sealed class TransportPair(TlsContext context, ChannelTransport client, ChannelTransport server) : IAsyncDisposable
    {
        internal TlsContext Context { get; } = context;

        internal ChannelTransport Client { get; } = client;

        internal ChannelTransport Server { get; } = server;

        internal static async Task<TransportPair> OpenAsync()
        {
            TlsContext context = CreateServerContext();
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            using var connector = new TlsConnector(SystemRandomSource.Instance, new TlsConnectorOptions());
            Task<ChannelTransport> connecting =
                connector.ConnectAsync([(IPEndPoint)listener.LocalEndpoint], CancellationToken.None);
            Socket accepted = await listener.AcceptSocketAsync();
            ChannelTransport server =
                await TlsTransport.HandshakeAsync(accepted, context, isServer: true, serverName: null, CancellationToken.None);
            return new TransportPair(context, await connecting, server);
        }

        internal static TlsContext CreateServerContext()
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest("CN=www.example.net", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using X509Certificate2 certificate =
                request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
            return TlsContext.CreateServer(certificate.RawData, key.ExportRSAPrivateKey());
        }

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await Server.DisposeAsync();
            Context.Dispose();
        }
    }
}
