using Tunic.Primitives.Errors;
using Tunic.Tor.Client.Streams;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tor.Client.OnionServices.Visits;

/// <summary>Opens streams to onion services.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class OnionVisitor : IAsyncDisposable
{
    private const int MaxAttempts = 3;

    private readonly VisitEnvironment _environment;
    private readonly OnionDescriptors _descriptors;
    private readonly IntroductionFailures _failures = new();
    private readonly PuzzleSolving _puzzles;
    private readonly VisitCircuits _circuits;

    /// <summary>A visitor that has not been anywhere.</summary>
    internal OnionVisitor(VisitEnvironment environment)
    {
        _environment = environment;
        _descriptors = new OnionDescriptors(environment);
        _puzzles = new PuzzleSolving(environment.Random);
        var visit = new OnionVisit(environment, _descriptors, _failures, _puzzles);
        _circuits = new VisitCircuits(
            (key, cancel) => visit.GoAsync(key.Address, cancel), () => environment.Options().MaxCircuitDirtiness, environment.Time, environment.Log);
    }

    /// <summary>The descriptors of services at hand.</summary>
    internal OnionDescriptors Descriptors => _descriptors;

    /// <summary>Whether a host is for this to reach, whether or not its address is good.</summary>
    internal static bool IsOnion(string host) => host.EndsWith(OnionAddress.Suffix, StringComparison.OrdinalIgnoreCase);

    /// <summary>Opens a stream to a port of a service.</summary>
    /// <exception cref="OnionVisitException">The service cannot be reached.</exception>
    /// <exception cref="StreamException">The service refuses, or time is up.</exception>
    /// <exception cref="TunicException">The network cannot be reached.</exception>
    internal async Task<CircuitStream> OpenAsync(StreamRequest request, CancellationToken cancel)
    {
        if (OnionAddress.ParseHost(request.Target.Host, out OnionAddress address) is var fault && fault != OnionAddressFault.None)
        {
            throw new OnionVisitException(LocalEndReason.BadOnionAddress, $"this is not an onion address: {Describe(fault)}");
        }

        TimeSpan limit = _environment.Options().StreamTimeout;
        using var timer = new CancellationTokenSource(limit, _environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            await _environment.Ready.WaitAsync(either.Token);
            CircuitStream stream = await OpenAsync(new VisitKey(address, request.Isolation), request, either.Token);
            if (!request.ContinueInline)
            {
                await ReceiveLoop.LeaveAsync(); // the caller may block
            }

            return stream;
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new OnionVisitException(LocalEndReason.OnionServiceRendezvousFailed, $"the service did not answer within {limit.TotalSeconds:0} s");
        }
    }

    /// <summary>Forgets whom it has visited, as far as the streams that are open let it (SIGNAL NEWNYM).</summary>
    internal void Clear()
    {
        _circuits.RetireAll();
        _descriptors.Clear();
        _failures.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _circuits.DisposeAsync();
        await _descriptors.DisposeAsync();
        _puzzles.Dispose();
    }

    private async Task<CircuitStream> OpenAsync(VisitKey key, StreamRequest request, CancellationToken cancel)
    {
        var begin = new Begin("", request.Target.Port); // the service knows who it is, and IPv6 is not its business
        for (int attempt = 1; ; attempt++)
        {
            OriginCircuit circuit = await _circuits.GetAsync(key, cancel);
            try
            {
                return await circuit.ConnectAsync(begin, request.ContinueInline, cancel);
            }
            catch (CircuitEndedException) when (attempt < MaxAttempts)
            {
                _circuits.Retire(key, circuit); // the service was restarted, or a relay on the way: by another way, then
            }
            catch (StreamException failure) when (failure.Kind == ErrorKind.RemoteUnreachable && circuit.HasEnded && attempt < MaxAttempts)
            {
                _circuits.Retire(key, circuit);
            }
        }
    }

    private static string Describe(OnionAddressFault fault) => fault switch
    {
        OnionAddressFault.WrongLength => $"it needs {OnionAddress.Length} characters before \"{OnionAddress.Suffix}\"",
        OnionAddressFault.WrongCharacter => "it has a character that none has",
        OnionAddressFault.WrongVersion => "it is not of version 3",
        OnionAddressFault.WrongChecksum => "a character is wrong",
        _ => "its key is none",
    };
}
