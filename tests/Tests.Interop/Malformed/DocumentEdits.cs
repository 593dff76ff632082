using System.Globalization;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>Breaks a document at one of its lines: the first with the keyword, and the object below it.</summary>
internal static class DocumentEdits
{
    /// <summary>Puts other words behind the keyword; an object below stays.</summary>
    internal static string Line(string body, string keyword, string value)
    {
        (int start, int end) = Find(body, keyword);
        int next = body.IndexOf('\n', start) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{body[..start]}{keyword} {value}\n{body[Math.Min(next, end)..]}");
    }

    internal static string Without(string body, string keyword)
    {
        (int start, int end) = Find(body, keyword);
        return body[..start] + body[end..];
    }

    internal static string Twice(string body, string keyword)
    {
        (int start, int end) = Find(body, keyword);
        return body[..end] + body[start..end] + body[end..];
    }

    /// <summary>Puts a line before the one with the keyword.</summary>
    internal static string Before(string body, string keyword, string line)
    {
        (int start, _) = Find(body, keyword);
        return $"{body[..start]}{line}\n{body[start..]}";
    }

    /// <summary>Where a line begins, and where it ends with the object below it.</summary>
    internal static (int Start, int End) Find(string body, string keyword)
    {
        int start = ("\n" + body).IndexOf($"\n{keyword} ", StringComparison.Ordinal);
        start = start < 0 ? ("\n" + body).IndexOf($"\n{keyword}\n", StringComparison.Ordinal) : start;
        int end = body.IndexOf('\n', start) + 1;
        if (body.AsSpan(end).StartsWith("-----BEGIN"))
        {
            end = body.IndexOf('\n', body.IndexOf("-----END", end, StringComparison.Ordinal)) + 1;
        }

        return (start, end);
    }
}
