using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Relay.Circuits;

namespace Tunic.Tor.Relay.Exits;

/// <summary>One stream at an exit from BEGIN to END: lookup, rules, connection, and then bytes both ways; or one lookup.</summary>
internal sealed partial class ExitStreams(ExitOptions options, ExitRules rules, IResolver resolver, ChannelEnvironment environment)
{
    /// <summary>What RESOLVED always says, in seconds (stock RESOLVED_CLIPPED_TTL).</summary>
    internal const uint ResolvedTimeToLive = 60;

    /// <summary>What CONNECTED says of an address that needed no lookup (stock DEFAULT_DNS_TTL).</summary>
    private static readonly TimeSpan _literalTimeToLive = TimeSpan.FromMinutes(30);

    private volatile ExitRules _rules = rules;

    /// <summary>Places of the streams that are being looked up and connected. Who serves a stream has taken one, and it is given back here.</summary>
    internal PendingShares Pending { get; } = new(options.MaxConnecting);

    /// <summary>Where streams may lead from now on.</summary>
    internal void UseRules(ExitRules changed) => _rules = changed;

    /// <summary>Connects a stream to its target and moves bytes until either ends.</summary>
    internal async Task ServeAsync(RelayCircuit circuit, CircuitStream stream, Begin begin, CancellationToken cancel)
    {
        if (await TryOpenAsync(circuit, stream, begin, cancel) is { } socket)
        {
            await using CancellationTokenRegistration stopped = cancel.Register(socket.Dispose);
            await SocketPump.RunAsync(socket, stream, options.Linger);
        }
    }

    /// <summary>Answers RESOLVE.</summary>
    internal async Task ResolveAsync(RelayCircuit circuit, CircuitStream stream, Resolve resolve, CancellationToken cancel)
    {
        await using StreamEnding ending = stream.WatchEnding();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, ending.Token);
        try
        {
            stream.SendResolved(new Resolved(await LookUpAnswersAsync(resolve.Name, either.Token)));
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            stream.Close(EndReason.Hibernating);
        }
        catch
        {
            stream.Close(EndReason.Internal);
            throw;
        }
        finally
        {
            Pending.Leave(circuit);
        }
    }

    /// <summary>Opens the target, as long as the stream lives.</summary>
    /// <returns>Null when the stream has been ended.</returns>
    private async Task<Socket?> TryOpenAsync(RelayCircuit circuit, CircuitStream stream, Begin begin, CancellationToken cancel)
    {
        await using StreamEnding ending = stream.WatchEnding();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, ending.Token);
        try
        {
            return await OpenAsync(stream, begin, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            stream.Close(EndReason.Hibernating); // the relay stops; or the stream has ended, and nothing is sent
            return null;
        }
        catch
        {
            stream.Close(EndReason.Internal);
            throw;
        }
        finally
        {
            Pending.Leave(circuit);
        }
    }

    /// <summary>Looks up, judges and connects.</summary>
    /// <returns>Null when the stream has been ended.</returns>
    private async Task<Socket?> OpenAsync(CircuitStream stream, Begin begin, CancellationToken cancel)
    {
        if (await FindTargetAsync(begin, cancel) is not { } target)
        {
            LogNotFound(environment.Log, Sensitive.Of(begin.Host));
            stream.Close(EndReason.ResolveFailed);
            return null;
        }

        uint timeToLive = (uint)target.TimeToLive.TotalSeconds;
        if (_rules.FindRefusal(target.EndPoint) is { } refusal)
        {
            LogRefused(environment.Log, Sensitive.Of(target.EndPoint), refusal);
            stream.Close(refusal == EndReason.ExitPolicy ? new End(refusal, target.EndPoint.Address, timeToLive) : new End(refusal));
            return null;
        }

        if (await ConnectAsync(stream, target.EndPoint, cancel) is not { } socket)
        {
            return null;
        }

        if (stream.SendConnected(new Connected(target.EndPoint.Address, timeToLive)))
        {
            return socket;
        }

        socket.Dispose();
        return null;
    }

    private async Task<ExitTarget?> FindTargetAsync(Begin begin, CancellationToken cancel)
    {
        string host = begin.Host.ToLowerInvariant();
        if (TryParseAddress(host, out IPAddress? literal))
        {
            return new ExitTarget(new IPEndPoint(literal, begin.Port), _literalTimeToLive);
        }

        if (_rules.RefusesEverything || !IsHostName(host) || ReverseName.IsReverse(host))
        {
            return null;
        }

        NameAnswer answer = await resolver.ResolveAsync(host, cancel);
        return _rules.Choose(answer, begin.Port, begin.Flags) is { } address
            ? new ExitTarget(new IPEndPoint(address, begin.Port), answer.TimeToLive)
            : null;
    }

    private async Task<Socket?> ConnectAsync(CircuitStream stream, IPEndPoint target, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(options.ConnectTimeout, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(target, either.Token);
            socket.NoDelay = true;
            return socket;
        }
        catch (SocketException failure)
        {
            LogNotConnected(environment.Log, Sensitive.Of(target), failure.SocketErrorCode);
            stream.Close(SocketErrors.ToEndReason(failure.SocketErrorCode));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            stream.Close(EndReason.Timeout);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        socket.Dispose();
        return null;
    }

    private async Task<IReadOnlyList<ResolvedAnswer>> LookUpAnswersAsync(string name, CancellationToken cancel)
    {
        string host = name.ToLowerInvariant();
        if (TryParseAddress(host, out _) || _rules.RefusesEverything || !IsHostName(host))
        {
            return [ResolvedAnswer.FromError(isTransient: false, ResolvedTimeToLive)];
        }

        NameAnswer answer;
        if (ReverseName.IsReverse(host))
        {
            answer = ReverseName.Parse(host) is { } address && !PrivateAddresses.Contains(address)
                ? await resolver.ResolveNameAsync(address, cancel)
                : NameAnswer.NotFound;
        }
        else
        {
            answer = await resolver.ResolveAsync(host, cancel);
        }

        return Encode(answer);
    }

    private static List<ResolvedAnswer> Encode(NameAnswer answer)
    {
        var answers = new List<ResolvedAnswer>();
        if (answer.HostName is { } name)
        {
            answers.Add(ResolvedAnswer.From(name, ResolvedTimeToLive));
        }

        foreach (IPAddress address in new[] { answer.IPv4, answer.IPv6 }.OfType<IPAddress>())
        {
            answers.Add(ResolvedAnswer.From(address, ResolvedTimeToLive));
        }

        return answers.Count > 0 ? answers : [ResolvedAnswer.FromError(answer.IsTransientFailure, ResolvedTimeToLive)];
    }

    /// <summary>Four numbers, or an IPv6 address; none of the other ways in which the framework lets one write IPv4 addresses.</summary>
    private static bool TryParseAddress(string host, out IPAddress address)
    {
        bool isPlain = host.Contains(':') || (host.Count(character => character == '.') == 3 && host.All(character => char.IsAsciiDigit(character) || character == '.'));
        if (isPlain && !host.Contains('%') && IPAddress.TryParse(host, out IPAddress? parsed))
        {
            address = parsed;
            return true;
        }

        address = IPAddress.None;
        return false;
    }

    /// <summary>Letters, digits, hyphen, dot and underscore (stock address_is_invalid_destination), and not too long for a name.</summary>
    private static bool IsHostName(string host) =>
        host.Length is > 0 and <= byte.MaxValue && host.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_');

    [LoggerMessage(LogLevel.Debug, "A client asks for {Target}, which the policy refuses: {Reason}.")]
    private static partial void LogRefused(ILogger log, Sensitive<IPEndPoint> target, EndReason reason);

    [LoggerMessage(LogLevel.Debug, "{Target} cannot be reached for a client: {Error}.")]
    private static partial void LogNotConnected(ILogger log, Sensitive<IPEndPoint> target, SocketError error);

    [LoggerMessage(LogLevel.Debug, "A client asks for {Host}, which is no address that may be reached.")]
    private static partial void LogNotFound(ILogger log, Sensitive<string> host);
}
