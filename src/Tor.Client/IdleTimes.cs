using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Links;

namespace Tunic.Tor.Client;

/// <summary>How long this client keeps what nobody uses, and how it pads. Drawn anew with each consensus.</summary>
internal sealed class IdleTimes(ChannelPaddingParameters parameters, ClientOptions options, RandomSource random)
{
    internal ChannelPaddingParameters Parameters { get; } = parameters;

    /// <summary>An unused circuit is closed after this long.</summary>
    internal TimeSpan UnusedCircuitLifetime { get; } = options.UnusedCircuitLifetime
        ?? parameters.DrawCircuitsAvailableTimeout(options.Padding == ChannelPaddingMode.Reduced, random);
}
