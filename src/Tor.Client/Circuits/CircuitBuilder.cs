using Tunic.Primitives.Errors;
using Tunic.Tor.Client.Circuits.Register;
using Tunic.Tor.Client.Paths;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Circuits;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Links;
using Tunic.Tor.Protocol.Paths;
using Tunic.Tor.Protocol.Paths.BuildTimes;
using Tunic.Tor.Protocol.Paths.Guards;

namespace Tunic.Tor.Client.Circuits;

/// <summary>Builds a circuit along a path, and tells the planner how its guard fared.</summary>
internal sealed class CircuitBuilder(
    ChannelTable channels, CircuitEnvironment circuits, PathPlanner planner, CircuitRegister register, TimeProvider time)
{
    /// <summary>Builds the circuit hop by hop within the learnt build timeout.</summary>
    /// <returns>The circuit, and whether its guard may be used already.</returns>
    /// <exception cref="CircuitBuildException">It could not be built; names the hop.</exception>
    internal Task<(OriginCircuit Circuit, GuardVerdict Verdict)> BuildAsync(CircuitPath path, CongestionControlParameters congestion, CancellationToken cancel) =>
        BuildAsync(path, congestion, register.Launch(CircuitPurpose.General, "NEED_CAPACITY"), cancel);

    /// <summary>Builds the circuit of a record.</summary>
    internal async Task<(OriginCircuit Circuit, GuardVerdict Verdict)> BuildAsync(
        CircuitPath path, CongestionControlParameters congestion, CircuitRecord record, CancellationToken cancel)
    {
        TimeSpan startedAt = time.GetElapsedTime(0);
        TimeSpan timeout = planner.GetBuildTimeout(path.Hops.Count);
        using var timer = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        OriginCircuit? circuit = null;
        int hop = 0;
        try
        {
            Relay first = path.Hops[0];
            Channel channel = await channels.GetAsync(
                new PeerIdentity(first.RsaIdentity, first.Ed25519Identity), planner.Reach(first), either.Token);
            circuit = await OriginCircuit.CreateAsync(channel, Target(path, 0, congestion), circuits, either.Token);
            register.OnHop(record, circuit, first.RsaIdentity);
            for (hop = 1; hop < path.Hops.Count; hop++)
            {
                await circuit.ExtendAsync(Target(path, hop, congestion), either.Token);
                register.OnHop(record, circuit, path.Hops[hop].RsaIdentity);
                if (hop + 1 == CircuitBuildTimeout.MeasuredHops)
                {
                    planner.OnMeasured(time.GetElapsedTime(0) - startedAt);
                }
            }

            GuardVerdict verdict = planner.OnBuilt(path.GuardUse);
            if (verdict == GuardVerdict.Never)
            {
                throw new CircuitBuildException(path.Hops[0], 1, "its guard is no longer one of ours");
            }

            register.OnBuilt(record, mustWaitForGuard: verdict == GuardVerdict.MaybeUsableLater);
            return (circuit, verdict);
        }
        catch (Exception failure)
        {
            register.OnEnded(record, timer.IsCancellationRequested ? " REASON=TIMEOUT" : DescribeFailure(circuit, cancel));
            circuit?.Close();
            if (cancel.IsCancellationRequested)
            {
                planner.OnCancelled(path.GuardUse); // given up for what another relay did
                throw new OperationCanceledException(cancel);
            }

            Report(path, hop, timer.IsCancellationRequested, failure is CircuitEndedException { IsByPeer: true });
            if (failure is CircuitBuildException)
            {
                throw;
            }

            if (failure is TunicException or IOException or TimeoutException or OperationCanceledException)
            {
                string why = timer.IsCancellationRequested ? $"no answer within {timeout.TotalSeconds:0.#} s" : failure.Message;
                throw new CircuitBuildException(path.Hops[hop], hop + 1, why, failure);
            }

            throw;
        }
    }

    private static HopTarget Target(CircuitPath path, int hop, CongestionControlParameters congestion) =>
        HopTargets.Create(path.Hops[hop], carriesStreams: hop == path.Hops.Count - 1, congestion);

    private static string DescribeFailure(OriginCircuit? circuit, CancellationToken cancel) =>
        cancel.IsCancellationRequested ? " REASON=FINISHED"
        : circuit is null ? " REASON=CONNECTFAILED"
        : circuit.RemoteReason is { } reason ? $" REASON=DESTROYED REMOTE_REASON={ControlReasons.NameOf(reason)}"
        : circuit.HasEnded ? " REASON=CHANNEL_CLOSED"
        : " REASON=TORPROTOCOL";

    private void Report(CircuitPath path, int hop, bool isTimeout, bool isByPeer)
    {
        if (isTimeout && hop < CircuitBuildTimeout.MeasuredHops && path.Hops.Count >= CircuitBuildTimeout.MeasuredHops)
        {
            planner.OnTimeout(hasFirstHop: hop > 0);
        }

        if (hop == 0 && !isByPeer)
        {
            planner.OnGuardFailed(path.GuardUse);
        }
        else
        {
            planner.OnCancelled(path.GuardUse);
        }
    }
}
