namespace Tunic.Tor.Protocol.Control.Authentication;

/// <summary>What lets a controller in. With neither cookie nor passwords everybody may.</summary>
public sealed record ControlCredentials
{
    /// <summary>The 32 bytes of the cookie file; null where <c>CookieAuthentication</c> is off.</summary>
    public ReadOnlyMemory<byte>? Cookie { get; init; }

    /// <summary>Absolute path of the cookie file; null without a cookie.</summary>
    public string? CookiePath { get; init; }

    /// <summary>Passwords (<c>HashedControlPassword</c>); any of them will do.</summary>
    public IReadOnlyList<HashedPassword> Passwords { get; init; } = [];

    /// <summary>The methods as PROTOCOLINFO names them, parted by commas.</summary>
    public string Methods => (Cookie, Passwords.Count) switch
    {
        (null, 0) => "NULL",
        (null, _) => "HASHEDPASSWORD",
        (_, 0) => "COOKIE,SAFECOOKIE",
        _ => "COOKIE,SAFECOOKIE,HASHEDPASSWORD",
    };
}
