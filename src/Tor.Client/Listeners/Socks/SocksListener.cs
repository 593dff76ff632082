using Microsoft.Extensions.Logging;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Listeners.Isolation;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tor.Client.Listeners.Socks;

/// <summary>A SOCKS port: versions 4, 4a and 5, with Tor's commands for name lookup.</summary>
public sealed partial class SocksListener : ProxyListener
{
    /// <summary>What is taken from an application before its stream is open; the rest waits in its socket.</summary>
    private const int MaxEarlyInput = 16 * 1024;
    private static readonly TimeSpan WarningInterval = TimeSpan.FromSeconds(5); // as stock

    private readonly SocksListenerOptions _options;
    private readonly StreamGate _gate;
    private readonly WarningLimit _addressWarning;

    /// <summary>A port that does nothing until it is started.</summary>
    /// <param name="opener">The client.</param>
    /// <param name="options">What the port does.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where warnings go.</param>
    public SocksListener(IStreamOpener opener, SocksListenerOptions options, TimeProvider time, ILogger log)
        : base(options, time, log)
    {
        _options = options;
        _gate = new StreamGate(opener, options, time, log);
        _addressWarning = new WarningLimit(time, WarningInterval);
    }

    private protected override async Task ServeAsync(ProxyConnection connection, CancellationToken stop)
    {
        if (await ReadRequestAsync(connection, stop) is not { } request)
        {
            return;
        }

        LogManner(request);
        IsolationKey isolation = _gate.CreateKey(
            LocalEndPoint,
            connection.ClientAddress,
            request.Version == SocksVersion.Socks5 ? "socks5" : "socks4",
            IsolationFacts.Describe(request.Isolation),
            request.Target);
        if (request.Command == SocksCommand.Connect)
        {
            await ConnectAsync(connection, request, isolation, stop);
        }
        else
        {
            byte[] reply = await connection.WatchAsync(MaxEarlyInput, cancel => LookUpAsync(request, isolation, cancel), stop);
            await connection.CloseAsync(reply, stop);
        }
    }

    /// <summary>Does the handshake. Null when it was refused and the connection closed.</summary>
    private async Task<SocksRequest?> ReadRequestAsync(ProxyConnection connection, CancellationToken stop)
    {
        using CancellationTokenSource timer = StartTimer(_options.HandshakeTimeout, stop);
        var handshake = new SocksHandshake(_options.Handshake with { RejectAddresses = _options.Handshake.RejectAddresses || _options.Rules().RejectsAddresses });
        while (true)
        {
            SocksAction action = handshake.Advance(connection.Input.Span);
            connection.Consume(action.Consumed);
            switch (action.Outcome)
            {
                case SocksOutcome.Request:
                    return action.Request;
                case SocksOutcome.Close:
                    LogRefused(Log, _options.OptionName, action.Error);
                    await connection.CloseAsync(action.Reply, timer.Token);
                    return null;
                case SocksOutcome.Continue:
                    await connection.SendAsync(action.Reply, timer.Token);
                    break;
                default:
                    if (!await connection.ReceiveAsync(SocksHandshake.MaxMessageLength, timer.Token))
                    {
                        return null;
                    }

                    break;
            }
        }
    }

    /// <summary>Whether the application looks names up itself, which its DNS server would see.</summary>
    private void LogManner(SocksRequest request)
    {
        bool logsAll = _options.Rules().LogsEveryRequest;
        if (request.IsAddressOnly && request.Command == SocksCommand.Connect)
        {
            if (logsAll || _addressWarning.Allows())
            {
                LogAddressOnly(Log, _options.OptionName);
            }
        }
        else if (logsAll && !request.IsAddressOnly)
        {
            LogHarmless(Log, request.Version == SocksVersion.Socks5 ? "socks5" : "socks4a", request.Target.Port);
        }
    }

    private async Task ConnectAsync(ProxyConnection connection, SocksRequest request, IsolationKey isolation, CancellationToken stop)
    {
        if (_gate.Refuse(request.Target) is { } refusal)
        {
            await FailAsync(connection, request, StreamFailure.Because(refusal), stop);
            return;
        }

        var target = new StreamRequest(new HostAndPort(request.Target.Host, request.Target.Port), isolation)
        {
            ContinueInline = true,
            Source = new StreamSource(
                connection.ClientEndPoint, request.Version == SocksVersion.Socks5 ? "SOCKS5" : "SOCKS4", _options.Isolation)
            {
                UserName = request.Isolation.Username ?? "",
                Password = request.Isolation.Password ?? "",
            },
            Families = request.Version == SocksVersion.Socks5 ? _options.Families : BeginFlags.None, // SOCKS4 knows no IPv6
        };
        (CircuitStream? stream, StreamFailure failure) = await connection.WatchAsync(MaxEarlyInput, cancel => _gate.OpenAsync(target, cancel), stop);
        if (stream is null)
        {
            await FailAsync(connection, request, failure, stop);
            return;
        }

        await Tunnel.RunAsync(connection, stream, request.EncodeReply(SocksStatus.Succeeded), stop);
    }

    private async Task<byte[]> LookUpAsync(SocksRequest request, IsolationKey isolation, CancellationToken cancel)
    {
        TargetAddress target = request.Target;
        bool isReverse = request.Command == SocksCommand.ResolvePtr;
        if (!isReverse && target.Address is { } known)
        {
            return request.EncodeResolved(known);
        }

        // As stock: no lookups of onion names, and no exit is asked for the name of a private address.
        if (target.IsOnion || (isReverse && _options.RejectInternalAddresses && InternalTargets.Contains(target)))
        {
            return request.EncodeReply(SocksStatus.HostUnreachable);
        }

        (Resolved? answer, StreamFailure failure) = await _gate.ResolveAsync(target, isolation, cancel);
        if (answer is null)
        {
            return Encode(request, failure);
        }

        if (isReverse)
        {
            string? name = answer.Answers.FirstOrDefault(found => found.HostName is not null)?.HostName;
            return name is null ? request.EncodeReply(SocksStatus.HostUnreachable) : request.EncodeResolved(name);
        }

        ResolvedAnswer? address = answer.Answers.FirstOrDefault(found => found.Type == ResolvedAnswerType.IPv4)
            ?? answer.Answers.FirstOrDefault(found => found.Address is not null);
        return address?.Address is { } ip ? request.EncodeResolved(ip) : request.EncodeReply(SocksStatus.HostUnreachable);
    }

    private Task FailAsync(ProxyConnection connection, SocksRequest request, StreamFailure failure, CancellationToken stop) =>
        connection.CloseAsync(Encode(request, failure), stop);

    private byte[] Encode(SocksRequest request, StreamFailure failure) =>
        request.EncodeReply(_options.ExtendedErrors ? failure.Status : SocksStatusMapping.WithoutExtension(failure.Status));

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Option}: an application gives only an IP address. One that looks names up itself may tell its DNS server where it goes: let it use SOCKS4a, or SOCKS5 with host names")]
    private static partial void LogAddressOnly(ILogger log, string option);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Your application (using {Version} to port {Port}) instructed Tor to take care of the DNS resolution itself if necessary. This is good.")]
    private static partial void LogHarmless(ILogger log, string version, int port);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Option}: refused a handshake: {Why}")]
    private static partial void LogRefused(ILogger log, string option, string why);
}
