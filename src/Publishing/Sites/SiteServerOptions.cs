namespace Tunic.Publishing.Sites;

/// <summary>What visitors of a site may use.</summary>
public sealed record SiteServerOptions
{
    /// <summary>Connections at once, 1 or more; those beyond are closed. Default 1000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int MaxConnections
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "a site needs at least one connection");
    } = 1000;

    /// <summary>How long answers may take to be finished when the server stops. Default 5 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
