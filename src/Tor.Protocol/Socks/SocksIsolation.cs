using System.Text;

namespace Tunic.Tor.Protocol.Socks;

/// <summary>What a client gave to keep its streams apart from others: streams of different values never share a circuit.</summary>
/// <remarks>A value: equal when all parts are. None of it is a secret to us, but it may tell what the user does: never log it.</remarks>
public sealed record SocksIsolation
{
    /// <summary>The client gave nothing.</summary>
    public static SocksIsolation None { get; } = new();

    /// <summary>True when the client went through username and password authentication, even with both empty.</summary>
    public bool IsAuthenticated { get; init; }

    /// <summary>User name, or SOCKS4 user id: one character for each byte.</summary>
    public string Username { get; init; } = "";

    /// <summary>Password: one character for each byte.</summary>
    public string Password { get; init; } = "";

    /// <summary>The user name is the marker of proposal 351 ("&lt;torS0X&gt;0"): the password alone is what the client means.</summary>
    public bool IsExtended { get; init; }

    /// <summary>Whatever the record holds stays out of logs.</summary>
    public override string ToString() => "[redacted]";

    internal static string Decode(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
