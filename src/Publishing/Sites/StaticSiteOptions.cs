namespace Tunic.Publishing.Sites;

/// <summary>What a static site is made of.</summary>
public sealed record StaticSiteOptions
{
    /// <summary>
    /// The folder whose files everybody may read. Names that begin with a dot, links that lead out of it and everything that is no ordinary file
    /// stay closed. Hard links cannot be told from files.
    /// </summary>
    public required string Folder { get; init; }

    /// <summary>What is shown of a folder. Default <c>index.html</c>; a folder without one is not found, never listed.</summary>
    public string IndexFile { get; init; } = "index.html";

    /// <summary>What is shown, with status 404, for what is not there. Default <c>404.html</c>; a plain sentence when the folder has none.</summary>
    public string NotFoundFile { get; init; } = "404.html";

    /// <summary>
    /// How long a visitor may use a file without asking again. Default 0: he asks each time, and is told in a few bytes when nothing has changed.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public TimeSpan MaxAge
    {
        get;
        init => field = value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "an age is not negative");
    }
}
