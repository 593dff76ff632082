using System.Collections.Frozen;
using Tunic.Primitives.Errors;
using Tunic.Primitives.Keys;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tor.Client.OnionServices.Circuits;

/// <summary>Builds circuits through vanguards, and tries other paths when one fails.</summary>
internal sealed class InternalCircuitBuilder(PathPlanner planner, BuildCircuit buildCircuit, TimeProvider time)
{
    private const int MaxAttempts = 4;
    private static readonly TimeSpan GuardInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Only streams to exits have congestion control on the circuit itself; with a service it is settled at the introduction.</summary>
    private static readonly CongestionControlParameters NoCongestionControl = CongestionControlParameters.Default with { Enabled = false };

    /// <summary>Builds a circuit of so many hops.</summary>
    /// <param name="length">Hops.</param>
    /// <param name="excluded">Relays that must not be in it but as its guard.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="TunicException">It could not be built.</exception>
    internal async Task<InternalCircuit> BuildAsync(int length, IEnumerable<RsaIdentity> excluded, CancellationToken cancel)
    {
        HashSet<RsaIdentity> avoided = [.. excluded];
        for (int attempt = 1; ; attempt++)
        {
            var request = new PathRequest
            {
                Length = length,
                IsInternal = true,
                EndServesOnionService = true,
                NeedsStable = true,
                Excluded = avoided.ToFrozenSet(),
            };
            PathResult chosen = planner.SelectWithVanguards(request);
            if (chosen.Path is not { } path)
            {
                throw new CircuitEndedException(ErrorKind.NotReady, $"there is no path for an onion service: {chosen.Failure} at hop {chosen.Hop}");
            }

            try
            {
                (OriginCircuit circuit, GuardVerdict verdict) = await buildCircuit(path, NoCongestionControl, cancel);
                if (verdict == GuardVerdict.MaybeUsableLater)
                {
                    await WaitForGuardAsync(circuit, path, cancel);
                }

                return new InternalCircuit(circuit, path, time.GetElapsedTime(0));
            }
            catch (CircuitBuildException failure) when (attempt < MaxAttempts)
            {
                if (failure.Hop > 2)
                {
                    avoided.Add(failure.Relay.RsaIdentity); // who makes circuits fail must not choose who our second hop is
                }
            }
        }
    }

    /// <summary>Its guard is not the best one: it may be used when the better ones turn out to be down.</summary>
    private async Task WaitForGuardAsync(OriginCircuit circuit, CircuitPath path, CancellationToken cancel)
    {
        try
        {
            while (!planner.UpgradeWaiting([path.GuardUse!]).Contains(path.GuardUse!))
            {
                if (circuit.HasEnded || planner.ShouldExpire(path.GuardUse!))
                {
                    throw new CircuitBuildException(path.Hops[0], 1, "a better guard is there");
                }

                await Task.Delay(GuardInterval, time, cancel);
            }
        }
        catch
        {
            circuit.Close();
            throw;
        }
    }
}
