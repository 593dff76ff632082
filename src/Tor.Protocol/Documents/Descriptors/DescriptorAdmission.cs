using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Voting.Tally;

namespace Tunic.Tor.Protocol.Documents.Descriptors;

/// <summary>What an authority demands of an uploaded descriptor beyond being well-formed and signed (process_descs.c), as far as it
/// follows from the descriptor and the time alone. Key pinning and block lists are the authority's own.</summary>
public static class DescriptorAdmission
{
    /// <summary>How far in the future a descriptor may be published.</summary>
    public static readonly TimeSpan MaxSkew = TimeSpan.FromHours(12);

    /// <summary>How old a descriptor may be.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(24);

    /// <summary>MinimalAcceptedServerVersion of stock tor 0.4.9.</summary>
    private static readonly TorVersion OldestVersion = TorVersion.Parse("0.4.8.0-alpha-dev")!;

    /// <summary>Why the descriptor is refused, in the words that stock tor puts into the HTTP status line; null when it is not.</summary>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="allowPrivateAddresses">True in a test network.</param>
    public static string? FindRefusal(RouterDescriptor descriptor, DateTime now, bool allowPrivateAddresses)
    {
        RelayDeclaration declaration = descriptor.Declaration;
        return descriptor.Text.Length > RouterDescriptor.MaxLength ? "Router descriptor was too large."
            : descriptor.TapOnionKey is null ? "Missing TAP key in descriptor."
            : descriptor.CertificatesExpire < now ? "Some certs on this router are expired."
            : FindVersionRefusal(declaration.Platform) is { } versionRefusal ? versionRefusal
            : IsZero(descriptor.NtorOnionKey.Span) ? "Missing ntor curve25519 onion key. Please upgrade!"
            : declaration.Published > now + MaxSkew
                ? "Rejected: Your clock is set too far in the future, or your timezone is not correct."
            : declaration.Published < now - MaxAge
                ? "Rejected: Server is expired, or your clock is too far in the past, or your timezone is not correct."
            : !allowPrivateAddresses && HasPrivateAddress(declaration) ? "Rejected: Address is a private address."
            : null;
    }

    private static string? FindVersionRefusal(string? platform)
    {
        TorVersion? version = TorVersion.ParsePlatform(platform ?? "", out bool isOther);
        return isOther ? null // other software is welcome
            : version is null ? "Malformed platform string."
            : version.CompareTo(OldestVersion) < 0 ? "Tor version is insecure or unsupported. Please upgrade!"
            : null;
    }

    private static bool HasPrivateAddress(RelayDeclaration declaration) =>
        InternalAddress.Is(declaration.Address)
        || (declaration.IPv6Address is { } endPoint && InternalAddress.Is(endPoint.Address));

    private static bool IsZero(ReadOnlySpan<byte> key) => !key.ContainsAnyExcept((byte)0);
}
