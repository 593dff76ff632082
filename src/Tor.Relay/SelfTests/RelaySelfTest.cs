using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Tor.Relay.SelfTests;

/// <summary>
/// A relay's test of itself: builds circuits that end at its own OR ports, so that somebody connects to them, and sends cells
/// through such circuits to see what it can carry (selftest.c of stock tor, whose sentences it logs).
/// </summary>
/// <remarks>Thread safe, except that <see cref="RunAsync"/> is for one caller.</remarks>
public sealed partial class RelaySelfTest
{
    private const int BandwidthCircuits = 4;
    private const int MaxBandwidthCells = 1000;

    /// <summary>Bytes per second from which on a relay gets enough traffic to show the rest.</summary>
    private const int EnoughBandwidth = 51_200;

    private static readonly TimeSpan _buildTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _earlyPause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _complaintPause = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan _bandwidthWindow = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _bandwidthPause = TimeSpan.FromHours(12);

    private readonly SelfTestEnvironment _environment;
    private readonly PortReachability _ports;
    private readonly TaskCompletionSource _reachable = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isReachable;

    /// <summary>Tests nothing before <see cref="RunAsync"/>.</summary>
    public RelaySelfTest(SelfTestEnvironment environment)
    {
        _environment = environment;
        _ports = new PortReachability(environment.Ports, environment.IsAssumed, environment.CountsLocalPeers);
    }

    /// <summary>Whether others may be told of this relay: every OR port has been reached, or the operator vouches for it.</summary>
    public bool IsReachable => _isReachable || _ports.Missing.Count == 0;

    /// <summary>Somebody has made a circuit over the channel. Cheap once all ports have been reached.</summary>
    public void OnCircuit(Channel channel)
    {
        if (_isReachable || _ports.OnCircuit(channel.Link, channel.Transport.RemoteEndPoint?.Address) is not { } port)
        {
            return;
        }

        bool isLast = _ports.Missing.Count == 0;
        LogReachable(_environment.Log, port, isLast && _environment.Publishes ? " Publishing server descriptor." : "");
        if (isLast)
        {
            _isReachable = true;
            _environment.OnReachable();
            _reachable.TrySetResult();
        }
    }

    /// <summary>Tests until cancelled.</summary>
    public async Task RunAsync(ISelfTestCircuits circuits, CancellationToken cancel)
    {
        try
        {
            await circuits.Ready.WaitAsync(cancel);
        }
        catch (Exception failure) when (failure is TunicException or IOException)
        {
            return; // whoever builds circuits was stopped before he could
        }

        if (IsReachable)
        {
            _isReachable = true;
            _reachable.TrySetResult();
        }

        await Task.WhenAll(TestPortsAsync(circuits, cancel), ComplainAsync(cancel), TestBandwidthAsync(circuits, cancel));
    }

    private async Task TestPortsAsync(ISelfTestCircuits circuits, CancellationToken cancel)
    {
        foreach (IPEndPoint port in _ports.Missing)
        {
            LogChecking(_environment.Log, port.AddressFamily == AddressFamily.InterNetwork ? "IPv4" : "IPv6", port, (int)_complaintPause.TotalMinutes);
        }

        long started = _environment.Time.GetTimestamp();
        while (!_isReachable)
        {
            foreach (IPEndPoint port in _ports.Missing)
            {
                (await TryBuildAsync(circuits, port, cancel))?.Close(); // CREATE has arrived, or never will
            }

            await WaitUntilReachableAsync(_environment.Time.GetElapsedTime(started) < _complaintPause ? _earlyPause : _complaintPause, cancel);
        }
    }

    private async Task ComplainAsync(CancellationToken cancel)
    {
        while (!await WaitUntilReachableAsync(_complaintPause, cancel) && !_isReachable)
        {
            LogUnreachable(_environment.Log, string.Join(" and ", _ports.Missing));
        }
    }

    private async Task TestBandwidthAsync(ISelfTestCircuits circuits, CancellationToken cancel)
    {
        await _reachable.Task.WaitAsync(cancel);
        while (_environment.TestsBandwidth)
        {
            int observed = _environment.ObservedBandwidth();
            if (observed < EnoughBandwidth && observed < _environment.BandwidthRate && !await TryBandwidthAsync(circuits, cancel))
            {
                await Task.Delay(_earlyPause, _environment.Time, cancel);
                continue;
            }

            await Task.Delay(_bandwidthPause, _environment.Time, cancel);
        }
    }

    /// <summary>Sends as many cells as ten seconds of the rate allow, at most as many as stock's circuit window, through some circuits.</summary>
    /// <returns>False when no circuit could be built.</returns>
    private async Task<bool> TryBandwidthAsync(ISelfTestCircuits circuits, CancellationToken cancel)
    {
        List<OriginCircuit> built = [];
        try
        {
            IPEndPoint port = _environment.Ports()[0];
            for (int number = 0; number < BandwidthCircuits; number++)
            {
                if (await TryBuildAsync(circuits, port, cancel) is { } circuit)
                {
                    built.Add(circuit);
                }
            }

            if (built.Count == 0)
            {
                return false;
            }

            double seconds = _bandwidthWindow.TotalSeconds;
            int cells = (int)Math.Min(_environment.BandwidthRate * seconds / Cell.FixedLength, MaxBandwidthCells);
            long before = _environment.BytesRead();
            foreach (OriginCircuit circuit in built)
            {
                SendDrops(circuit, cells / built.Count);
            }

            await Task.Delay(_bandwidthWindow, _environment.Time, cancel);
            long arrived = Math.Min(_environment.BytesRead() - before, (long)cells * Cell.FixedLength);
            _environment.OnBandwidth((int)(arrived / seconds));
            LogBandwidth(_environment.Log);
            return true;
        }
        finally
        {
            built.ForEach(circuit => circuit.Close());
        }
    }

    private static void SendDrops(OriginCircuit circuit, int count)
    {
        try
        {
            circuit.SendDrops(count);
        }
        catch (CircuitEndedException)
        {
            // then it has carried less, which is what the test wants to know
        }
    }

    private async Task<OriginCircuit?> TryBuildAsync(ISelfTestCircuits circuits, IPEndPoint port, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(_buildTimeout, _environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            return await circuits.BuildToAsync(_environment.Target(port), either.Token);
        }
        catch (Exception failure) when (failure is TunicException or IOException || (failure is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            LogFailed(_environment.Log, failure.Message);
            return null;
        }
    }

    /// <returns>False when the time is over before.</returns>
    private async Task<bool> WaitUntilReachableAsync(TimeSpan limit, CancellationToken cancel)
    {
        try
        {
            await _reachable.Task.WaitAsync(limit, _environment.Time, cancel);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Information, "Now checking whether {Family} ORPort {Port} is reachable... (this may take up to {Minutes} minutes -- look for log messages indicating success)")]
    private static partial void LogChecking(ILogger log, string family, IPEndPoint port, int minutes);

    [LoggerMessage(LogLevel.Information, "Self-testing indicates your ORPort {Port} is reachable from the outside. Excellent.{Publishing}")]
    private static partial void LogReachable(ILogger log, IPEndPoint port, string publishing);

    [LoggerMessage(LogLevel.Information, "Performing bandwidth self-test...done.")]
    private static partial void LogBandwidth(ILogger log);

    [LoggerMessage(LogLevel.Debug, "Our testing circuit (to see if your ORPort is reachable) has failed: {Failure}. I'll try again later.")]
    private static partial void LogFailed(ILogger log, string failure);

    [LoggerMessage(LogLevel.Warning, "Your server has not managed to confirm reachability for its ORPort(s) at {Where}. Relays do not publish descriptors until their ORPort(s) are reachable. Please check your firewalls, ports, address, /etc/hosts file, etc.")]
    private static partial void LogUnreachable(ILogger log, string where);
}
