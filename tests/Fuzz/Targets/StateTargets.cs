using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Certificates;
using Tunic.Tor.Protocol.Paths.BuildTimes;
using Tunic.Tor.Protocol.Paths.Guards;
using Tunic.Tor.Protocol.Voting.Flags;
using Tunic.Tor.Protocol.Voting.Keys;
using Tunic.Tor.Protocol.Voting.Liveness;
using Tunic.Tor.Protocol.Voting.SharedRandom;
using Tunic.Tor.Protocol.Voting.Signatures;
using Tunic.Tor.Protocol.Voting.Uploads;
using static Tunic.Tests.Fuzz.Targets.DocumentTargets;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>What authorities tell each other, and what programs keep on disk.</summary>
internal static class StateTargets
{
    private static readonly DateTime _now = new(2026, 11, 21, 10, 25, 20, DateTimeKind.Utc);
    private static readonly RsaIdentity _own = FuzzKeys.RelayIdentity.PublicKey.Identity;

    public static IEnumerable<FuzzTarget> All =>
    [
        Text("detached-signatures", ReadDetached, () => [VectorDocuments.Voting("signatures")], ["DetachedSignatures*"]) with { MaxLength = 8192 },
        State("shared-random-state", ReadSharedRandom, SharedRandomSeeds, nameof(SharedRandomStateFile), nameof(SharedRandomCommitment), nameof(SharedRandomValue), "SharedRandomState"),
        State("key-pinning-journal", ReadJournal, JournalSeeds, nameof(KeyPinningJournal)),
        State("relay-standings", text => RelayStandings.Parse(text).OfKeys(_own, default), StandingSeeds, nameof(RelayStandings)),
        State("stability-history", ReadHistory, HistorySeeds, nameof(StabilityHistoryFile), nameof(StabilityHistory), nameof(StabilityRecord)),
        State("guard-state", ReadGuards, GuardSeeds, nameof(GuardSampleState), nameof(GuardState), "GuardStateFields"),
        State("build-times", ReadBuildTimes, BuildTimeSeeds, "BuildTimeHistory", nameof(CircuitBuildTimeout)),
        State("authority-private-key", text => AuthorityKeys.TryReadPrivateKey(text, "", out _), () => [AuthorityKeys.WritePrivateKey(FuzzKeys.RelayIdentity)], nameof(AuthorityKeys)),
        new("heartbeat", ReadHeartbeat, HeartbeatSeeds, nameof(Heartbeat), nameof(LivenessTime)),
        new("liveness-document", ReadLiveness, () => [Document(0).Encoded.ToArray(), Document(3).Encoded.ToArray()], nameof(LivenessDocument)),
        CellTargets.Message("liveness-bundle", LivenessBundle.Decode, bundle => bundle.Encode(), [new LivenessBundle([Document(1), Document(2)])], nameof(LivenessBundle)),
    ];

    private static FuzzTarget State(string name, Action<string> read, Func<IEnumerable<string>> seeds, params string[] scope) =>
        Text(name, input => read(Encoding.UTF8.GetString(input.Span)), () => seeds().Select(Encoding.UTF8.GetBytes), scope) with { MaxLength = 4096 };

    private static void ReadDetached(ReadOnlyMemory<byte> input)
    {
        if (DetachedSignatures.TryParse(input, out DetachedSignatures? signatures, out _))
        {
            byte[] written = signatures.Write();
            if (!DetachedSignatures.TryParse(written, out DetachedSignatures? again, out var fault))
            {
                throw new FuzzFailureException($"cannot read what it wrote: {fault.Reason}");
            }

            FuzzFailureException.Require(again.Write().AsSpan().SequenceEqual(written), "writes something else after reading");
        }
    }

    private static IEnumerable<string> SharedRandomSeeds() =>
        ((string[])["sr-state-run1", "sr-state-run2"]).Select(name => Encoding.ASCII.GetString(VectorDocuments.Voting(name)));

    private static void ReadSharedRandom(string text) => RoundTrip.Check(
        text,
        input => SharedRandomStateFile.Parse(input, _own, new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc), TimeSpan.FromSeconds(20), new SeededRandomSource(1)),
        state => SharedRandomStateFile.Format(state, _now));

    private static IEnumerable<string> JournalSeeds()
    {
        var journal = new KeyPinningJournal();
        journal.CheckAndAdd(_own, FuzzRelay.A.Identity.PublicKey, replace: false);
        return [journal.Format(_now)];
    }

    private static void ReadJournal(string text) => RoundTrip.Check(text, KeyPinningJournal.Parse, journal => journal.Format(_now));

    private static IEnumerable<string> StandingSeeds() => [$"!reject {_own}\n!badexit {FuzzRelay.A.Identity.PublicKey}\n# remark\nnick {_own}\n!middleonly {_own}\n!invalid {_own}\n"];

    private static IEnumerable<string> HistorySeeds() =>
    [
        $"format 2\nstored-at 2026-11-21 10:00:00\ntracked-since 2026-01-01 00:00:00\nlast-downrated 2026-11-20 00:00:00\ndata\nR {_own}\n"
        + "+MTBF 1000 1.50000 S=2026-11-01 00:00:00\n+WFU 1000 2000 S=2026-11-02 00:00:00\n.\n",
    ];

    private static void ReadHistory(string text) =>
        RoundTrip.Check(text, input => StabilityHistoryFile.Parse(input, _now), history => StabilityHistoryFile.Format(history, _now));

    private static IEnumerable<string> GuardSeeds() =>
    [
        $"Guard in=default rsa_id={_own} nickname=a sampled_on=2026-11-01T00:00:00 sampled_idx=0 sampled_by=0.4.9.11 listed=1 "
        + "confirmed_on=2026-11-02T00:00:00 confirmed_idx=0 pb_use_attempts=2.000000\n"
        + $"Guard in=bridges rsa_id={_own} bridge_addr=192.0.2.1:443 sampled_on=2026-11-01T00:00:00 unlisted_since=2026-11-03T00:00:00 listed=0\n",
    ];

    private static void ReadGuards(string text)
    {
        RoundTrip.Check(text, input => GuardSampleState.TryDecode(input, out GuardSampleState state, out _) ? state : null, state => state.Encode());
        GuardSampleState.FromStock(text.Split('\n').Select(line => line.Replace("Guard ", "", StringComparison.Ordinal)), _now, out _);
    }

    private static IEnumerable<string> BuildTimeSeeds() =>
        ["TotalBuildTimes 100\nCircuitBuildAbandonedCount 3\nCircuitBuildTimeBin 325 40\nCircuitBuildTimeBin 1005 57\n"];

    private static void ReadBuildTimes(string text)
    {
        IEnumerable<KeyValuePair<string, string>> lines = text.Split('\n')
            .Select(line => line.Split(' ', 2))
            .Select(words => KeyValuePair.Create(words[0], words.Length > 1 ? words[1] : ""));
        var timeout = new CircuitBuildTimeout(new CircuitBuildTimeoutParameters());
        if (timeout.TryLoadState(lines, new SeededRandomSource(1)))
        {
            bool again = new CircuitBuildTimeout(new CircuitBuildTimeoutParameters()).TryLoadState(timeout.EncodeState(), new SeededRandomSource(1));
            FuzzFailureException.Require(again, "cannot read what it wrote");
        }

        FuzzFailureException.Require(timeout.Timeout > TimeSpan.Zero && timeout.CloseTimeout >= timeout.Timeout, "a time limit that is none");
        timeout.OnBuilt(TimeSpan.FromSeconds(1), hasTimedOut: false);
    }

    private static IEnumerable<byte[]> HeartbeatSeeds()
    {
        var source = new HeartbeatSource(Network, new SeededRandomSource(1));
        yield return source.Make(HeartbeatState.Alive, _own, FuzzRelay.A.Identity.PublicKey, FuzzKeys.RelaySigning, _now);
        yield return source.Make(HeartbeatState.Leaving, _own, FuzzRelay.A.Identity.PublicKey, FuzzKeys.RelaySigning, _now);
    }

    private static LivenessNetwork Network => new([_own]);

    private static void ReadHeartbeat(ReadOnlyMemory<byte> input)
    {
        Heartbeat heartbeat = Heartbeat.Decode(input.Span);
        heartbeat.HasGoodSignature();
        if (heartbeat.SigningKey == FuzzKeys.RelaySigning.PublicKey)
        {
            byte[] written = heartbeat.Encode(FuzzKeys.RelaySigning);
            Heartbeat again = Heartbeat.Decode(written);
            FuzzFailureException.Require(again.HasGoodSignature(), "a signature of its own that is bad");
            FuzzFailureException.Require(again.Encode(FuzzKeys.RelaySigning).AsSpan().SequenceEqual(written), "writes something else after reading");
        }
    }

    private static LivenessDocument Document(int down) => new LivenessDocument
    {
        NetworkId = default,
        Authority = FuzzRelay.A.Identity.PublicKey,
        Serial = 7,
        Time = _now,
        Lifetime = TimeSpan.FromSeconds(30),
        Down = [.. Enumerable.Range(1, down).Select(number => new RsaIdentity(Enumerable.Repeat((byte)number, RsaIdentity.Length).ToArray()))],
        Certificate = Ed25519Certificate.Create(
            Ed25519CertificateType.IdentitySigning, FuzzKeys.RelaySigning.PublicKey, _now.AddDays(30), FuzzRelay.A.Identity, includeSigningKey: true),
    }.Sign(FuzzKeys.RelaySigning);

    private static void ReadLiveness(ReadOnlyMemory<byte> input)
    {
        LivenessDocument document = LivenessDocument.Decode(input.Span);
        document.HasGoodSignature(_now);
        FuzzFailureException.Require(document.Encoded.Span.SequenceEqual(input.Span), "keeps other bytes than those it read");
    }
}
