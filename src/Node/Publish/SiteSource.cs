using Tunic.Node.Processes;
using Tunic.Primitives.Errors;
using Tunic.Publishing;
using Tunic.Publishing.Sites;
using Tunic.Publishing.Upstreams;

namespace Tunic.Node.Publish;

/// <summary>What is published: a folder, or a server that is there already; and under which name its address is kept.</summary>
internal sealed record SiteSource
{
    private const int MaxNameLength = 32;

    /// <summary>Names the folder in which the address' key is kept.</summary>
    internal required string Name { get; init; }

    /// <summary>The name was given, so that it may be used for something else than before.</summary>
    internal bool IsNamed { get; init; }

    /// <summary>The folder, absolute; null for a server.</summary>
    internal StaticSite? Folder { get; init; }

    /// <summary>The server; null for a folder.</summary>
    internal Upstream? Upstream { get; init; }

    /// <summary>The path of the folder, or the server's address.</summary>
    internal required string Target { get; init; }

    /// <summary>Whether visitors speak HTTP with it.</summary>
    internal bool IsHttp => Upstream?.IsHttp ?? true;

    /// <summary>Reads <c>[NAME=]DIR</c> or <c>[NAME=]URL</c>.</summary>
    /// <exception cref="CommandException">It is neither; the message says what to write.</exception>
    internal static SiteSource Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string? name = equals > 0 && IsName(text[..equals]) && !Directory.Exists(text) ? text[..equals] : null;
        string target = name is null ? text : text[(equals + 1)..];
        try
        {
            if (Directory.Exists(target))
            {
                string path = Path.GetFullPath(target).TrimEnd(Path.DirectorySeparatorChar);
                var folder = new StaticSite(new StaticSiteOptions { Folder = path });
                return new SiteSource { Name = name ?? NameOf(Path.GetFileName(path)), IsNamed = name is not null, Folder = folder, Target = path };
            }

            if (target.Contains('/') && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("unix:", StringComparison.Ordinal))
            {
                throw new CommandException(ErrorKind.Configuration, File.Exists(target)
                    ? $"{target} is a file: put it into a folder of its own, as index.html if it is a page, and publish the folder."
                    : $"There is no folder {target}.");
            }

            var upstream = Upstream.Parse(target);
            return new SiteSource { Name = name ?? NameOf(upstream.ToString()), IsNamed = name is not null, Upstream = upstream, Target = upstream.ToString() };
        }
        catch (PublishingException failure)
        {
            throw new CommandException(ErrorKind.Configuration, failure.Message, failure);
        }
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= MaxNameLength && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');

    private static string NameOf(string text)
    {
        string name = string.Concat(text.Select(character => char.IsAsciiLetterOrDigit(character) || character is '_' ? character : '-')).Trim('-');
        return name.Length == 0 ? "site" : name[..Math.Min(name.Length, MaxNameLength)];
    }
}
