using Tunic.Tor.Client.ControlPort;
using Tunic.Tor.Protocol.Control.Events;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Tests.Tor.Client.ControlPort;

/// <summary>A program that notes what controllers want of it.</summary>
internal sealed class MadeProcess : IControlProcess
{
    public event Action<ControlEventKind, string>? Logged;

    public event Action<ControlSignal>? Signalled;

    public string Version => "0.4.9.11 (Test)";

    public ControlEventKind? LeastLogged { get; set; }

    public long MaxMemoryInQueues => 1_000_000;

    public ControlRelayFacts? Relay { get; set; }

    internal List<ControlSignal> Signals { get; } = [];

    /// <summary>An owner has gone.</summary>
    internal TaskCompletionSource OwnerGone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Signal(ControlSignal signal)
    {
        Signals.Add(signal);
        Signalled?.Invoke(signal);
    }

    /// <summary>Keys that were to be kept in files.</summary>
    internal List<OnionAddress> Stored { get; } = [];

    public Task<bool> TryStoreAsync(OnionAddress address, ClientAuthorizationKey key, CancellationToken cancel)
    {
        Stored.Add(address);
        return Task.FromResult(Stored.Count == 1);
    }

    public void Forget(OnionAddress address) => Stored.Remove(address);

    public void OnOwnerGone() => OwnerGone.SetResult();

    public IReadOnlyList<string>? GetListeners(string kind) => kind switch
    {
        "socks" => ["127.0.0.1:9050", "unix:/x"],
        "or" or "dir" or "control" => [],
        _ => null,
    };

    internal void Log(ControlEventKind severity, string text) => Logged?.Invoke(severity, text);
}
