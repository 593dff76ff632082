using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Network.Channels;

/// <summary>Drives the link handshake over a transport, and makes the channel.</summary>
public static class ChannelHandshake
{
    /// <summary>Opens a channel to a relay over a transport that leads to it. The transport belongs to the channel from here on.</summary>
    /// <param name="transport">Fresh from TLS.</param>
    /// <param name="expected">Whom we want to reach.</param>
    /// <param name="identity">Who we are.</param>
    /// <param name="acceptor">Takes circuits of the peer; null for a client.</param>
    /// <param name="environment">What all channels share.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="ChannelProtocolException">The peer is somebody else, or broke the protocol.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public static Task<Channel> ConnectAsync(
        ChannelTransport transport,
        ExpectedPeer expected,
        ChannelIdentity identity,
        ICircuitAcceptor? acceptor,
        ChannelEnvironment environment,
        CancellationToken cancel)
    {
        var handshake = new LinkInitiatorHandshake(
            Parameters(transport, identity, environment) with { Expected = expected }, environment.Now);
        return RunAsync(transport, handshake, acceptor, environment, cancel);
    }

    /// <summary>Answers somebody who connected to our OR port. The transport belongs to the channel from here on.</summary>
    /// <exception cref="ChannelProtocolException">The peer broke the protocol.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public static Task<Channel> AcceptAsync(
        ChannelTransport transport,
        ChannelIdentity identity,
        ICircuitAcceptor acceptor,
        ChannelEnvironment environment,
        CancellationToken cancel)
    {
        var handshake = new LinkResponderHandshake(Parameters(transport, identity, environment), environment.Now);
        return RunAsync(transport, handshake, acceptor, environment, cancel);
    }

    private static LinkHandshakeParameters Parameters(
        ChannelTransport transport, ChannelIdentity identity, ChannelEnvironment environment) => new()
        {
            Tls = new TlsBinding(
                new Digest256(SHA256.HashData(transport.ResponderCertificate.Span)),
                (label, context, output) => Export(transport, label, context, output)),
            PeerAddress = transport.RemoteEndPoint?.Address ?? IPAddress.Any,
            Random = environment.Random,
            Certificates = identity.Certificates,
            OwnAddresses = identity.Addresses,
        };

    private static void Export(ChannelTransport transport, string label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        if (!transport.TryExportKeyingMaterial(Encoding.ASCII.GetBytes(label), context, output))
        {
            throw new ChannelProtocolException("the transport has no key exporter");
        }
    }

    private static async Task<Channel> RunAsync(
        ChannelTransport transport,
        LinkHandshake handshake,
        ICircuitAcceptor? acceptor,
        ChannelEnvironment environment,
        CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(environment.Options.HandshakeTimeout, environment.Time);
        await using CancellationTokenRegistration timedOut = timer.Token.Register(transport.Abort);
        await using CancellationTokenRegistration cancelled = cancel.Register(transport.Abort);
        try
        {
            byte[] rest = await ExchangeAsync(transport, handshake, environment);
            cancel.ThrowIfCancellationRequested();
            var channel = new Channel(transport, handshake.Result!, rest, acceptor, environment);
            channel.Start();
            return channel;
        }
        catch (Exception failure)
        {
            await transport.DisposeAsync();
            cancel.ThrowIfCancellationRequested();
            if (failure is IOException && timer.IsCancellationRequested)
            {
                throw new TimeoutException(
                    $"no channel within {environment.Options.HandshakeTimeout.TotalSeconds:0.#} s", failure);
            }

            throw;
        }
        finally
        {
            handshake.Dispose();
        }
    }

    /// <summary>Exchanges cells until the link is open.</summary>
    /// <returns>What was received beyond the handshake.</returns>
    private static async Task<byte[]> ExchangeAsync(
        ChannelTransport transport, LinkHandshake handshake, ChannelEnvironment environment)
    {
        byte[] received = [];
        await SendAsync(transport, handshake);
        while (handshake.Result is null)
        {
            if (!await transport.WaitToReadAsync())
            {
                throw new IOException("the peer closed the connection during the link handshake");
            }

            received = Receive(transport, handshake, received, environment);
            await SendAsync(transport, handshake);
        }

        return received;
    }

    private static byte[] Receive(
        ChannelTransport transport, LinkHandshake handshake, byte[] carried, ChannelEnvironment environment)
    {
        byte[] buffer = ChannelBuffers.Receive;
        carried.CopyTo(buffer, 0);
        int length = carried.Length + transport.Read(buffer.AsSpan(carried.Length));
        int used = 0;
        while (handshake.Result is null
            && handshake.ReceiveFormat.TryRead(
                buffer.AsSpan(used, length - used), handshake.MaxVariableLength, out CellHeader header, out int cellLength))
        {
            handshake.OnCell(header, buffer.AsSpan(used, cellLength), environment.Now, environment.UtcNow);
            used += cellLength;
        }

        return buffer.AsSpan(used, length - used).ToArray();
    }

    private static async Task SendAsync(ChannelTransport transport, LinkHandshake handshake)
    {
        var cells = new List<byte>();
        while (handshake.TryTakeCell(out byte[]? cell))
        {
            cells.AddRange(cell);
        }

        if (cells.Count > 0 && !transport.Write(cells.ToArray()))
        {
            await transport.FlushAsync();
        }
    }
}
