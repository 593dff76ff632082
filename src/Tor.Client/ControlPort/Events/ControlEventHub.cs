using System.Collections.Immutable;
using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Control.Events;

namespace Tunic.Tor.Client.ControlPort.Events;

/// <summary>Hands events to the controllers that asked for them.</summary>
/// <remarks>Thread safe. Sending never waits and takes no lock, so that it may be done inside any gate.</remarks>
internal sealed class ControlEventHub(IControlProcess process)
{
    private static readonly ControlEventKind[] Severities =
        [ControlEventKind.Debug, ControlEventKind.Info, ControlEventKind.Notice, ControlEventKind.Warn, ControlEventKind.Error];

    private ImmutableArray<ControlSession> _sessions = [];

    internal void Add(ControlSession session) => ImmutableInterlocked.Update(ref _sessions, sessions => sessions.Add(session));

    internal void Remove(ControlSession session)
    {
        ImmutableInterlocked.Update(ref _sessions, sessions => sessions.Remove(session));
        OnWishesChanged();
    }

    /// <summary>Whether anybody would get such an event: else it need not be made.</summary>
    internal bool IsWanted(ControlEventKind kind)
    {
        foreach (ControlSession session in _sessions)
        {
            if (session.Wants(kind))
            {
                return true;
            }
        }

        return false;
    }

    internal void Send(ControlEvent happened)
    {
        byte[]? bytes = null;
        foreach (ControlSession session in _sessions)
        {
            if (session.Wants(happened.Kind))
            {
                session.Send(bytes ??= ControlText.ToBytes(happened.Text));
            }
        }
    }

    internal void OnWishesChanged()
    {
        int least = Array.FindIndex(Severities, IsWanted);
        process.LeastLogged = least < 0 ? null : Severities[least];
    }
}
