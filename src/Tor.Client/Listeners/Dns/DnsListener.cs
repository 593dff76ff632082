using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Network;

namespace Tunic.Tor.Client.Listeners.Dns;

/// <summary>A DNS port, UDP and TCP: A, AAAA and PTR, looked up at exits (stock's <c>DNSPort</c>, which has no TCP).</summary>
public sealed partial class DnsListener : ProxyListener
{
    private const int MaxQueryLength = 4096;
    private const int LengthLength = 2;
    private static readonly TimeSpan ReceivePause = TimeSpan.FromMilliseconds(50);

    private readonly DnsListenerOptions _options;
    private readonly DnsResolver _resolver;
    private readonly BackgroundTasks _answering;
    private Socket? _datagrams;
    private Task _receiving = Task.CompletedTask;

    /// <summary>A port that does nothing until it is started.</summary>
    /// <param name="opener">The client.</param>
    /// <param name="options">What the port does.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where warnings go.</param>
    public DnsListener(IStreamOpener opener, DnsListenerOptions options, TimeProvider time, ILogger log)
        : base(options, time, log)
    {
        _options = options;
        _answering = new BackgroundTasks(log);
        _resolver = new DnsResolver(new StreamGate(opener, options, time, log), options);
    }

    /// <summary>Datagrams being answered now.</summary>
    public int AnswerCount => _answering.Count;

    private protected override void OnOpened(IPEndPoint endPoint, CancellationToken stop)
    {
        var datagrams = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            datagrams.Bind(endPoint);
        }
        catch (SocketException failure)
        {
            datagrams.Dispose();
            throw CannotOpen(endPoint, _options.OptionName, failure);
        }

        _datagrams = datagrams;
        _receiving = Task.Run(() => ReceiveAsync(datagrams, stop), CancellationToken.None);
    }

    private protected override async Task OnStoppedAsync()
    {
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _answering.DisposeAsync();
        _datagrams?.Dispose();
    }

    /// <summary>Queries over TCP, one after the other (RFC 7766).</summary>
    private protected override async Task ServeAsync(ProxyConnection connection, CancellationToken stop)
    {
        while (await ReadQueryAsync(connection, stop) is { } query)
        {
            byte[]? answer = await connection.WatchAsync(
                LengthLength + MaxQueryLength,
                cancel => _resolver.AnswerAsync(query, LocalEndPoint, connection.ClientAddress, ushort.MaxValue, cancel),
                stop);
            if (answer is null)
            {
                return;
            }

            var message = new byte[LengthLength + answer.Length];
            BinaryPrimitives.WriteUInt16BigEndian(message, (ushort)answer.Length);
            answer.CopyTo(message, LengthLength);
            await connection.SendAsync(message, stop);
        }
    }

    /// <summary>Null when the asker has closed, or asks more than a query can hold.</summary>
    private async Task<byte[]?> ReadQueryAsync(ProxyConnection connection, CancellationToken stop)
    {
        using CancellationTokenSource timer = StartTimer(_options.HandshakeTimeout, stop);
        while (true)
        {
            ReadOnlyMemory<byte> input = connection.Input;
            if (input.Length >= LengthLength)
            {
                int length = BinaryPrimitives.ReadUInt16BigEndian(input.Span);
                if (length > MaxQueryLength)
                {
                    return null;
                }

                if (input.Length >= LengthLength + length)
                {
                    byte[] query = input.Slice(LengthLength, length).ToArray();
                    connection.Consume(LengthLength + length);
                    return query;
                }
            }

            if (!await connection.ReceiveAsync(LengthLength + MaxQueryLength, timer.Token))
            {
                return null;
            }
        }
    }

    private async Task ReceiveAsync(Socket datagrams, CancellationToken stop)
    {
        byte[] buffer = new byte[MaxQueryLength];
        var anywhere = new IPEndPoint(datagrams.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult received = await datagrams.ReceiveFromAsync(buffer, SocketFlags.None, anywhere, stop);
                Admit(datagrams, buffer.AsSpan(0, received.ReceivedBytes), (IPEndPoint)received.RemoteEndPoint, stop);
            }
            catch (SocketException) when (!stop.IsCancellationRequested)
            {
                await Task.Delay(ReceivePause, stop); // one datagram that cannot be taken does not close the port
            }
        }
    }

    /// <summary>Twice as many datagrams as lookups may be under way, so that those beyond the limit are told so; what exceeds even that is dropped.</summary>
    private void Admit(Socket datagrams, ReadOnlySpan<byte> datagram, IPEndPoint client, CancellationToken stop)
    {
        byte[] query = ArrayPool<byte>.Shared.Rent(datagram.Length);
        datagram.CopyTo(query);
        int length = datagram.Length;
        if (!_answering.TryRun(_ => AnswerAsync(datagrams, query, length, client, stop), limit: 2 * _options.MaxLookups))
        {
            ArrayPool<byte>.Shared.Return(query);
        }
    }

    private async Task AnswerAsync(Socket datagrams, byte[] query, int length, IPEndPoint client, CancellationToken stop)
    {
        try
        {
            byte[]? answer = await _resolver.AnswerAsync(query.AsMemory(0, length), LocalEndPoint, client.Address, limit: null, stop);
            if (answer is not null)
            {
                await datagrams.SendToAsync(answer, SocketFlags.None, client, stop);
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // the asker has gone, or we are shutting down
        }
        catch (Exception fault)
        {
            LogFault(Log, _options.OptionName, fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(query);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "a query to {Option} failed by a fault of this program; please report it")]
    private static partial void LogFault(ILogger log, string option, Exception fault);
}
