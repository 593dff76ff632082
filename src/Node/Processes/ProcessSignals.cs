using System.Runtime.InteropServices;
using Tunic.Node.Logging;

namespace Tunic.Node.Processes;

/// <summary>Turns signals into one orderly shutdown: the first SIGTERM or SIGINT asks for it, a second ends the process at once.</summary>
internal sealed class ProcessSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _asked;

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

    /// <summary>Ends as a signal would, for a reason from within.</summary>
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
        if (Interlocked.Exchange(ref _asked, 1) != 0)
        {
            StandardStreams.WriteErrorLine("Asked twice to end: ending without waiting.");
            Environment.Exit(ExitCode.Failure);
        }

        StopRequested?.Invoke(context.Signal);
        _stop.Cancel();
    }

    private void OnHangup(PosixSignalContext context)
    {
        context.Cancel = true;
        HangedUp?.Invoke();
    }
}
