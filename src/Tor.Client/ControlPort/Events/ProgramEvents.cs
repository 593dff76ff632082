using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Control.Events;

namespace Tunic.Tor.Client.ControlPort.Events;

/// <summary>The lines of the log, SIGNAL and CONF_CHANGED.</summary>
internal sealed class ProgramEvents : IDisposable
{
    private readonly ControlEnvironment _environment;
    private readonly ControlEventHub _hub;

    internal ProgramEvents(ControlEnvironment environment, ControlEventHub hub)
    {
        (_environment, _hub) = (environment, hub);
        environment.Process.Logged += OnLogged;
        environment.Process.Signalled += OnSignalled;
        environment.Configuration.Changed += OnConfigurationChanged;
    }

    public void Dispose()
    {
        _environment.Process.Logged -= OnLogged;
        _environment.Process.Signalled -= OnSignalled;
        _environment.Configuration.Changed -= OnConfigurationChanged;
    }

    private void OnLogged(ControlEventKind severity, string line)
    {
        if (_hub.IsWanted(severity))
        {
            _hub.Send(ControlEvent.Line(severity, ControlText.FromUnicode(line)));
        }
    }

    private void OnSignalled(ControlSignal signal) => _hub.Send(ControlEvent.Line(ControlEventKind.Signal, ControlSignalNames.NameOf(signal)));

    private void OnConfigurationChanged(IReadOnlyList<KeyValuePair<string, string?>> changes) => _hub.Send(ControlEvent.Lines(
        ControlEventKind.ConfigurationChanged,
        changes.Select(change => change.Value is null ? change.Key : $"{change.Key}={ControlText.FromUnicode(change.Value)}")));
}
