using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>One guard as a file keeps it: the value of a <c>Guard</c> line of stock's state file (guard-spec, "Persistent state format").</summary>
public sealed record GuardState
{
    private const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss";
    private const int MaxNicknameLength = 41;

    /// <summary>What stock uses for a place in the sample that it cannot read: behind all others.</summary>
    private const int UnknownSampledIndex = 60;

    /// <summary>The selection it belongs to: "default", "restricted", "bridges".</summary>
    public required string Selection { get; init; }

    /// <summary>The RSA fingerprint.</summary>
    public required RsaIdentity Identity { get; init; }

    /// <summary>Address of a bridge; null for a guard of the network.</summary>
    public IPEndPoint? BridgeAddress { get; init; }

    /// <summary>The nickname, or "$" and the fingerprint.</summary>
    public required string Nickname { get; init; }

    /// <summary>See <see cref="Guard.SampledOn"/>.</summary>
    public required DateTime SampledOn { get; init; }

    /// <summary>See <see cref="Guard.SampledIndex"/>.</summary>
    public int SampledIndex { get; init; }

    /// <summary>See <see cref="Guard.SampledBy"/>.</summary>
    public string? SampledBy { get; init; }

    /// <summary>See <see cref="Guard.UnlistedSince"/>.</summary>
    public DateTime? UnlistedSince { get; init; }

    /// <summary>See <see cref="Guard.IsListed"/>.</summary>
    public bool IsListed { get; init; }

    /// <summary>See <see cref="Guard.ConfirmedOn"/>.</summary>
    public DateTime? ConfirmedOn { get; init; }

    /// <summary>See <see cref="Guard.ConfirmedIndex"/>.</summary>
    public int ConfirmedIndex { get; init; } = -1;

    /// <summary>Words we do not know (path bias counts among them), separated by one blank, to be written back.</summary>
    public string Extra { get; init; } = "";

    /// <summary>Reads a value as stock does: a bad field falls back to its default, only a missing selection or fingerprint refuses the line.</summary>
    /// <param name="value">What follows "Guard ".</param>
    /// <param name="utcNow">Stands in for a sampling date that cannot be read.</param>
    /// <param name="guard">The guard, or null.</param>
    public static bool TryParse(string value, DateTime utcNow, [NotNullWhen(true)] out GuardState? guard) =>
        TryParse(value, utcNow, out guard, out _);

    /// <summary>Reads a value of which every field that we know is well-formed.</summary>
    public static bool TryParseStrict(string value, [NotNullWhen(true)] out GuardState? guard) =>
        TryParse(value, DateTime.UnixEpoch, out guard, out bool isClean) && isClean;

    /// <summary>The value of the line, without "Guard ".</summary>
    public string Encode()
    {
        var text = new StringBuilder();
        text.Append("in=").Append(Selection).Append(" rsa_id=").Append(Identity);
        Append(text, "bridge_addr", BridgeAddress?.ToString());
        Append(text, "nickname", FamilyToken.IsNickname(Nickname) ? Nickname : null);
        Append(text, "sampled_on", FormatDate(SampledOn));
        Append(text, "sampled_idx", SampledIndex.ToString(CultureInfo.InvariantCulture));
        Append(text, "sampled_by", SampledBy);
        Append(text, "unlisted_since", FormatDate(UnlistedSince));
        Append(text, "listed", IsListed ? "1" : "0");
        if (ConfirmedIndex >= 0)
        {
            Append(text, "confirmed_on", FormatDate(ConfirmedOn ?? SampledOn));
            Append(text, "confirmed_idx", ConfirmedIndex.ToString(CultureInfo.InvariantCulture));
        }

        // A field that came a second time is not written back: where the first is left out, it would be taken for it.
        foreach (string word in Extra.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !GuardStateFields.IsField(word)))
        {
            text.Append(' ').Append(word);
        }

        return text.ToString();
    }

    internal static GuardState Of(Guard guard, string selection, int sampledIndex) => new()
    {
        Selection = selection,
        Identity = guard.Identity,
        Nickname = guard.Nickname,
        SampledOn = guard.SampledOn,
        SampledIndex = sampledIndex,
        SampledBy = guard.SampledBy,
        UnlistedSince = guard.UnlistedSince,
        IsListed = guard.IsListed,
        ConfirmedOn = guard.ConfirmedOn,
        ConfirmedIndex = guard.ConfirmedIndex,
        Extra = guard.Extra,
    };

    internal Guard ToGuard() => new(Identity, Nickname)
    {
        SampledOn = SampledOn,
        SampledIndex = SampledIndex,
        SampledBy = SampledBy,
        UnlistedSince = UnlistedSince,
        IsListed = IsListed,
        ConfirmedOn = ConfirmedIndex >= 0 ? ConfirmedOn ?? SampledOn : null,
        ConfirmedIndex = ConfirmedIndex,
        Extra = Extra,
    };

    private static bool TryParse(string value, DateTime utcNow, [NotNullWhen(true)] out GuardState? guard, out bool isClean)
    {
        var fields = new GuardStateFields(value);
        guard = null;
        isClean = false;
        if (fields.Text("in") is not { Length: > 0 } selection
            || !RsaIdentity.TryParseHex(fields.Text("rsa_id") ?? "", out RsaIdentity identity))
        {
            return false;
        }

        string nickname = fields.Text("nickname") ?? FamilyToken.ForIdentity(identity);
        DateTime? sampledOn = fields.Date("sampled_on", DateFormat);
        int? confirmedIndex = fields.Number("confirmed_idx");
        int? sampledIndex = fields.Number("sampled_idx")
            ?? (fields.Text("sampled_idx") is null && fields.Text("confirmed_idx") is not null ? confirmedIndex ?? -1 : UnknownSampledIndex);
        guard = new GuardState
        {
            Selection = selection,
            Identity = identity,
            BridgeAddress = fields.EndPoint("bridge_addr"),
            Nickname = nickname.Length > MaxNicknameLength ? nickname[..MaxNicknameLength] : nickname,
            SampledOn = sampledOn ?? utcNow,
            SampledIndex = Math.Max(sampledIndex.Value, 0),
            SampledBy = fields.Text("sampled_by"),
            UnlistedSince = fields.Date("unlisted_since", DateFormat),
            IsListed = fields.Text("listed") is { } listed && listed != "0",
            ConfirmedOn = fields.Date("confirmed_on", DateFormat),
            ConfirmedIndex = confirmedIndex ?? -1,
            Extra = fields.Extra,
        };
        isClean = !fields.HasMalformed && sampledOn is not null && nickname.Length <= MaxNicknameLength
            && fields.Text("listed") is "0" or "1" && (guard.ConfirmedIndex < 0) == (guard.ConfirmedOn is null);
        return true;
    }

    private static string? FormatDate(DateTime? date) => date?.ToString(DateFormat, CultureInfo.InvariantCulture);

    private static void Append(StringBuilder text, string key, string? value)
    {
        if (value is not null)
        {
            text.Append(' ').Append(key).Append('=').Append(value);
        }
    }
}
