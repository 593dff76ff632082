using System.Runtime.InteropServices;
using Tunic.Node.Logging;

namespace Tunic.Node.Processes;

/// <summary>Turns signals into one orderly shutdown: the first SIGTERM or SIGINT asks for it, a second ends the process at once.</summary>
/// <remarks>Signals arrive on threads of their own; subscribers are called one after the other.</remarks>
internal sealed class ProcessSignals : IDisposable
{
    private static readonly TimeSpan SameRequest = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Lock _oneSubscriber = new();
    private long _askedAt;

    internal ProcessSignals()
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnStop));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnStop));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnHangup));
    }

    /// <summary>SIGHUP: read the configuration again. Without a subscriber the signal is ignored.</summary>
    internal event Action? HangedUp;

    /// <summary>Told which signal asked for the end, before <see cref="Stopping"/> is cancelled.</summary>
    internal event Action<PosixSignal>? StopRequested;

    /// <summary>Cancelled when the process is asked to end.</summary>
    internal CancellationToken Stopping => _stop.Token;

    /// <summary>As SIGHUP.</summary>
    internal void HangUp()
    {
        lock (_oneSubscriber)
        {
            HangedUp?.Invoke();
        }
    }

    /// <summary>As SIGTERM or SIGINT.</summary>
    internal void RequestStop(PosixSignal signal)
    {
        lock (_oneSubscriber)
        {
            StopRequested?.Invoke(signal);
        }

        _stop.Cancel();
    }

    /// <summary>Ends for a reason from within, of which <see cref="StopRequested"/> is not told.</summary>
    internal void Stop() => _stop.Cancel();

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void OnStop(PosixSignalContext context)
    {
        context.Cancel = true;
        long now = Environment.TickCount64 + 1;
        if (Interlocked.CompareExchange(ref _askedAt, now, 0) is var before && before != 0)
        {
            if (now - before < SameRequest.TotalMilliseconds)
            {
                return; // a shell or `timeout` signals the process and its group: one request that comes twice
            }

            StandardStreams.WriteErrorLine("Asked twice to end: ending without waiting.");
            Environment.Exit(ExitCode.Failure);
        }

        RequestStop(context.Signal);
    }

    private void OnHangup(PosixSignalContext context)
    {
        context.Cancel = true;
        HangUp();
    }
}
