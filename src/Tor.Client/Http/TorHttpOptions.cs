using Tunic.Primitives.Overlay;

namespace Tunic.Tor.Client.Http;

/// <summary>Choices of one <see cref="TorHttpMessageHandler"/>.</summary>
public sealed record TorHttpOptions
{
    /// <summary>Connections of all hosts may share circuits with whatever else has this key. Default null: every host has its own circuits, apart from those of other handlers.</summary>
    public IsolationKey? Isolation { get; init; }

    /// <summary>Time to connect, TLS included. Default 2 minutes.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Follow redirects, never from https to http. Default true.</summary>
    public bool AllowAutoRedirect { get; init; } = true;

    /// <summary>Keep cookies, for each host its own. Default true; they live as long as the handler.</summary>
    public bool UseCookies { get; init; } = true;
}
