using System.Net;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Listeners.Isolation;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tor.Client.Listeners;

/// <summary>The way from a port to the client: what the port's rules refuse does not reach it.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed partial class StreamGate
{
    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan PlaintextInterval = TimeSpan.FromSeconds(5);

    private readonly IStreamOpener _opener;
    private readonly ListenerOptions _options;
    private readonly ILogger _log;
    private readonly WarningLimit _privateWarning;
    private readonly WarningLimit _deniedWarning;
    private readonly WarningLimit _plaintextWarning;

    internal StreamGate(IStreamOpener opener, ListenerOptions options, TimeProvider time, ILogger log)
    {
        _opener = opener;
        _options = options;
        _log = log;
        _privateWarning = new WarningLimit(time, WarningInterval);
        _deniedWarning = new WarningLimit(time, WarningInterval);
        _plaintextWarning = new WarningLimit(time, PlaintextInterval);
    }

    /// <summary>The key of a request of an application.</summary>
    internal IsolationKey CreateKey(IPEndPoint listener, IPAddress client, string protocol, string credentials, TargetAddress target) =>
        _options.Isolation.CreateKey(
            new IsolationFacts(listener.ToString(), client.ToString(), protocol, credentials, target.Host, target.Port));

    /// <summary>Whether a datagram of the program at the address is answered; connections are looked at when they are accepted.</summary>
    internal bool Accepts(IPAddress client)
    {
        if (_options.Rules().Accepts(client))
        {
            return true;
        }

        if (_deniedWarning.Allows())
        {
            LogDenied(_log, _options.OptionName);
        }

        return false;
    }

    /// <summary>Why a stream to the target is refused; null when it is not.</summary>
    internal LocalEndReason? Refuse(TargetAddress target)
    {
        if (_opener.IsMapped(target.Host))
        {
            return null; // the controller who said so knows where it goes
        }

        if (RefuseOnion(target) is { } reason)
        {
            return reason;
        }

        if (target.Kind == TargetKind.HostName && !_options.AllowNames)
        {
            return LocalEndReason.EntryPolicy;
        }

        if (!_options.RejectInternalAddresses || !InternalTargets.Contains(target))
        {
            return target.IsOnion ? null : RefusePlaintext(target.Port);
        }

        if (_privateWarning.Allows())
        {
            LogPrivate(_log, _options.OptionName, Sensitive.OfOurs(target.Host));
        }

        return LocalEndReason.PrivateAddress;
    }

    /// <summary>Opens a stream.</summary>
    /// <returns>The stream, or why there is none.</returns>
    internal async Task<(CircuitStream? Stream, StreamFailure Failure)> OpenAsync(StreamRequest request, CancellationToken cancel)
    {
        try
        {
            return (await _opener.OpenAsync(request, cancel), default);
        }
        catch (Exception failure) when (failure is TunicException or TimeoutException)
        {
            LogFailed(_log, _options.OptionName, Sensitive.OfOurs(request.Target.ToString()), failure.Message);
            return (null, StreamFailure.From(failure));
        }
    }

    /// <summary>Looks up a name or the name of an address.</summary>
    /// <returns>The answers that may be told, or why there are none.</returns>
    internal async Task<(Resolved? Answer, StreamFailure Failure)> ResolveAsync(
        TargetAddress target, IsolationKey isolation, CancellationToken cancel)
    {
        try
        {
            return (Check(await _opener.ResolveAsync(target.Host, isolation, cancel)), default);
        }
        catch (Exception failure) when (failure is TunicException or TimeoutException)
        {
            LogFailed(_log, _options.OptionName, Sensitive.OfOurs(target.Host), failure.Message);
            return (null, StreamFailure.From(failure));
        }
    }

    /// <summary>The exit, and everybody behind it, reads what a protocol without encryption sends (stock consider_plaintext_ports).</summary>
    private LocalEndReason? RefusePlaintext(int port)
    {
        ApplicationRules rules = _options.Rules();
        bool isRejected = rules.RejectedPorts.Contains(port);
        if (rules.WarnedPorts.Contains(port) && _plaintextWarning.Allows())
        {
            LogPlaintext(_log, port, isRejected ? " Closing." : "");
        }

        return isRejected ? LocalEndReason.EntryPolicy : null;
    }

    private LocalEndReason? RefuseOnion(TargetAddress target)
    {
        if (target.OnionLabel is not { } label)
        {
            return null;
        }

        if (!OnionAddress.TryParse(label, out _))
        {
            return LocalEndReason.BadOnionAddress;
        }

        return _options.AllowOnion ? null : LocalEndReason.EntryPolicy;
    }

    /// <summary>An exit must not have the application connect to something near it (<c>ClientDNSRejectInternalAddresses</c>), or call something a name that is none.</summary>
    private Resolved Check(Resolved resolved)
    {
        ResolvedAnswer[] kept = [.. resolved.Answers.Where(MayTell)];
        return kept.Length > 0 || resolved.Answers.Count == 0
            ? new Resolved(kept)
            : new Resolved([ResolvedAnswer.FromError(isTransient: true, timeToLive: 0)]);
    }

    private bool MayTell(ResolvedAnswer answer)
    {
        if (answer.HostName is { } name)
        {
            return TargetAddress.TryParse(name, 0, out TargetAddress? target) && target.Kind == TargetKind.HostName;
        }

        return answer.Address is not { } address || !_options.RejectInternalAddresses || !InternalAddress.Contains(address);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Option}: refused a request for the private address {Target}, which means something else at an exit")]
    private static partial void LogPrivate(ILogger log, string option, Sensitive<string> target);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Option}: rejecting a request from an address that the policy does not allow")]
    private static partial void LogDenied(ILogger log, string option);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Application request to port {Port}: this port is commonly used for unencrypted protocols. Please make sure you don't send anything you would mind the rest of the Internet reading!{Closing}")]
    private static partial void LogPlaintext(ILogger log, int port, string closing);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Option}: a request for {Target} failed: {Why}")]
    private static partial void LogFailed(ILogger log, string option, Sensitive<string> target, string why);
}
