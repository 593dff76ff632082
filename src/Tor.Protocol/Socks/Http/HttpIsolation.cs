using System.Text;

namespace Tunic.Tor.Protocol.Socks.Http;

/// <summary>Headers by which a client keeps its streams apart (proposal 365): streams of different values never share a circuit.</summary>
public sealed record HttpIsolation
{
    private static readonly string[] ModernUsers = ["tor:", "tor-iso:"];

    /// <summary>The client gave nothing.</summary>
    public static HttpIsolation None { get; } = new();

    /// <summary>Value of <c>Proxy-Authorization</c>; null when absent.</summary>
    public string? ProxyAuthorization { get; init; }

    /// <summary>Value of <c>Tor-Stream-Isolation</c>; null when absent.</summary>
    public string? StreamIsolation { get; init; }

    /// <summary>Value of <c>X-Tor-Stream-Isolation</c>, the older name; null when absent.</summary>
    public string? LegacyStreamIsolation { get; init; }

    /// <summary>There is a <c>Proxy-Authorization</c> that is not Basic with the user that proposal 365 gives: it works, but deserves a warning.</summary>
    public bool HasLegacyAuthorization
    {
        get
        {
            if (ProxyAuthorization is not { } value)
            {
                return false;
            }

            string[] words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 2 || !words[0].Equals("Basic", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }

            var bytes = new byte[words[1].Length];
            return !Convert.TryFromBase64String(words[1], bytes, out int length)
                || !ModernUsers.Any(user => Encoding.Latin1.GetString(bytes, 0, length).StartsWith(user, StringComparison.Ordinal));
        }
    }

    /// <summary>Whatever the record holds stays out of logs.</summary>
    public override string ToString() => "[redacted]";
}
