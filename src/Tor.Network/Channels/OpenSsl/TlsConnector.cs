using System.Net;
using System.Net.Sockets;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Time;

namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>Reaches relays over TCP and OpenSSL.</summary>
public sealed class TlsConnector(RandomSource random, TlsConnectorOptions options) : IRelayConnector, IDisposable
{
    private readonly TlsContext _context = TlsContext.CreateClient();

    /// <inheritdoc/>
    public async Task<ChannelTransport> ConnectAsync(IReadOnlyList<IPEndPoint> addresses, CancellationToken cancel)
    {
        Exception? last = null;
        foreach (IPEndPoint address in addresses)
        {
            try
            {
                return await ConnectAsync(address, cancel);
            }
            catch (Exception failure) when (failure is IOException or TimeoutException)
            {
                last = failure;
            }
        }

        throw new IOException(last?.Message ?? "the relay has no address", last);
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();

    private async Task<ChannelTransport> ConnectAsync(IPEndPoint address, CancellationToken cancel)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timer.CancelAfter(options.Timeout);
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(address, timer.Token);
            return await TlsTransport.HandshakeAsync(socket, _context, isServer: false, RandomServerName(), timer.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            socket?.Dispose();
            throw new TimeoutException($"no TLS connection within {options.Timeout.TotalSeconds:0.#} s");
        }
        catch (SocketException failure)
        {
            socket?.Dispose();
            string why = new SocketException(failure.ErrorCode).Message; // without the address, which the system's own text has
            throw new IOException($"{Sensitive.OfOurs(address)}: {why}", failure);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <summary>A name that looks like a web site, as stock tor's hello carries: www., 4 to 25 letters of base32, .com.</summary>
    private string RandomServerName()
    {
        const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
        int length = 4 + random.NextInt32(22);
        return string.Create(length + 8, random, static (name, source) =>
        {
            "www.".CopyTo(name);
            for (int i = 4; i < name.Length - 4; i++)
            {
                name[i] = Alphabet[source.NextInt32(Alphabet.Length)];
            }

            ".com".CopyTo(name[^4..]);
        });
    }
}
