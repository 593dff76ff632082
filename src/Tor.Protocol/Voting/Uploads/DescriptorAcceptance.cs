using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Protocol.Voting.Tally;

namespace Tunic.Tor.Protocol.Voting.Uploads;

/// <summary>Decides about uploaded descriptors and extra-info documents as stock tor 0.4.9 does, with its words (process_descs.c, routerlist.c).</summary>
/// <remarks>Pure; one owner. Accepted documents go to the shelf, new identity pairs to the journal.</remarks>
public sealed class DescriptorAcceptance(AcceptanceOptions options, DescriptorShelf shelf, KeyPinningJournal journal)
{
    private const string NotNew = "Router descriptor was not new.";

    private static readonly TimeSpan AllowedSkew = TimeSpan.FromHours(12);

    private readonly TorVersion _minVersion = TorVersion.Parse(options.MinVersion)
        ?? throw new ArgumentException($"not a version: {options.MinVersion}", nameof(options));

    private readonly Queue<RsaIdentity> _toTest = [];

    /// <summary>What the operator says; may be replaced, <see cref="RemoveUnwanted"/> then applies it.</summary>
    public RelayStandings Standings { get; set; } = RelayStandings.None;

    /// <summary>Takes a relay that is to be tested at once: new, moved, or awake again.</summary>
    public bool TryTakeTest(out RsaIdentity relay) => _toTest.TryDequeue(out relay);

    /// <summary>Takes an upload.</summary>
    /// <remarks>Like stock tor, an upload without any readable document is answered as if all were well.</remarks>
    public UploadAnswer Accept(ReceivedUpload upload, DateTime now)
    {
        if (!upload.IsText)
        {
            return new UploadAnswer(UploadResult.Rejected, "descriptor(s) or extrainfo(s) not valid UTF-8 or had BOM.");
        }

        var worst = new UploadAnswer(UploadResult.Added, "[None]");
        foreach (RouterDescriptor descriptor in upload.Descriptors)
        {
            worst = Worse(worst, Accept(descriptor, now));
        }

        foreach (ExtraInfo extraInfo in upload.ExtraInfos)
        {
            worst = Worse(worst, Accept(extraInfo));
        }

        return worst;
    }

    /// <summary>Takes one descriptor.</summary>
    public UploadAnswer Accept(RouterDescriptor descriptor, DateTime now)
    {
        if (descriptor.Text.Length > RouterDescriptor.MaxLength)
        {
            return Reject("Router descriptor was too large.");
        }

        if (descriptor.TapOnionKey is null)
        {
            return Reject("Missing TAP key in descriptor.");
        }

        RouterDescriptor? old = shelf.FindCurrent(descriptor.Identity);
        if (old is not null && old.Declaration.Published < descriptor.Declaration.Published
            && descriptor.Identity != options.Self && CosmeticChange.Is(old, descriptor))
        {
            return Known("Not replacing router descriptor; no information has changed since the last one with this identity.");
        }

        if (descriptor.Identity != options.Self && !shelf.HasRoomFor(descriptor.Identity))
        {
            return Reject("This authority cannot take more relays for now. Please try again later.");
        }

        if (!Ed25519.IsTorsionFree(descriptor.Ed25519Identity.ToArray()))
        {
            return Reject("(no message)");
        }

        if (journal.CheckAndAdd(descriptor.Identity, descriptor.Ed25519Identity, replace: !options.PinKeys) == KeyPinResult.Mismatch && options.PinKeys)
        {
            return Reject("Looks like your keypair has changed? This authority previously recorded a different RSA identity for this Ed25519"
                + " identity (or vice versa.) Did you replace or copy some of your key files, but not the others? You should either restore the"
                + " expected keypair, or delete your keys and restart Tor to start your relay with a new identity.");
        }

        return descriptor.CertificatesExpire < now ? new UploadAnswer(UploadResult.CertificatesExpired, "Some certs on this router are expired.")
            : shelf.Find(descriptor.Digest) is not null ? Known(NotNew)
            : FindObjection(descriptor, now) is { } objection ? Reject(objection)
            : Keep(descriptor, old);
    }

    /// <summary>Takes one extra-info document; the descriptor that names it must be there.</summary>
    public UploadAnswer Accept(ExtraInfo extraInfo)
    {
        if (shelf.FindCurrent(extraInfo.Identity) is not { } descriptor)
        {
            return new UploadAnswer(UploadResult.BadExtraInfo, "No corresponding router descriptor for extra-info descriptor");
        }

        if (extraInfo.Text.Length > ExtraInfo.MaxLength)
        {
            return new UploadAnswer(UploadResult.BadExtraInfo, "Extrainfo document was too large");
        }

        if (!extraInfo.Belongs(descriptor, out string? failure))
        {
            // One that is newer than the descriptor most likely came ahead of its own: no reason to scold.
            bool isAhead = failure.StartsWith("Extrainfo published", StringComparison.Ordinal) && extraInfo.Published > descriptor.Declaration.Published;
            return new UploadAnswer(isAhead ? UploadResult.AlreadyKnown : UploadResult.BadExtraInfo, failure);
        }

        shelf.Keep(extraInfo);
        return new UploadAnswer(UploadResult.Added, "[None]");
    }

    /// <summary>Drops the relays that the operator rejects.</summary>
    public void RemoveUnwanted()
    {
        foreach (RouterDescriptor descriptor in shelf.Current.Values.ToArray())
        {
            if (StandingOf(descriptor).HasFlag(RelayStanding.Reject))
            {
                shelf.Remove(descriptor.Identity);
            }
        }
    }

    /// <summary>What the operator says of the relay.</summary>
    public RelayStanding StandingOf(RouterDescriptor descriptor) => Standings.Of(
        descriptor.Identity, descriptor.Ed25519Identity, descriptor.Declaration.Address, descriptor.Declaration.OnionRouterPort);

    private string? FindObjection(RouterDescriptor descriptor, DateTime now)
    {
        RelayDeclaration declaration = descriptor.Declaration;
        if (declaration.Platform is { } platform)
        {
            TorVersion? version = TorVersion.ParsePlatform(platform, out bool isOther);
            if (version is null && !isOther)
            {
                return "Malformed platform string.";
            }

            if (version is not null && version.CompareTo(_minVersion) < 0)
            {
                return "Tor version is insecure or unsupported. Please upgrade!";
            }
        }

        const string Contact = "please set a valid email address in ContactInfo and send an email to bad-relays@lists.torproject.org mentioning your ";
        return Standings.OfKeys(descriptor.Identity, descriptor.Ed25519Identity).HasFlag(RelayStanding.Reject)
                ? $"Fingerprint and/or ed25519 identity is marked rejected -- if you think this is a mistake {Contact}fingerprint(s)?"
            : StandingOf(descriptor).HasFlag(RelayStanding.Reject)
                ? $"Suspicious relay address range -- if you think this is a mistake {Contact}address(es) and fingerprint(s)?"
            : descriptor.NtorOnionKey.Span.IndexOfAnyExcept((byte)0) < 0 ? "Missing ntor curve25519 onion key. Please upgrade!"
            : options.PinKeys && journal.Check(descriptor.Identity, descriptor.Ed25519Identity) == KeyPinResult.Mismatch
                ? "Ed25519 identity key or RSA identity key has changed."
            : declaration.Published > now + AllowedSkew
                ? "Rejected: Your clock is set too far in the future, or your timezone is not correct."
            : declaration.Published < now - FlagAssigner.MaxAge
                ? "Rejected: Server is expired, or your clock is too far in the past, or your timezone is not correct."
            : !options.AllowPrivateAddresses && HasPrivateAddress(declaration) ? "Rejected: Address is a private address."
            : null;
    }

    private static bool HasPrivateAddress(RelayDeclaration declaration) =>
        InternalAddress.Contains(declaration.Address) || (declaration.IPv6Address is { } other && InternalAddress.Contains(other.Address));

    private UploadAnswer Keep(RouterDescriptor descriptor, RouterDescriptor? old)
    {
        // One that the consensus lists is taken even if it is the older one.
        if (old is not null && !shelf.IsListed(descriptor.Identity, descriptor.Digest) && descriptor.Declaration.Published <= old.Declaration.Published)
        {
            shelf.KeepOlder(descriptor);
            return Known(NotNew);
        }

        shelf.Replace(descriptor);
        if (old is null || (old.Declaration.IsHibernating && !descriptor.Declaration.IsHibernating) || HasMoved(old.Declaration, descriptor.Declaration))
        {
            _toTest.Enqueue(descriptor.Identity);
        }

        return new UploadAnswer(UploadResult.Added, "[None]");
    }

    private static bool HasMoved(RelayDeclaration old, RelayDeclaration declaration) =>
        !old.Address.Equals(declaration.Address) || old.OnionRouterPort != declaration.OnionRouterPort
        || !Equals(old.IPv6Address, declaration.IPv6Address);

    private static UploadAnswer Worse(UploadAnswer first, UploadAnswer second) => second.Result < first.Result ? second : first;

    private static UploadAnswer Reject(string message) => new(UploadResult.Rejected, message);

    private static UploadAnswer Known(string message) => new(UploadResult.AlreadyKnown, message);
}
