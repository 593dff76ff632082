using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Network;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tor.Client.Circuits.Register;

/// <summary>Circuits that a controller makes, extends and closes (EXTENDCIRCUIT, CLOSECIRCUIT).</summary>
/// <remarks>Thread safe. A circuit along a path that the controller chose carries only the streams that the controller puts on it, and lives until somebody closes it.</remarks>
internal sealed class ControlledCircuits(
    CircuitBuilder builder, CircuitPool pool, PathPlanner planner, CircuitRegister register, ILogger log) : IAsyncDisposable
{
    private readonly BackgroundTasks _tasks = new(log);

    private CongestionControlParameters Congestion => CongestionControlParameters.FromConsensus(planner.View!.Consensus.Parameters);

    /// <summary>Begins a circuit along a path of our choice; streams may use it like others. Null when there is no path.</summary>
    internal CircuitRecord? Launch(string purpose)
    {
        PathResult result = planner.Select(new PathRequest { Length = pool.PathLength });
        if (!result.IsFound)
        {
            return null;
        }

        CircuitRecord record = register.Launch(purpose, "NEED_CAPACITY");
        Run(async cancel =>
        {
            (OriginCircuit circuit, GuardVerdict verdict) = await builder.BuildAsync(result.Path!, Congestion, record, cancel);
            if (purpose == CircuitPurpose.General)
            {
                pool.Adopt(circuit, result.Path!, verdict);
            }
        });
        return record;
    }

    /// <summary>Begins a circuit along these relays, nearest first.</summary>
    internal CircuitRecord Launch(string purpose, IReadOnlyList<Relay> hops)
    {
        CircuitRecord record = register.Launch(purpose);
        Run(cancel => builder.BuildAsync(new CircuitPath(hops, null), Congestion, record, cancel));
        return record;
    }

    /// <summary>Adds hops to a circuit, which no stream of the pool uses any more.</summary>
    internal void Extend(CircuitRecord record, OriginCircuit circuit, IReadOnlyList<Relay> hops)
    {
        pool.Retire(circuit);
        Run(async cancel =>
        {
            try
            {
                foreach (Relay hop in hops)
                {
                    await circuit.ExtendAsync(HopTargets.Create(hop, carriesStreams: true, Congestion), cancel);
                    register.OnHop(record, circuit, hop.RsaIdentity);
                }

                register.OnBuilt(record, mustWaitForGuard: false);
            }
            catch
            {
                circuit.Close(); // a circuit that failed in the middle is of no use
                throw;
            }
        });
    }

    /// <summary>No stream uses it any more unless the controller puts it there.</summary>
    internal void Keep(CircuitRecord record)
    {
        if (record.Circuit is { } circuit)
        {
            pool.Retire(circuit);
        }
    }

    /// <summary>Ends a circuit.</summary>
    internal static void Close(CircuitRecord record)
    {
        record.IsClosedByController = true;
        record.Circuit?.Close();
    }

    /// <summary>Gives up what is being built.</summary>
    public ValueTask DisposeAsync() => _tasks.DisposeAsync();

    /// <summary>The end is told by the circuit's record; only faults of this program go further.</summary>
    private void Run(Func<CancellationToken, Task> work) => _tasks.TryRun(async cancel =>
    {
        try
        {
            await work(cancel);
        }
        catch (Exception failure) when (failure is TunicException or IOException or TimeoutException)
        {
            // told by the record
        }
    });
}
