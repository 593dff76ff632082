using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Documents.Microdescriptors;

/// <summary>Makes microdescriptors from server descriptors, byte for byte as stock tor (dirvote.c, dirvote_create_microdescriptor).</summary>
/// <remarks>Authorities vote on the digest of the result: one byte of difference and the relay is lost to clients.</remarks>
public static class MicrodescriptorWriter
{
    /// <summary>Oldest consensus method that is supported.</summary>
    public const int MinMethod = 32;

    /// <summary>Newest consensus method that is supported.</summary>
    public const int MaxMethod = 35;

    private const int FamilyIdsMethod = 35;

    /// <summary>The microdescriptor of a relay.</summary>
    /// <param name="descriptor">Its server descriptor.</param>
    /// <param name="method">Consensus method, <see cref="MinMethod"/> to <see cref="MaxMethod"/>.</param>
    /// <returns>The text; null when the descriptor has no TAP key, for which stock tor makes none either.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The method is not supported.</exception>
    public static byte[]? Write(RouterDescriptor descriptor, int method)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(method, MinMethod);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(method, MaxMethod);
        if (descriptor.TapOnionKey is not { } tapKey)
        {
            return null;
        }

        RelayDeclaration declaration = descriptor.Declaration;
        var text = new DocumentWriter();
        text.Line("onion-key").Object("RSA PUBLIC KEY", tapKey.Pkcs1Der);
        text.Line($"ntor-onion-key {Convert.ToBase64String(descriptor.NtorOnionKey.Span).TrimEnd('=')}");
        if (declaration.Family.Count > 0)
        {
            text.Line($"family {string.Join(' ', FamilyMember.Canonicalize(declaration.Family, descriptor.Identity.ToString()))}");
        }

        if (method >= FamilyIdsMethod && descriptor.FamilyIds.Count > 0)
        {
            text.Line($"family-ids {string.Join(' ', descriptor.FamilyIds)}");
        }

        WritePolicy(text, "p", declaration.ExitPolicy.Summarize(isIPv6: false));
        WritePolicy(text, "p6", declaration.IPv6ExitPolicy);
        text.Line($"id ed25519 {descriptor.Ed25519Identity.ToBase64()}");
        return text.ToBytes();
    }

    private static void WritePolicy(DocumentWriter text, string keyword, ExitPolicySummary? policy)
    {
        string summary = policy?.ToString() ?? "";
        if (summary.Length != 0 && summary != "reject 1-65535")
        {
            text.Line($"{keyword} {summary}");
        }
    }
}
