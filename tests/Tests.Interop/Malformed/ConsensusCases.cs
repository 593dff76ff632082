using System.Text;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Voting.Keys;
using static Tunic.Tests.Interop.Malformed.DocumentEdits;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>Consensuses that break one rule each (stock ns_parse.c, networkstatus.c). All but those about signatures are signed by all authorities.</summary>
internal static class ConsensusCases
{
    private const string Used = "used";
    private const string Refused = "refused";
    private const string Waits = "waits";
    private const string Unsigned = "stock has every certificate that there is, and waits 20 minutes for others; we ask another directory";

    internal static IReadOnlyList<MalformedConsensus> All { get; } = [.. Signatures(), .. Times(), .. Preamble(), .. Authorities(), .. Relays(), .. Footer(), .. Bytes()];

    private static IEnumerable<MalformedConsensus> Signatures() =>
    [
        By("signed by all three authorities", Used, draft => draft.Signers.Trusted),
        By("signed by two of three", Used, draft => draft.Signers.Trusted[..2]),
        By("signed by one of three", Refused, draft => draft.Signers.Trusted[..1]),
        By("signed by nobody", Refused, _ => []),
        By("signed by one of three and by a stranger", Refused, draft => [draft.Signers.Trusted[0], draft.Signers.Stranger]),
        By("signed by two of three and by a stranger", Used, draft => [.. draft.Signers.Trusted[..2], draft.Signers.Stranger]),
        By("signed by one of three, three times", Refused, draft => [.. Enumerable.Repeat(draft.Signers.Trusted[0], 3)]),
        By("signed with keys whose certificates have expired", Waits, draft => draft.Signers.Expired) with { Ours = Refused, Why = Unsigned },
        Sealed("with one good signature and one altered", Waits, draft => draft.Signatures(draft.Signers.Trusted[0]) + Damage(draft.Signatures(draft.Signers.Trusted[1]))) with { Ours = Refused, Why = Unsigned },
        Sealed("with two good signatures and one altered", Used, draft => draft.Signatures(draft.Signers.Trusted[..2]) + Damage(draft.Signatures(draft.Signers.Trusted[2]))),
        Sealed("with an altered signature before each good one", Waits, draft => string.Concat(draft.Signers.Trusted.Select(keys => Damage(draft.Signatures(keys)) + draft.Signatures(keys)))) with { Ours = Refused, Why = Unsigned },
        Sealed("with signatures of its SHA-1, which is not named", Used, draft => draft.Signatures(ConsensusFlavor.Unflavored, draft.Signers.Trusted)),
        Sealed("with signatures of its SHA-1, which is named", Used, draft => Name(draft.Signatures(ConsensusFlavor.Unflavored, draft.Signers.Trusted), "", "sha1 ")),
        Sealed("with signatures of its SHA-1, called SHA-256", Waits, draft => Name(draft.Signatures(ConsensusFlavor.Unflavored, draft.Signers.Trusted), "", "sha256 ")) with { Ours = Refused, Why = Unsigned },
        Sealed("with signatures of an unknown kind", Refused, draft => Name(draft.Signatures(draft.Signers.Trusted), "sha256 ", "sha512 ")),
        Sealed("with two good signatures and one of an unknown kind", Used, draft => draft.Signatures(draft.Signers.Trusted[..2]) + Name(draft.Signatures(draft.Signers.Trusted[2]), "sha256 ", "sha512 ")),
        Sealed("with signatures by keys that have no certificate", Waits, draft => draft.Signers.Trusted.Aggregate(
            draft.Signatures(draft.Signers.Trusted), (text, keys) => text.Replace($" {keys.Certificate.SigningKeyDigest}\n", $" {new string('A', 40)}\n", StringComparison.Ordinal))) with { Ours = Refused, Why = Unsigned },
        Sealed("with a signature by an identity cut off", Refused, draft => draft.Signatures(draft.Signers.Trusted[..2]) + Shorten(draft.Signatures(draft.Signers.Trusted[2]))),
        Sealed("with a signature that is called something else", Refused, draft => draft.Signatures(draft.Signers.Trusted).Replace(" SIGNATURE-", " MESSAGE-", StringComparison.Ordinal)),
        Sealed("with a signature that is no base64", Refused, draft => draft.Signatures(draft.Signers.Trusted).Replace("-----BEGIN SIGNATURE-----\n", "-----BEGIN SIGNATURE-----\n!!!!\n", StringComparison.Ordinal)),
        Sealed("with a line after the first signature", Refused, draft => draft.Signatures(draft.Signers.Trusted[0]) + "bandwidth-weights Wgg=1\n" + draft.Signatures(draft.Signers.Trusted[1..])),
        Change("with a relay's port altered after it was signed", Waits, text => text.Replace(" 127.0.0.1 9 0\n", " 127.0.0.1 8 0\n", StringComparison.Ordinal)) with { Ours = Refused, Why = Unsigned },
        Text("signed by an authority that it does not list", Refused, (draft, text) => draft.Signers.Trusted[..1].Aggregate(text, WithoutVoter)),
    ];

    private static IEnumerable<MalformedConsensus> Times() =>
    [
        Lasting("that expired an hour ago", Used, -4, -1),
        Lasting("that expired 25 hours ago", Refused, -30, -25),
        Lasting("that begins in an hour", Used, 1, 4),
        Lasting("that begins in 25 hours", Refused, 25, 30),
        Lasting("of the year 2100", Refused, 24 * 365 * 74, 24 * 365 * 75),
        Model("that is never fresh", Refused, good => good with { FreshUntil = good.ValidAfter }),
        Model("that is fresh for nine seconds", Refused, good => good with { FreshUntil = good.ValidAfter.AddSeconds(9) }),
        Model("that ends before it begins", Refused, good => good with { ValidUntil = good.ValidAfter.AddHours(-1) }),
        Model("that is fresh for as long as it is valid", "ended", good => good with { FreshUntil = good.ValidUntil }) with { Ours = Refused, Why = "an assertion ends stock's process" },
        Model("that is fresh for longer than it is valid", "ended", good => good with { FreshUntil = good.ValidUntil.AddHours(1) }) with { Ours = Refused, Why = "an assertion ends stock's process" },
        .. Lines("valid-after", Refused, "yesterday", "2026-01-01"),
        .. Lines("valid-after", Used, "2026-02-30 00:00:00").Select(each => each with { Ours = Refused, Why = "there is no such day" }),
        .. Lines("voting-delay", Refused, "1 300", "300 1", "x 300", "300"),
        .. Missing(Refused, "valid-after", "fresh-until", "valid-until", "voting-delay"),
        .. Doubled(Refused, "valid-after", "voting-delay"),
    ];

    private static IEnumerable<MalformedConsensus> Preamble() =>
    [
        .. Lines("network-status-version", Used, "4 microdesc"),
        .. Lines("network-status-version", Refused, "3", "3 ns", "3 unheard-of"),
        .. Lines("vote-status", Refused, "vote", "x"),
        .. Lines("consensus-method", Used, "1", "99"),
        .. Lines("consensus-method", Refused, "0", "x", "35 36"),
        .. Lines("known-flags", Used, "Valid V2Dir", "Exit Exit Fast Guard Running Stable V2Dir Valid").Select(each => each with
        {
            Ours = Refused,
            Why = "stock refuses only a vote for it; no authority writes that",
        }),
        .. Lines("known-flags", Used, "", "Exit Fast Guard Running Stable V2Dir Valid Wonderful"),
        .. Lines("params", Refused, "refuseunknownexits=1 circwindow=1000", "circwindow=1 circwindow=2", "circwindow", "circwindow=x", "circwindow=2147483648"),
        .. Lines("params", Used, "circwindow=-2147483648", "=1", "circwindow=1000 x=1", ""),
        .. Lines("shared-rand-current-value", Used, "3 AAAA", "x x"),
        .. Lines("shared-rand-current-value", Refused, "3"),
        .. Lines("client-versions", Used, "x"),
        .. Missing(Refused, "network-status-version", "vote-status", "known-flags"),
        .. Missing(Used, "consensus-method", "params", "client-versions", "shared-rand-current-value"),
        .. Doubled(Refused, "network-status-version", "vote-status", "consensus-method", "known-flags", "params", "shared-rand-current-value"),
        .. Protocols("ended", "required-client-protocols", "Cons=1-2 Relay=63", "Unheard=1"),
        .. Protocols(Refused, "required-client-protocols", "Cons", "Cons=64"),
        .. Protocols(Used, "required-relay-protocols", "Relay=63"),
        .. Protocols(Used, "recommended-client-protocols", "Relay=63"),
        Text("with vote-status after the times", Used, text => Before(Without(text, "vote-status"), "voting-delay", "vote-status consensus")),
        Text("with network-status-version on the second line", Refused, text => Before(Without(text, "network-status-version"), "consensus-method", "network-status-version 3 microdesc")),
        Text("with an unknown line", Used, text => Before(text, "known-flags", "x-unknown a b c")),
        Text("with an unknown line that has an object", Used, text => Before(text, "known-flags", "x-unknown a b c\n-----BEGIN X-----\nAAAA\n-----END X-----")),
        Text("with an object below known-flags", Refused, text => Before(text, "params", "-----BEGIN X-----\nAAAA\n-----END X-----")),
        Text("with the line opt known-flags", Used, text => Line(text, "known-flags", "Exit Fast Guard Running Stable V2Dir Valid").Replace("\nknown-flags", "\nopt known-flags", StringComparison.Ordinal)),
    ];

    private static IEnumerable<MalformedConsensus> Authorities() =>
    [
        Model("without an authority", Refused, good => good with { Voters = [] }),
        Model("with one authority twice", Used, good => good with { Voters = [.. good.Voters, good.Voters[0]] }),
        Model("without contact lines", Refused, good => good with { Voters = [.. good.Voters.Select(voter => voter with { Contact = null })] }),
        Model("without vote-digest lines", Refused, good => good with { Voters = [.. good.Voters.Select(voter => voter with { VoteDigest = default })] }),
        .. Missing(Used, "contact", "vote-digest"),
        .. Doubled(Refused, "contact", "vote-digest"),
        .. Lines("vote-digest", Refused, "AAAA", ""),
        .. Lines("dir-source", Refused, "a AAAA 127.0.0.1 127.0.0.1 9 9", $"a {new string('A', 40)} localhost localhost 9 9", $"a {new string('A', 40)} localhost 127.0.0.1 70000 9", "a"),
    ];

    private static IEnumerable<MalformedConsensus> Relays() =>
    [
        Model("without relays", Waits, good => good with { Relays = [] }),
        Model("with relays in descending order", Refused, good => good with { Relays = [.. good.Relays.Reverse()] }),
        Model("with one relay twice", Refused, good => good with { Relays = [good.Relays[0], .. good.Relays] }),
        Model("with two relays of one name", Used, good => good with { Relays = [.. good.Relays.Select(relay => relay with { Nickname = "same" })] }),
        Model("without any m line", Waits, good => good with { Relays = [.. good.Relays.Select(relay => relay with { MicrodescriptorDigest = default })] }),
        Text("without any w line", Used, text => string.Concat(text.Split('\n').Where(line => !line.StartsWith("w ", StringComparison.Ordinal)).Select(line => line + "\n"))[..^1]),
        .. OfRelay("r", Refused, "first AAAAAAAAAAAAAAAAAAAAAAAAAAA 2038-01-01 00:00:00 127.0.0.1 9", "first AAAA 2038-01-01 00:00:00 127.0.0.1 9 0", "a_b AAAAAAAAAAAAAAAAAAAAAAAAAAA 2038-01-01 00:00:00 127.0.0.1 9 0"),
        .. OfRelay("r", Refused, "first AAAAAAAAAAAAAAAAAAAAAAAAAAA 2038-01-01 25:00:00 127.0.0.1 9 0", "first AAAAAAAAAAAAAAAAAAAAAAAAAAA 2038-01-01 00:00:00 localhost 9 0"),
        .. OfRelay("r", Used, "first AAAAAAAAAAAAAAAAAAAAAAAAAAA 2038-01-01 00:00:00 127.0.0.1 70000 0", "first AAAAAAAAAAAAAAAAAAAAAAAAAAA 2038-01-01 00:00:00 0.0.0.0 0 0"),
        .. OfRelay("m", Refused, "AAAA", $"sha256={new string('A', 43)}"),
        .. OfRelay("s", Used, "", "Fast Exit", "Wonderful"),
        .. OfRelay("v", Used, "x", "Tor x.y"),
        .. OfRelay("pr", Refused, "Link", "Link=64"),
        .. OfRelay("pr", Used, "", "Unheard=1"),
        .. OfRelay("w", Refused, "Bandwidth=x", "Bandwidth=-1", "Bandwidth=4294967296"),
        .. OfRelay("w", Used, "Bandwidth=0", "Weight=1"),
        .. MissingOfRelay(Refused, "s", "pr"),
        .. MissingOfRelay(Used, "m", "v", "w"),
        .. DoubledOfRelay(Refused, "s", "pr", "w"),
        .. DoubledOfRelay(Used, "m"),
        Text("with a relay that has an a line of garbage", Used, text => Before(text, "m", "a nonsense")),
        Text("with a relay that has a p line of garbage", Refused, text => Before(text, "m", "p nonsense")),
    ];

    private static IEnumerable<MalformedConsensus> Footer() =>
    [
        .. Missing(Used, "directory-footer", "bandwidth-weights"),
        .. Doubled(Refused, "directory-footer", "bandwidth-weights"),
        .. Lines("bandwidth-weights", Refused, "Wgg", "Wgg=x", "Wgg=2147483648"),
        .. Lines("bandwidth-weights", Used, "", "Wgg=-1", "Wgg=1 Wgg=2"),
        .. Lines("directory-footer", Refused, "x"),
        Text("with the footer's lines the wrong way round", Used, text => Without(text, "directory-footer") + "directory-footer\n"),
        Text("with an unknown line in the footer", Used, text => Before(text, "bandwidth-weights", "x-unknown a b c")),
    ];

    private static IEnumerable<MalformedConsensus> Bytes() =>
    [
        Text("with a line of 100,000 bytes", Used, text => Before(text, "known-flags", $"x-unknown {new string('a', 100_000)}")),
        Text("with a line of 200,000 bytes", Refused, text => Before(text, "known-flags", $"x-unknown {new string('a', 200_000)}")),
        Text("with 600 params", Refused, text => Line(text, "params", string.Join(' ', Enumerable.Range(1000, 600).Select(number => $"p{number}=1")))),
        Text("with a zero in a line", Refused, text => Before(text, "known-flags", "x-unknown a\0b")),
        Text("with carriage returns", Refused, text => text.Replace("\n", "\r\n", StringComparison.Ordinal)),
        Text("with an empty line", Used, text => Before(text, "known-flags", "")),
        Text("with bytes that are not UTF-8", Used, text => Before(text, "known-flags", "x-unknown \u00ff\u00fe")),
        Change("with a line before it", Refused, text => "foo bar\n" + text),
        Change("with a line behind it", Refused, text => text + "foo bar\n"),
        Change("behind the mark of UTF-8", Refused, text => "\u00ef\u00bb\u00bf" + text),
        Change("twice", Used, text => text + text) with { Ours = Refused, Why = "no authority has signed what follows its signature" },
        Change("cut in half", Refused, text => text[..(text.Length / 2)]),
        Change("cut off in the last signature", Refused, text => text[..^100]),
        new("a consensus that is empty", Refused, _ => []),
        new("a consensus of nonsense", Refused, _ => "nonsense\n"u8.ToArray()),
        new("a consensus of zeros", Refused, _ => new byte[1000]),
    ];

    private static MalformedConsensus By(string what, string stock, Func<ConsensusDraft, AuthorityKeys[]> signers) =>
        new($"a consensus {what}", stock, draft => draft.Sign(draft.Text, signers(draft)));

    /// <summary>Good text under signatures that may not be.</summary>
    private static MalformedConsensus Sealed(string what, string stock, Func<ConsensusDraft, string> signatures) =>
        new($"a consensus {what}", stock, draft => Encoding.Latin1.GetBytes(draft.Text + signatures(draft)));

    private static MalformedConsensus Model(string what, string stock, Func<Consensus, Consensus> change) =>
        new($"a consensus {what}", stock, draft => draft.Sign(change(draft.Good)));

    /// <summary>From so many hours after now on to so many hours after now.</summary>
    private static MalformedConsensus Lasting(string what, string stock, int from, int until) => Model(what, stock, good => good with
    {
        ValidAfter = good.ValidAfter.AddHours(from),
        FreshUntil = good.ValidAfter.AddHours(from + 1),
        ValidUntil = good.ValidAfter.AddHours(until),
    });

    private static MalformedConsensus Text(string what, string stock, Func<string, string> change) => Text(what, stock, (_, text) => change(text));

    private static MalformedConsensus Text(string what, string stock, Func<ConsensusDraft, string, string> change) =>
        new($"a consensus {what}", stock, draft => draft.Sign(change(draft, draft.Text), draft.Signers.Trusted));

    /// <summary>Changed after it was signed.</summary>
    private static MalformedConsensus Change(string what, string stock, Func<string, string> change) =>
        new($"a consensus {what}", stock, draft => Encoding.Latin1.GetBytes(change(draft.Text + draft.Signatures(draft.Signers.Trusted))));

    private static IEnumerable<MalformedConsensus> Lines(string keyword, string stock, params string[] values) => values.Select(value =>
        Text($"with \"{$"{keyword} {value}".TrimEnd()}\"", stock, text => Line(text, keyword, value)));

    private static IEnumerable<MalformedConsensus> Missing(string stock, params string[] keywords) => keywords.Select(keyword =>
        Text($"without {keyword}", stock, text => Without(text, keyword)));

    private static IEnumerable<MalformedConsensus> Doubled(string stock, params string[] keywords) => keywords.Select(keyword =>
        Text($"with two lines {keyword}", stock, text => Twice(text, keyword)));

    private static IEnumerable<MalformedConsensus> Protocols(string stock, string keyword, params string[] values) => values.Select(value =>
        Text($"with \"{keyword} {value}\"", stock, text => Before(text, "params", $"{keyword} {value}")));

    private static IEnumerable<MalformedConsensus> OfRelay(string keyword, string stock, params string[] values) => values.Select(value =>
        Text($"with a relay that has \"{$"{keyword} {value}".TrimEnd()}\"", stock, text => Line(text, keyword, value)));

    private static IEnumerable<MalformedConsensus> MissingOfRelay(string stock, params string[] keywords) => keywords.Select(keyword =>
        Text($"with a relay without {keyword}", stock, text => Without(text, keyword)));

    private static IEnumerable<MalformedConsensus> DoubledOfRelay(string stock, params string[] keywords) => keywords.Select(keyword =>
        Text($"with a relay that has two lines {keyword}", stock, text => Twice(text, keyword)));

    private static string WithoutVoter(string text, AuthorityKeys keys)
    {
        int identity = text.IndexOf(keys.Certificate.Identity.ToString(), StringComparison.Ordinal);
        int start = text.LastIndexOf("dir-source", identity, StringComparison.Ordinal);
        int end = text.IndexOf("dir-source", identity, StringComparison.Ordinal);
        return text[..start] + text[end..];
    }

    private static string Damage(string signature)
    {
        int at = signature.IndexOf("-----\n", StringComparison.Ordinal) + 40;
        return signature[..at] + (signature[at] == 'A' ? 'B' : 'A') + signature[(at + 1)..];
    }

    private static string Name(string signatures, string algorithm, string other) =>
        signatures.Replace($"directory-signature {algorithm}", $"directory-signature {other}", StringComparison.Ordinal);

    private static string Shorten(string signature) => signature.Remove(signature.IndexOf("sha256 ", StringComparison.Ordinal) + 7, 1);
}
