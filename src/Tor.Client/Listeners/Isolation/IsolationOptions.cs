using System.Globalization;
using System.Text;
using Tunic.Primitives.Overlay;

namespace Tunic.Tor.Client.Listeners.Isolation;

/// <summary>The isolation flags of a port (tor(1), "SocksPort"). Read once at start.</summary>
/// <remarks>Two ports of one session group whose flags differ share no circuits; stock lets them share some.</remarks>
public sealed record IsolationOptions
{
    /// <summary><c>IsolateClientAddr</c>: apart from other client addresses. Default true.</summary>
    public bool ClientAddress { get; init; } = true;

    /// <summary><c>IsolateSOCKSAuth</c>: apart from other user names, passwords and isolation headers. Default true.</summary>
    public bool Credentials { get; init; } = true;

    /// <summary><c>IsolateClientProtocol</c>: apart from SOCKS4, SOCKS5, HTTP and DNS requests, each from the others. Default false.</summary>
    public bool ClientProtocol { get; init; }

    /// <summary><c>IsolateDestAddr</c>: apart from other target hosts. Default false.</summary>
    public bool TargetHost { get; init; }

    /// <summary><c>IsolateDestPort</c>: apart from other target ports. Default false.</summary>
    public bool TargetPort { get; init; }

    /// <summary><c>SessionGroup</c>: ports of one group may share circuits. Default null: no port shares with another.</summary>
    public int? SessionGroup { get; init; }

    /// <summary>The key of a request: equal for two requests that may share a circuit, and for no others.</summary>
    internal IsolationKey CreateKey(IsolationFacts facts)
    {
        var text = new StringBuilder();
        Append(text, "group", SessionGroup is { } group ? group.ToString(CultureInfo.InvariantCulture) : null);
        Append(text, "listener", SessionGroup is null ? facts.Listener : null);
        Append(text, "client", ClientAddress ? facts.ClientAddress : null);
        Append(text, "credentials", Credentials ? facts.Credentials : null);
        Append(text, "protocol", ClientProtocol ? facts.Protocol : null);
        Append(text, "host", TargetHost ? facts.TargetHost : null);
        Append(text, "port", TargetPort ? facts.TargetPort.ToString(CultureInfo.InvariantCulture) : null);
        return new IsolationKey(text.ToString());
    }

    /// <summary>Each value with its length, so that no choice of values reads as another one.</summary>
    private static void Append(StringBuilder text, string name, string? value)
    {
        if (value is not null)
        {
            text.Append(name).Append('=').Append(value.Length).Append(':').Append(value).Append(';');
        }
    }
}
