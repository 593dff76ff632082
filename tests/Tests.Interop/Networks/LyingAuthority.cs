using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Votes;
using Tunic.Tor.Protocol.Voting.Keys;

namespace Tunic.Tests.Interop.Networks;

/// <summary>Says with an authority's real keys what is not so.</summary>
/// <param name="keys">Of an authority that the others trust.</param>
/// <param name="nickname">Its nickname.</param>
internal sealed class LyingAuthority(AuthorityKeys keys, string nickname)
{
    /// <summary>A relay that does not exist, with every flag in its votes.</summary>
    internal const string MadeUpNickname = "madeup";

    private static readonly RsaIdentity MadeUpIdentity = new(Enumerable.Repeat((byte)0x42, 20).ToArray());

    internal RsaIdentity Identity => keys.Certificate.Identity;

    /// <summary>A vote for the round after an honest one: all relays of the honest vote have lost their flags, and the made-up one has them all.</summary>
    /// <param name="honest">Another authority's vote in the round before.</param>
    /// <param name="interval">From one round to the next.</param>
    internal byte[] Vote(Vote honest, TimeSpan interval)
    {
        VoteRouterStatus exit = honest.Relays.First(relay => relay.Status.Flags.HasFlag(RelayFlags.Exit));
        VoteRouterStatus madeUp = exit with
        {
            FlagMask = (1UL << honest.KnownFlags.Count) - 1,
            MeasuredBandwidth = 1_000_000,
            Status = exit.Status with { Nickname = MadeUpNickname, Identity = MadeUpIdentity, Address = new IPEndPoint(IPAddress.Loopback, 9) },
            Ed25519Identity = new Ed25519Identity(Enumerable.Repeat((byte)0x42, 32).ToArray()),
        };
        Vote lie = honest with
        {
            Published = honest.ValidAfter,
            ValidAfter = honest.ValidAfter + interval,
            FreshUntil = honest.FreshUntil + interval,
            ValidUntil = honest.ValidUntil + interval,
            Voter = honest.Voter with { Nickname = nickname, Identity = Identity },
            Certificate = keys.Certificate,
            ParticipatesInSharedRandom = false,
            SharedRandomCommits = [],
            Parameters = new Dictionary<string, int> { ["bwweightscale"] = 1 },
            Relays = [.. honest.Relays.Select(relay => relay with { FlagMask = 0 }).Append(madeUp).OrderBy(relay => relay.Status.Identity)],
        };
        return VoteWriter.Write(lie, keys.Signing);
    }

    /// <summary>A consensus in which the first relay bears the made-up name, under the liar's good signature beside the others' old ones.</summary>
    /// <param name="honest">A microdescriptor consensus that others have signed.</param>
    internal string SignAltered(string honest)
    {
        int start = honest.IndexOf("\nr ", StringComparison.Ordinal) + 3;
        string altered = honest[..start] + MadeUpNickname + honest[honest.IndexOf(' ', start)..];
        int signatures = altered.IndexOf("directory-signature ", StringComparison.Ordinal);
        byte[] signed = Encoding.UTF8.GetBytes(altered[..(signatures + "directory-signature ".Length)]);
        string signature = Convert.ToBase64String(keys.Signing.SignDigest(SHA256.HashData(signed)));
        string lines = string.Join('\n', signature.Chunk(64).Select(chunk => new string(chunk)));
        return $"{altered}directory-signature sha256 {Identity} {keys.Signing.PublicKey.Identity}\n-----BEGIN SIGNATURE-----\n{lines}\n-----END SIGNATURE-----\n";
    }
}
