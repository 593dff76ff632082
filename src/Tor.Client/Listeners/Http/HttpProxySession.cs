using System.Net;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Listeners.Isolation;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Socks.Http;

namespace Tunic.Tor.Client.Listeners.Http;

/// <summary>One connection to the HTTP proxy: request after request, perhaps each to another host.</summary>
internal sealed class HttpProxySession(
    ProxyConnection client, StreamGate gate, HttpProxyListenerOptions options, IPEndPoint listener) : IDisposable
{
    private const int BlankLinesLength = 16;

    private OriginStream? _origin;

    private int MaxInput => options.Http.MaxHeadLength + BlankLinesLength;

    /// <summary>Closes the stream that was kept for the next request.</summary>
    public void Dispose()
    {
        _origin?.Dispose();
        _origin = null;
    }

    /// <summary>Reads the next head. Null when the application leaves; no request in it when the application must be turned away.</summary>
    /// <param name="isFirst">Between requests the application may take more time.</param>
    /// <param name="stop">Ends the wait.</param>
    internal async Task<HttpProxyAction?> ReadRequestAsync(bool isFirst, CancellationToken stop)
    {
        if (client.Input.IsEmpty)
        {
            client.ReleaseInput();
            using CancellationTokenSource idle = ProxyListener.StartTimer(isFirst ? options.HandshakeTimeout : options.KeepAliveTimeout, stop);
            if (!await client.ReceiveAsync(MaxInput, idle.Token))
            {
                return null;
            }
        }

        using CancellationTokenSource timer = ProxyListener.StartTimer(options.HandshakeTimeout, stop);
        while (true)
        {
            HttpProxyAction action = HttpProxyHead.Read(client.Input.Span, options.Http);
            if (action.Outcome != HttpProxyOutcome.NeedMore)
            {
                client.Consume(action.Consumed);
                return action;
            }

            if (!await client.ReceiveAsync(MaxInput, timer.Token))
            {
                return null;
            }
        }
    }

    /// <summary>Serves one request.</summary>
    /// <returns>True when the connection goes on.</returns>
    internal async Task<bool> ServeAsync(HttpProxyRequest request, CancellationToken stop)
    {
        if (gate.Refuse(request.Target) is { } refusal)
        {
            await client.CloseAsync(HttpProxyReply.ForLocalReason(refusal, request.IsConnect), stop);
            return false;
        }

        IsolationKey isolation = gate.CreateKey(
            listener, client.ClientAddress, "http", IsolationFacts.Describe(request.Isolation), request.Target);
        if (request.IsConnect)
        {
            if (await OpenAsync(request, isolation, stop) is { } tunnel)
            {
                await Tunnel.RunAsync(client, tunnel, HttpProxyReply.Connected, stop);
            }

            return false;
        }

        bool isReused = _origin is not null && _origin.CanTake(request, isolation);
        HttpExchangeEnd end = HttpExchangeEnd.Silent;
        if (isReused)
        {
            end = await ExchangeAsync(request, stop);
        }

        // A server may close a kept connection at any time: that it said nothing there does not mean that it is down.
        if (end == HttpExchangeEnd.Silent)
        {
            if (await OpenAsync(request, isolation, stop) is not { } stream)
            {
                return false;
            }

            _origin?.Dispose();
            _origin = new OriginStream(stream, request.Target, isolation);
            end = await ExchangeAsync(request, stop);
        }

        return await FinishAsync(end, stop);
    }

    private Task<HttpExchangeEnd> ExchangeAsync(HttpProxyRequest request, CancellationToken stop) =>
        new HttpExchange(client, request, _origin!, options.Http).RunAsync(stop);

    private async Task<bool> FinishAsync(HttpExchangeEnd end, CancellationToken stop)
    {
        switch (end)
        {
            case HttpExchangeEnd.KeepAlive:
                if (!_origin!.IsReusable)
                {
                    Dispose();
                }

                _origin?.Rest();
                return true;
            case HttpExchangeEnd.Switched:
                await Tunnel.RunAsync(client, _origin!.Stream, _origin.Input.ToArray(), stop);
                return false;
            case HttpExchangeEnd.Silent:
                await client.CloseAsync(HttpProxyReply.ForEnd(_origin!.Stream.Failure?.Reason ?? EndReason.Done, isConnect: false), stop);
                return false;
            case HttpExchangeEnd.BadRequest:
                await client.CloseAsync(HttpProxyReply.Error(400, "Bad Request", "The body of the request is malformed."), stop);
                return false;
            case HttpExchangeEnd.Broken:
                client.Reset();
                return false;
            default:
                await client.CloseAsync(default, stop);
                return false;
        }
    }

    /// <summary>Opens a stream. Null when there is none and the application has been told.</summary>
    private async Task<CircuitStream?> OpenAsync(HttpProxyRequest request, IsolationKey isolation, CancellationToken stop)
    {
        var target = new StreamRequest(new HostAndPort(request.Target.Host, request.Target.Port), isolation)
        {
            ContinueInline = request.IsConnect,
            Source = new StreamSource(client.ClientEndPoint, "HTTPCONNECT", options.Isolation),
            Families = HttpFamilies.Choose(request.Family, options.Families),
        };
        (CircuitStream? stream, StreamFailure failure) = await client.WatchAsync(MaxInput, cancel => gate.OpenAsync(target, cancel), stop);
        if (stream is null)
        {
            byte[] reply = failure.Remote is { } reason
                ? HttpProxyReply.ForEnd(reason, request.IsConnect)
                : HttpProxyReply.ForLocalReason(failure.Local!.Value, request.IsConnect);
            await client.CloseAsync(reply, stop);
        }

        return stream;
    }
}
