using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Circuits;

/// <summary>The circuits of visitors and services: through vanguards to relays that others have chosen, or to a rendezvous point of ours.</summary>
/// <remarks>Thread safe. Nobody goes on inside a receive loop when he gets a circuit.</remarks>
internal sealed class OnionCircuits : IOnionCircuits, IAsyncDisposable
{
    private const int MaxAttempts = 3;

    private readonly PathPlanner _planner;
    private readonly InternalCircuitBuilder _builder;
    private readonly Task _ready;
    private readonly TimeProvider _time;
    private readonly SpareCircuits _spares;
    private readonly CancellationTokenSource _stop = new(); // holds no timer, so it needs no dispose

    /// <param name="planner">Chooses paths.</param>
    /// <param name="buildCircuit">Builds them.</param>
    /// <param name="directoryReady">Ends when enough of the network is known.</param>
    /// <param name="getUnusedLifetime">After this long a circuit that nobody used is closed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">What went wrong.</param>
    internal OnionCircuits(
        PathPlanner planner, BuildCircuit buildCircuit, Task directoryReady, Func<TimeSpan> getUnusedLifetime, TimeProvider time, ILogger log)
    {
        _planner = planner;
        _builder = new InternalCircuitBuilder(planner, buildCircuit, time);
        _ready = directoryReady;
        _time = time;
        _spares = new SpareCircuits(
            cancel => _builder.BuildAsync(OnionPathShape.GetInternalLength(OnionCircuitPurpose.ClientRendezvous, planner.HasThirdHops), [], cancel),
            getUnusedLifetime,
            time,
            log);
    }

    /// <inheritdoc/>
    public Task<OriginCircuit> OpenAsync(OnionCircuitPurpose purpose, HopTarget target, CancellationToken cancel) =>
        UntilStoppedAsync(any => ExtendAsync(purpose, target, any), cancel);

    /// <inheritdoc/>
    public Task<(OriginCircuit Circuit, Relay End)> OpenToAnyAsync(
        OnionCircuitPurpose purpose, IReadOnlySet<Relay> excluded, CancellationToken cancel) => UntilStoppedAsync(
        any => purpose == OnionCircuitPurpose.ServiceIntroduction ? ExtendToAnyAsync(purpose, excluded, any) : BuildToAnyAsync(purpose, excluded, any),
        cancel);

    /// <summary>Uses none of the circuits that are ready, and other second hops (SIGNAL NEWNYM).</summary>
    internal void UseNewCircuits()
    {
        _planner.ForgetSecondHops();
        _spares.RetireAll();
    }

    /// <summary>Uses none of the circuits that are ready: they were built by other rules.</summary>
    internal void RetireAll() => _spares.RetireAll();

    /// <summary>Uses none of the circuits through these relays.</summary>
    internal void Avoid(Predicate<Relay> isDown) => _spares.Avoid(isDown);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _spares.DisposeAsync();
    }

    private async Task<OriginCircuit> ExtendAsync(OnionCircuitPurpose purpose, HopTarget target, CancellationToken cancel)
    {
        for (int attempt = 1; ; attempt++)
        {
            InternalCircuit inner = await GetInternalAsync(purpose, spare => spare.MayExtendTo(target), [target.RsaIdentity], cancel);
            TimeSpan limit = _planner.GetBuildTimeout(inner.Path.Hops.Count + 1);
            using var timer = new CancellationTokenSource(limit, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
            try
            {
                await inner.Circuit.ExtendAsync(target, either.Token);
                return inner.Circuit;
            }
            catch (Exception failure)
            {
                inner.Circuit.Close();
                cancel.ThrowIfCancellationRequested();
                if (failure is not (TunicException or OperationCanceledException))
                {
                    throw;
                }

                if (attempt == MaxAttempts)
                {
                    throw timer.IsCancellationRequested
                        ? new CircuitEndedException(ErrorKind.Timeout, $"the last hop did not answer within {limit.TotalSeconds:0.#} s", failure)
                        : failure;
                }
            }
        }
    }

    private async Task<(OriginCircuit Circuit, Relay End)> ExtendToAnyAsync(
        OnionCircuitPurpose purpose, IReadOnlySet<Relay> excluded, CancellationToken cancel)
    {
        var request = new PathRequest
        {
            IsInternal = true,
            EndServesOnionService = true,
            NeedsStable = true,
            Excluded = excluded.Select(relay => relay.RsaIdentity).ToFrozenSet(),
        };
        Relay end = _planner.ChooseEnd(request)
            ?? throw new CircuitEndedException(ErrorKind.NotReady, "there is no other relay for an onion service");
        return (await ExtendAsync(purpose, HopTargets.Create(end, carriesStreams: false, CongestionControlParameters.Default), cancel), end);
    }

    private async Task<(OriginCircuit Circuit, Relay End)> BuildToAnyAsync(
        OnionCircuitPurpose purpose, IReadOnlySet<Relay> excluded, CancellationToken cancel)
    {
        HashSet<RsaIdentity> avoided = [.. excluded.Select(relay => relay.RsaIdentity)];
        InternalCircuit inner = await GetInternalAsync(purpose, spare => !avoided.Contains(spare.Path.End.RsaIdentity), avoided, cancel);
        return (inner.Circuit, inner.Path.End);
    }

    private async Task<InternalCircuit> GetInternalAsync(
        OnionCircuitPurpose purpose, Predicate<InternalCircuit> fits, IEnumerable<RsaIdentity> excluded, CancellationToken cancel)
    {
        int length = OnionPathShape.GetInternalLength(purpose, _planner.HasThirdHops);
        InternalCircuit? spare = OnionPathShape.MayBeSpare(purpose)
            ? _spares.TryTake(candidate => candidate.Path.Hops.Count == length && fits(candidate))
            : null;
        return spare ?? await _builder.BuildAsync(length, excluded, cancel);
    }

    private async Task<T> UntilStoppedAsync<T>(Func<CancellationToken, Task<T>> open, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stop.Token);
        try
        {
            await _ready.WaitAsync(either.Token);
            T opened = await open(either.Token);
            await ReceiveLoop.LeaveAsync();
            return opened;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CircuitEndedException(ErrorKind.ShuttingDown, "the client is shutting down");
        }
    }
}
