using System.Diagnostics.CodeAnalysis;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>
/// A descriptor as a directory sees it: who signed it, how new it is, and a box it cannot open (rend-spec-v3, "Descriptor outer wrapper").
/// Signature and certificate have been checked.
/// </summary>
public sealed record OnionServiceDescriptor
{
    /// <summary>A descriptor of this many bytes is too long, unless the consensus says otherwise (HSV3MaxDescriptorSize).</summary>
    public const int DefaultMaxLength = 50_000;

    /// <summary>Longest time that a directory is asked to keep one.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(12);

    /// <summary>The whole text. Aliases what was read.</summary>
    public required ReadOnlyMemory<byte> Text { get; init; }

    /// <summary>How long a directory keeps it, whole minutes up to <see cref="MaxLifetime"/>.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>The name under which directories keep it.</summary>
    public required BlindedKey BlindedKey { get; init; }

    /// <summary>The key that signed it and the certificates of its introduction points; certified by the blinded key.</summary>
    public required Ed25519Identity SigningKey { get; init; }

    /// <summary>Until when that certificate is valid, UTC.</summary>
    public required DateTime CertificateExpiresAt { get; init; }

    /// <summary>The larger, the newer.</summary>
    public required ulong RevisionCounter { get; init; }

    /// <summary>The encrypted layers.</summary>
    internal ReadOnlyMemory<byte> Superencrypted { get; init; }

    /// <summary>Reads a descriptor and checks its signature and certificate.</summary>
    /// <param name="text">The whole text; not copied.</param>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="descriptor">The descriptor.</param>
    /// <param name="failure">What is wrong with it, in stock tor's words where it has some; null when nothing is.</param>
    /// <param name="maxLength">A text of this many bytes or more is refused.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> text,
        DateTime now,
        [NotNullWhen(true)] out OnionServiceDescriptor? descriptor,
        out string? failure,
        int maxLength = DefaultMaxLength)
    {
        descriptor = null;
        failure = text.Length >= maxLength
            ? $"Service descriptor is too big ({text.Length} bytes)"
            : OuterLayerParser.Parse(text, now, out descriptor);
        return descriptor is not null;
    }

    /// <summary>Opens both encrypted layers and checks the certificates of the introduction points.</summary>
    /// <param name="credential">What is known of the service that was asked for, in the period that was asked for.</param>
    /// <param name="clientKey">The X25519 private key of client authorization, 32 bytes; empty without one.</param>
    /// <param name="now">Wall clock, UTC.</param>
    /// <param name="sendmeIncrement">The consensus parameter cc_sendme_inc: a service that wants another one by more than 1 is refused.</param>
    /// <param name="content">What is in it.</param>
    public DescriptorOpening Open(
        PeriodCredential credential, ReadOnlySpan<byte> clientKey, DateTime now, int sendmeIncrement, out DescriptorContent? content) =>
        new DescriptorOpener(this, credential, now, sendmeIncrement).Open(clientKey, out content);
}
