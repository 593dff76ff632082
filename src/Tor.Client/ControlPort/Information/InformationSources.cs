using Tunic.Tor.Client.ControlPort.Events;

namespace Tunic.Tor.Client.ControlPort.Information;

/// <summary>Where answers come from.</summary>
internal sealed record InformationSources(ControlEnvironment Environment, BandwidthEvents Bandwidth, OwnedOnionServices OnionServices)
{
    internal TorClient Client => Environment.Client;

    internal long StartedAt { get; } = Environment.Time.GetTimestamp();
}
