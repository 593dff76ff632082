using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Microdescriptors;

/// <summary>Reads microdescriptors, which follow each other without separator (microdesc_parse.c gives the rules).</summary>
/// <remarks>Holds caches, so reuse one for a whole list. Not safe for several threads at once.</remarks>
public sealed class MicrodescriptorParser
{
    private readonly DocumentLexer _lexer = new(MicrodescriptorFormat.Format);
    private readonly TextCache<ExitPolicySummary> _policies = new(text =>
        ExitPolicySummary.TryParse(text, out ExitPolicySummary? policy) ? policy : ExitPolicySummary.RejectAll);

    /// <summary>Reads a list. A malformed entry does not spoil the others.</summary>
    /// <param name="text">Microdescriptors, perhaps with annotation lines ("@last-listed ...") before each, as in cache files.</param>
    public IReadOnlyList<MicrodescriptorEntry> ParseList(ReadOnlyMemory<byte> text)
    {
        var entries = new List<MicrodescriptorEntry>();
        int start = FindStart(text.Span, 0);
        while (start < text.Length)
        {
            int end = FindStart(text.Span, start + 1);
            entries.Add(ParseOne(text[start..TrimAnnotations(text.Span, start, end)]));
            start = end;
        }

        return entries;
    }

    /// <summary>Reads one microdescriptor, which is the whole of the text.</summary>
    public MicrodescriptorEntry ParseOne(ReadOnlyMemory<byte> text)
    {
        var digest = new Digest256(SHA256.HashData(text.Span));
        Microdescriptor? microdescriptor = null;
        string? failure = _lexer.TryRead(text, 0, text.Length, out string? lexical) ? Build(digest, out microdescriptor) : lexical;
        DocumentFault? fault = failure is null ? null : new DocumentFault(DocumentFaultKind.Malformed, failure);
        return new MicrodescriptorEntry(digest, text, microdescriptor, fault);
    }

    private string? Build(Digest256 digest, out Microdescriptor? microdescriptor)
    {
        microdescriptor = null;
        RsaPublicKey? tapKey = _lexer.Find(MicrodescriptorFormat.OnionKey).DecodeRsaKey();
        if (tapKey is not null && tapKey.Exponent != 65537)
        {
            return "Relay's onion key had invalid exponent.";
        }

        if (!FieldText.TryParseX25519(_lexer.Find(MicrodescriptorFormat.NtorOnionKey).Argument(0), out byte[]? ntorKey))
        {
            return "Bogus ntor-onion-key in microdesc";
        }

        if (ReadIdentity(out Ed25519Identity identity) is { } failure)
        {
            return failure;
        }

        microdescriptor = new Microdescriptor
        {
            Digest = digest,
            NtorOnionKey = ntorKey,
            Ed25519Identity = identity,
            Family = ReadWords(MicrodescriptorFormat.Family),
            FamilyIds = ReadWords(MicrodescriptorFormat.FamilyIds),
            ExitPolicy = ReadPolicy(MicrodescriptorFormat.P),
            ExitPolicyV6 = ReadPolicy(MicrodescriptorFormat.P6),
        };
        return null;
    }

    private string? ReadIdentity(out Ed25519Identity identity)
    {
        identity = default;
        bool found = false;
        foreach (DocumentItem item in _lexer.Items)
        {
            if (!ReferenceEquals(item.Rule, MicrodescriptorFormat.Id) || !item.Argument(0).SequenceEqual("ed25519"u8))
            {
                continue;
            }

            if (found)
            {
                return "Extra ed25519 key in microdesc";
            }

            if (!FieldText.TryParseEd25519(item.Argument(1), out identity))
            {
                return "Bogus ed25519 key in microdesc";
            }

            found = true;
        }

        return null;
    }

    private string[] ReadWords(ItemRule rule) =>
        _lexer.TryFind(rule, out DocumentItem item)
            ? Encoding.UTF8.GetString(item.RestOfLine).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
            : [];

    private ExitPolicySummary ReadPolicy(ItemRule rule) =>
        _lexer.TryFind(rule, out DocumentItem item) ? _policies.Get(item.RestOfLine) : ExitPolicySummary.RejectAll;

    private static int FindStart(ReadOnlySpan<byte> text, int from)
    {
        if (from == 0 && text.StartsWith("onion-key"u8))
        {
            return 0;
        }

        int search = Math.Max(from - 1, 0);
        int next = SignedRegion.IndexOfLine(text[search..], "onion-key"u8);
        return next < 0 ? text.Length : search + next;
    }

    /// <summary>The end of the entry without the annotations that belong to the next one.</summary>
    private static int TrimAnnotations(ReadOnlySpan<byte> text, int start, int end)
    {
        int annotation = SignedRegion.IndexOfLine(text[start..end], "@"u8);
        return annotation < 0 ? end : start + annotation;
    }
}
