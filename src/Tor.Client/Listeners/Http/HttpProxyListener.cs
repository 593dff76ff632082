using Microsoft.Extensions.Logging;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Protocol.Socks.Http;

namespace Tunic.Tor.Client.Listeners.Http;

/// <summary>An HTTP proxy port: CONNECT for everything, and plain requests for http (RFC 9110, "CONNECT"; RFC 9112, "absolute-form"; proposal 365).</summary>
public sealed partial class HttpProxyListener : ProxyListener
{
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(5);

    private readonly HttpProxyListenerOptions _options;
    private readonly StreamGate _gate;
    private readonly WarningLimit _authorizationWarning;

    /// <summary>A port that does nothing until it is started.</summary>
    /// <param name="opener">The client.</param>
    /// <param name="options">What the port does.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where warnings go.</param>
    public HttpProxyListener(IStreamOpener opener, HttpProxyListenerOptions options, TimeProvider time, ILogger log)
        : base(options, time, log)
    {
        _options = options;
        _gate = new StreamGate(opener, options, time, log);
        _authorizationWarning = new WarningLimit(time, WarningInterval);
    }

    private protected override async Task ServeAsync(ProxyConnection connection, CancellationToken stop)
    {
        using var session = new HttpProxySession(connection, _gate, _options, LocalEndPoint);
        bool isFirst = true;
        while (await session.ReadRequestAsync(isFirst, stop) is { } action)
        {
            isFirst = false;
            if (action.Request is not { } request)
            {
                LogRefused(Log, _options.OptionName, action.Error);
                await connection.CloseAsync(action.Reply, stop);
                return;
            }

            WarnOfAuthorization(request);
            if (!await session.ServeAsync(request, stop))
            {
                return;
            }
        }
    }

    private void WarnOfAuthorization(HttpProxyRequest request)
    {
        if (request.Isolation.HasLegacyAuthorization && _authorizationWarning.Allows())
        {
            LogLegacyAuthorization(Log, _options.OptionName);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Option}: refused a request: {Why}")]
    private static partial void LogRefused(ILogger log, string option, string why);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Option}: an application sends Proxy-Authorization in another form than Basic with the user name \"tor\". It works, and keeps its streams apart")]
    private static partial void LogLegacyAuthorization(ILogger log, string option);
}
