using System.Net.Sockets;
using Tunic.Primitives.Bytes;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Socks.Http;

namespace Tunic.Tor.Client.Listeners.Http;

/// <summary>One request and its response, both bodies at the same time and piece by piece.</summary>
internal sealed class HttpExchange(ProxyConnection client, HttpProxyRequest request, OriginStream origin, HttpProxyOptions options)
{
    private const int BodyLimit = 64 * 1024;
    private const int HeadRoom = 8 * 1024;
    private const int ResponseLineLength = 16;

    private bool _isUploaded;
    private bool _isMalformed;
    private bool _hasLeft;

    /// <summary>Sends the request and its body to the origin server, and the response to the application.</summary>
    /// <exception cref="SocketException">The application has left.</exception>
    internal async Task<HttpExchangeEnd> RunAsync(CancellationToken stop)
    {
        origin.IsReusable = false;
        using var finished = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task uploading = UploadAsync(finished.Token);
        try
        {
            HttpExchangeEnd end = await DownloadAsync(stop);
            if (_hasLeft)
            {
                return HttpExchangeEnd.Broken;
            }

            return end == HttpExchangeEnd.Silent && _isMalformed ? HttpExchangeEnd.BadRequest : end;
        }
        finally
        {
            await finished.CancelAsync();
            await uploading;
        }
    }

    /// <summary>Never fails: what goes wrong ends the stream, and so the download.</summary>
    private async Task UploadAsync(CancellationToken finished)
    {
        try
        {
            await origin.SendAsync(request.OriginHead, finished);
            await SendBodyAsync(finished);
            await WaitToLeaveAsync(finished);
        }
        catch (OperationCanceledException)
        {
            return; // the response is complete, or we are shutting down
        }
        catch (IOException)
        {
            return; // the server has closed; it may have said why
        }
        catch (MalformedMessageException)
        {
            _isMalformed = true;
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            _hasLeft = true;
        }

        if (_hasLeft || _isMalformed)
        {
            origin.Stream.Close(EndReason.Misc);
        }
    }

    private async Task WaitToLeaveAsync(CancellationToken finished)
    {
        while (!finished.IsCancellationRequested && !_hasLeft)
        {
            await Task.Delay(ProxyConnection.WatchInterval, finished).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _hasLeft = !finished.IsCancellationRequested && await client.HasLeftAsync(options.MaxHeadLength);
        }
    }

    private async Task SendBodyAsync(CancellationToken finished)
    {
        var body = new HttpBodyScanner(request.Body);
        while (!body.IsComplete)
        {
            if (client.Input.IsEmpty && !await client.ReceiveAsync(BodyLimit, finished, BodyLimit))
            {
                throw new SocketException((int)SocketError.ConnectionReset); // left in the middle of its body
            }

            int count = body.Advance(client.Input.Span);
            await origin.SendAsync(client.Input[..count], finished);
            client.Consume(count);
        }

        _isUploaded = true;
    }

    private async Task<HttpExchangeEnd> DownloadAsync(CancellationToken stop)
    {
        bool hasAnswered = false;
        while (true)
        {
            switch (HttpResponseHead.Read(origin.Input.Span, request, options, out HttpResponseHead? head, out int consumed))
            {
                case HttpResponseOutcome.NeedMore:
                    if (!await origin.ReceiveAsync(options.MaxHeadLength + ResponseLineLength, HeadRoom, stop))
                    {
                        return hasAnswered ? HttpExchangeEnd.Broken : HttpExchangeEnd.Silent;
                    }

                    break;
                case HttpResponseOutcome.Switching:
                    return HttpExchangeEnd.Switched;
                case HttpResponseOutcome.Opaque:
                    return await PassOnAsync(new HttpBodyScanner(new HttpBodyFraming(HttpBodyKind.UntilClose)), isUntilClose: true, stop) ? HttpExchangeEnd.Close : HttpExchangeEnd.Broken;
                default:
                    origin.Consume(consumed);
                    await client.SendAsync(head!.ClientHead, stop);
                    hasAnswered = true;
                    if (!head.IsInformational)
                    {
                        return await FinishAsync(head, stop);
                    }

                    break;
            }
        }
    }

    private async Task<HttpExchangeEnd> FinishAsync(HttpResponseHead head, CancellationToken stop)
    {
        if (!await PassOnAsync(new HttpBodyScanner(head.Body), head.Body.Kind == HttpBodyKind.UntilClose, stop))
        {
            return HttpExchangeEnd.Broken;
        }

        origin.IsReusable = head.OriginKeepsAlive && origin.Input.IsEmpty && _isUploaded;
        return head.ClientKeepsAlive && _isUploaded ? HttpExchangeEnd.KeepAlive : HttpExchangeEnd.Close;
    }

    /// <summary>Copies the response's body. False when it broke off.</summary>
    private async Task<bool> PassOnAsync(HttpBodyScanner body, bool isUntilClose, CancellationToken stop)
    {
        while (!body.IsComplete)
        {
            if (origin.Input.IsEmpty && !await origin.ReceiveAsync(BodyLimit, BodyLimit, stop))
            {
                return isUntilClose && origin.Stream.Failure is null && !_hasLeft;
            }

            int count;
            try
            {
                count = body.Advance(origin.Input.Span);
            }
            catch (MalformedMessageException)
            {
                return false;
            }

            await client.SendAsync(origin.Input[..count], stop);
            origin.Consume(count);
        }

        return true;
    }
}
