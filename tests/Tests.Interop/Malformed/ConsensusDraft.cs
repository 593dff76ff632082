using System.Net;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Voting.Keys;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>A good consensus for one client, to be broken. The directory that serves it is its only guard, so the client asks there for microdescriptors.</summary>
/// <param name="signers">Who signs.</param>
/// <param name="directory">Identity of the directory that will serve it.</param>
/// <param name="address">Of that directory.</param>
internal sealed class ConsensusDraft(ConsensusSigners signers, RsaIdentity directory, IPEndPoint address)
{
    private const RelayFlags EveryRelay = RelayFlags.Fast | RelayFlags.Running | RelayFlags.Stable | RelayFlags.Valid;

    private static readonly ProtocolVersions _protocols =
        ProtocolVersions.TryParse("Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 Link=4-5 LinkAuth=3 Microdesc=1-3 Relay=2-6", out ProtocolVersions parsed) ? parsed : ProtocolVersions.None;

    internal ConsensusSigners Signers => signers;

    /// <summary>The first relay and the last are made up.</summary>
    internal Consensus Good { get; } = Make(signers, directory, address, DateTime.UtcNow);

    /// <summary>Everything before the signatures, a letter for each byte.</summary>
    internal string Text => Encoding.Latin1.GetString(ConsensusWriter.WriteUnsigned(Good));

    internal byte[] Sign(Consensus consensus) => Sign(Encoding.Latin1.GetString(ConsensusWriter.WriteUnsigned(consensus)), signers.Trusted);

    internal byte[] Sign(string unsigned, params AuthorityKeys[] by)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(unsigned);
        return [.. bytes, .. ConsensusWriter.Assemble([], by.Select(keys => SignatureOf(bytes, keys)))];
    }

    /// <summary>The signatures of the good text, as lines.</summary>
    internal string Signatures(params AuthorityKeys[] by) => Signatures(ConsensusFlavor.Microdescriptor, by);

    /// <param name="flavor">SHA-256 in this one, SHA-1 in the other.</param>
    /// <param name="by">Who signs.</param>
    internal string Signatures(ConsensusFlavor flavor, params AuthorityKeys[] by)
    {
        byte[] bytes = ConsensusWriter.WriteUnsigned(Good);
        return Encoding.ASCII.GetString(ConsensusWriter.Assemble([], by.Select(keys => SignatureOf(bytes, keys, flavor))));
    }

    private static ConsensusSignature SignatureOf(byte[] unsigned, AuthorityKeys keys, ConsensusFlavor flavor = ConsensusFlavor.Microdescriptor) =>
        ConsensusWriter.Sign(unsigned, flavor, keys.Certificate.Identity, keys.Signing);

    private static Consensus Make(ConsensusSigners signers, RsaIdentity directory, IPEndPoint address, DateTime now)
    {
        DateTime validAfter = new(now.Year, now.Month, now.Day, now.Hour, now.Minute, 0, DateTimeKind.Utc);
        RouterStatus[] relays =
        [
            MakeRelay("first", 0, RelayFlags.Exit),
            MakeRelay("directory", 1, RelayFlags.Guard | RelayFlags.V2Dir) with { Identity = directory, Address = address },
            MakeRelay("middle", 0xfe, RelayFlags.None),
            MakeRelay("last", 0xff, RelayFlags.Exit),
        ];
        return new Consensus
        {
            Flavor = ConsensusFlavor.Microdescriptor,
            Method = 35,
            ValidAfter = validAfter,
            FreshUntil = validAfter.AddHours(1),
            ValidUntil = validAfter.AddHours(3),
            VoteDelay = TimeSpan.FromMinutes(5),
            DistributionDelay = TimeSpan.FromMinutes(5),
            ClientVersions = "0.4.9.11",
            ServerVersions = "0.4.9.11",
            KnownFlags = ["Exit", "Fast", "Guard", "Running", "Stable", "V2Dir", "Valid"],
            Parameters = new Dictionary<string, int> { ["circwindow"] = 1000, ["refuseunknownexits"] = 1 },
            BandwidthWeights = new Dictionary<string, int> { ["Wgg"] = 10_000, ["Wmm"] = 10_000, ["Wee"] = 10_000 },
            CurrentSharedRandom = new Digest256(Enumerable.Repeat((byte)7, Digest256.Length).ToArray()),
            CurrentSharedRandomReveals = 3,
            Voters = [.. signers.Trusted.Append(signers.Stranger).Select((keys, index) => MakeVoter(keys, index))],
            Relays = relays,
        };
    }

    private static ConsensusVoter MakeVoter(AuthorityKeys keys, int index) => new()
    {
        Nickname = $"authority{index}",
        Identity = keys.Certificate.Identity,
        HostName = "127.0.0.1",
        Address = IPAddress.Loopback,
        DirectoryPort = 9,
        OnionRouterPort = 9,
        Contact = "test@example.invalid",
        VoteDigest = new Digest160(Enumerable.Repeat((byte)(index + 1), Digest160.Length).ToArray()),
    };

    private static RouterStatus MakeRelay(string nickname, byte number, RelayFlags flags) => new()
    {
        Nickname = nickname,
        Identity = new RsaIdentity(Enumerable.Repeat(number, RsaIdentity.Length).ToArray()),
        MicrodescriptorDigest = new Digest256(Enumerable.Repeat(number, Digest256.Length - 1).Append((byte)1).ToArray()),
        Published = new DateTime(2038, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        Address = new IPEndPoint(IPAddress.Loopback, 9),
        Flags = EveryRelay | flags,
        Version = "Tor 0.4.9.11",
        Protocols = _protocols,
        Bandwidth = 1000,
    };
}
