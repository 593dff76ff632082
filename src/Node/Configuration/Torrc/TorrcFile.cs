using System.IO.Enumeration;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Reads a torrc with the files that it includes (%include of a file, a directory or a pattern).</summary>
internal static class TorrcFile
{
    private const int MaxIncludeDepth = 31;

    /// <exception cref="TorrcException">A file cannot be read or understood, or includes go too deep.</exception>
    internal static IReadOnlyList<TorrcLine> Read(string path) => ReadText(ReadAll(path), path);

    /// <summary>As <see cref="Read"/>, for text that came from elsewhere (standard input).</summary>
    internal static IReadOnlyList<TorrcLine> ReadText(string text, string path)
    {
        var lines = new List<TorrcLine>();
        Add(text, path, depth: 1, lines);
        return lines;
    }

    private static void Add(string text, string path, int depth, List<TorrcLine> lines)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new TorrcException($"Error while parsing configuration: a NUL character. ({path})");
        }

        if (depth > MaxIncludeDepth)
        {
            throw new TorrcException($"Error while parsing configuration: more than {MaxIncludeDepth} nested %includes. ({path})");
        }

        foreach (TorrcLine line in TorrcLexer.Read(text, path))
        {
            if (line.Key != "%include")
            {
                lines.Add(line);
                continue;
            }

            foreach (string included in FindIncluded(line))
            {
                Add(ReadAll(included), included, depth + 1, lines);
            }
        }
    }

    private static string ReadAll(string path)
    {
        try
        {
            return File.ReadAllText(path).Replace("\r\n", "\n", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TorrcException($"Unable to open configuration file \"{path}\": {exception.Message}");
        }
    }

    private static List<string> FindIncluded(TorrcLine line)
    {
        var files = new List<string>();
        foreach (string path in ExpandPattern(line.Value))
        {
            if (Directory.Exists(path))
            {
                files.AddRange(Directory.GetFiles(path).Where(file => !Path.GetFileName(file).StartsWith('.')).Order(StringComparer.Ordinal));
            }
            else if (File.Exists(path))
            {
                files.Add(path);
            }
            else
            {
                throw new TorrcException($"Error reading included configuration file or directory: \"{line.Value}\". ({line.Place})");
            }
        }

        return files;
    }

    private static IEnumerable<string> ExpandPattern(string pattern)
    {
        if (!pattern.AsSpan().ContainsAny('*', '?'))
        {
            return [pattern];
        }

        string[] found = [pattern.StartsWith('/') ? "/" : ""];
        foreach (string segment in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            found = segment.AsSpan().ContainsAny('*', '?')
                ? [.. found.SelectMany(parent => Matches(parent, segment))]
                : [.. found.Select(parent => Path.Combine(parent, segment)).Where(Path.Exists)];
        }

        return found.Order(StringComparer.Ordinal);
    }

    private static IEnumerable<string> Matches(string parent, string segment)
    {
        string directory = parent.Length == 0 ? "." : parent;
        return !Directory.Exists(directory)
            ? []
            : Directory.EnumerateFileSystemEntries(directory)
                .Select(entry => Path.GetFileName(entry))
                .Where(name => FileSystemName.MatchesSimpleExpression(segment, name, ignoreCase: false) && (segment[0] == '.' || name[0] != '.'))
                .Select(name => Path.Combine(parent, name));
    }
}
