using System.Net;
using System.Net.Sockets;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Client.OnionServices.Visits;
using Tunic.Tor.Client.Streams.Register;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.Streams;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Client.Streams;

/// <summary>Opens streams on one circuit after the other until it works: circuits of the pool, or those that a controller chooses.</summary>
internal sealed class StreamConnector(
    ClientOptions options,
    Task ready,
    CircuitPool pool,
    CircuitRegister circuits,
    StreamRegister streams,
    AddressMap addresses,
    Func<StreamRequest, CancellationToken, Task<CircuitStream>> visit,
    TimeProvider time,
    CancellationToken stop)
{
    private volatile ClientOptions _options = options;

    /// <summary>Told of each stream that was opened on a circuit of the pool, with the circuit's path.</summary>
    internal Action<StreamRequest, IReadOnlyList<Relay>>? Opened { get; init; }

    /// <summary>Times and limits of attempts from now on.</summary>
    internal void Reconfigure(ClientOptions changed) => _options = changed;

    /// <summary>Opens a stream. Who waits goes on inside the receive loop.</summary>
    internal async Task<CircuitStream> ConnectAsync(StreamRequest request, CancellationToken cancel)
    {
        StreamRecord record = streams.Open(request, isLookup: false);
        return await TryAsync(record, () => OnionVisitor.IsOnion(record.Target.Host) ? VisitAsync(record, cancel) : TryCircuitsAsync(
            record,
            async (circuit, attempt) =>
            {
                HostAndPort target = record.Target;
                CircuitStream stream = await circuit.ConnectAsync(
                    new Begin(target.Host.ToLowerInvariant(), target.Port, request.Families), request.ContinueInline, attempt);
                streams.OnConnected(record, stream);
                return stream;
            },
            cancel));
    }

    /// <summary>Looks a name or an address up.</summary>
    internal async Task<Resolved> ResolveAsync(string nameOrAddress, IsolationKey isolation, CancellationToken cancel)
    {
        StreamRecord record = streams.Open(new StreamRequest(new HostAndPort(nameOrAddress, 0), isolation), isLookup: true);
        return await TryAsync(record, () => TryCircuitsAsync(
            record,
            async (circuit, attempt) =>
            {
                string host = record.Target.Host;
                Resolve resolve = IPAddress.TryParse(host, out IPAddress? address) ? Resolve.Reverse(address) : new Resolve(host.ToLowerInvariant());
                Resolved resolved = await circuit.ResolveAsync(resolve, attempt);
                streams.OnAnswered(record);
                return resolved;
            },
            cancel));
    }

    /// <summary>Redirects the stream where its target stands for another one, and tells how it ended when it fails.</summary>
    private async Task<T> TryAsync<T>(StreamRecord record, Func<Task<T>> open)
    {
        try
        {
            if (addresses.Rewrite(record.Target.Host) is var host && host != record.Target.Host)
            {
                streams.Redirect(record, record.Target with { Host = host }, tells: true);
            }

            return await open();
        }
        catch (Exception failure)
        {
            streams.OnFailed(record, failure);
            throw;
        }
    }

    /// <summary>Goes to an onion service, over circuits of its own.</summary>
    private async Task<CircuitStream> VisitAsync(StreamRecord record, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, stop, record.Stop.Token);
        try
        {
            if (record.IsHeld && await streams.WaitForChoiceAsync(record, either.Token) is not null)
            {
                throw new StreamException(ErrorKind.Configuration, EndReason.Misc, "a controller chose a circuit that does not lead to the onion service");
            }

            CircuitStream stream = await visit(record.Request with { Target = record.Target }, either.Token);
            streams.OnConnected(record, stream);
            return stream;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw Stopped(record);
        }
    }

    /// <summary>Opens on one circuit after the other until it works, the far end has said no often enough, or time is up.</summary>
    private async Task<T> TryCircuitsAsync<T>(StreamRecord record, Func<OriginCircuit, CancellationToken, Task<T>> open, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(_options.StreamTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource([timer.Token, cancel, stop, record.Stop.Token]);
        try
        {
            await ready.WaitAsync(either.Token);
            for (int failures = 0; ;)
            {
                bool isHeld = record.IsHeld;
                (OriginCircuit circuit, PooledCircuit? pooled) = await GetCircuitAsync(record, isHeld, either.Token);
                if (streams.BeginAttempt(record, circuits.Find(circuit)?.Number ?? 0, isHeld) is not { } elsewhere)
                {
                    continue;
                }

                using var attempt = new CancellationTokenSource(_options.StreamAttemptTimeout, time);
                using var any = CancellationTokenSource.CreateLinkedTokenSource(attempt.Token, either.Token, elsewhere.Token);
                try
                {
                    T opened = await open(circuit, any.Token);
                    if (pooled is not null && !record.IsLookup)
                    {
                        Opened?.Invoke(record.Request, pooled.Path.Hops);
                    }

                    return opened;
                }
                catch (StreamException failure) when (record.IsHeld || (StreamRetry.IsWorthwhile(failure) && ++failures < _options.MaxStreamFailures))
                {
                    GiveUp(record, pooled, failure);
                }
                catch (CircuitEndedException failure)
                {
                    GiveUp(record, pooled, failure);
                }
                catch (OperationCanceledException failure) when (elsewhere.IsCancellationRequested && !either.IsCancellationRequested)
                {
                    streams.OnDetached(record, failure); // the controller wants another circuit; this one did nothing wrong
                }
                catch (OperationCanceledException failure) when (attempt.IsCancellationRequested && !either.IsCancellationRequested)
                {
                    GiveUp(record, pooled, failure); // perhaps the circuit is at fault, perhaps the target: another one will tell
                }
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw stop.IsCancellationRequested || record.Stop.IsCancellationRequested
                ? Stopped(record)
                : new StreamException(ErrorKind.Timeout, EndReason.Timeout, $"no answer within {_options.StreamTimeout.TotalSeconds:0} s");
        }
    }

    private TunicException Stopped(StreamRecord record) => stop.IsCancellationRequested
        ? new CircuitEndedException(ErrorKind.ShuttingDown, "the client is shutting down")
        : new StreamException(ErrorKind.ShuttingDown, record.StopReason, "a controller closed the stream");

    /// <summary>The controller's choice for a stream that it holds, else a circuit of the pool.</summary>
    private async Task<(OriginCircuit Circuit, PooledCircuit? Pooled)> GetCircuitAsync(StreamRecord record, bool isHeld, CancellationToken cancel)
    {
        if (isHeld && await streams.WaitForChoiceAsync(record, cancel) is { Circuit: { } chosen })
        {
            return (chosen, null);
        }

        HostAndPort target = record.Target;
        ExitPort port = record.IsLookup ? ExitPort.Resolve : new ExitPort(target.Port, FamilyOf(target.Host));
        PooledCircuit pooled = await pool.GetAsync(new CircuitRequest(port, record.Request.Isolation), cancel);
        return (pooled.Circuit, pooled);
    }

    private void GiveUp(StreamRecord record, PooledCircuit? pooled, Exception why)
    {
        if (pooled is not null)
        {
            pool.Retire(pooled);
        }

        streams.OnDetached(record, why);
    }

    private static ExitAddressFamily FamilyOf(string host) => !IPAddress.TryParse(host, out IPAddress? address)
        ? ExitAddressFamily.Any
        : address.AddressFamily == AddressFamily.InterNetworkV6 ? ExitAddressFamily.IPv6 : ExitAddressFamily.IPv4;
}
