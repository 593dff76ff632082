using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Voting.SharedRandom;
using Tunic.Tor.Protocol.Voting.Timing;

namespace Tunic.Tests.Tor.Protocol.Voting.SharedRandom;

public class SharedRandomTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);
    private static readonly DateTime RunStart = DateTime.UnixEpoch.AddSeconds(480L * 3_000_000);

    // src/test/test_shared_random.c, test_encoding
    [Fact]
    public void The_commitment_hashes_the_text_of_the_reveal()
    {
        string[] words =
        [
            "1", "sha3-256", new string('A', 40), "AAAAAFavXpbkBMzMQG7aNoaGLFNpm2Wkk1ozXhuWWqL//GynltxVAg==",
            "AAAAAFavXpZJxbwTupvaJCTeIUCQmOPxAMblc7ChL5H2nZKuGchdaA==",
        ];
        SharedRandomCommitment commit = SharedRandomCommitment.Parse(words)!;
        Assert.Equal(1454333590UL, commit.CommitTime);
        Assert.True(commit.HasValidReveal());
        Assert.Equal(string.Join(' ', words), commit.ToString());
        Assert.False(SharedRandomCommitment.Parse([.. words[..4], words[4].Replace('G', 'H')])!.HasValidReveal());
    }

    [Theory]
    [InlineData("2", "sha3-256", "AAAAAFavXpbkBMzMQG7aNoaGLFNpm2Wkk1ozXhuWWqL//GynltxVAg==")]
    [InlineData("x", "sha3-256", "AAAAAFavXpbkBMzMQG7aNoaGLFNpm2Wkk1ozXhuWWqL//GynltxVAg==")]
    [InlineData("1", "sha256", "AAAAAFavXpbkBMzMQG7aNoaGLFNpm2Wkk1ozXhuWWqL//GynltxVAg==")]
    [InlineData("1", "sha3-256", "AAAAAFavXpbkBMzMQG7aNoaGLFNpm2Wkk1ozXhuWWqL//GynltxV")]
    [InlineData("1", "sha3-256", "AAAAAFavXpbkBMzMQG7aNoaGLFNpm2Wkk1ozXhuWWqL//GynltxVAg==AAAA")]
    [InlineData("1", "sha3-256", "AAAAAFavXpbkBMzMQG7aNoaGLFNpm2Wkk1ozXhuWWqL//Gynl\u00e4xVAg==")]
    public void Malformed_commitments_are_ignored(string version, string algorithm, string commit) =>
        Assert.Null(SharedRandomCommitment.Parse([version, algorithm, new string('A', 40), commit]));

    // Values that three stock authorities computed at the end of two runs.
    [Theory]
    [InlineData("sr-state-run1", "3 IrSiNS2ZWo/WcvPUNaiR1KIpErMGFZPVyVtoha5tcF0=")]
    [InlineData("sr-state-run2", "3 yE3of8vsxzPseHjJ5R6XzXBn0dbS1VZ0Yh8t822lPF0=")]
    public void Stock_reveals_give_the_stock_value(string file, string expected)
    {
        DateTime now = new(2026, 11, 21, 10, 10, 0, DateTimeKind.Utc);
        SharedRandomState state = SharedRandomStateFile.Parse(StockVoting.ReadText(file), default, now, Interval, new SeededRandomSource(1))!;
        Assert.Equal(SharedRandomPhase.Reveal, state.Phase);
        SharedRandomValue value = SharedRandomComputation.Compute(state.Commits, state.Current?.Value);
        Assert.Equal(expected, value.ToString());
    }

    [Fact]
    public void The_state_file_survives_a_round_trip()
    {
        DateTime now = new(2026, 11, 21, 10, 10, 0, DateTimeKind.Utc);
        SharedRandomState state = SharedRandomStateFile.Parse(StockVoting.ReadText("sr-state-run2"), default, now, Interval, new SeededRandomSource(1))!;
        string text = SharedRandomStateFile.Format(state, now);
        SharedRandomState again = SharedRandomStateFile.Parse(text, default, now, Interval, new SeededRandomSource(1))!;
        Assert.Equal(state.Commits, again.Commits);
        Assert.Equal(3, state.Commits.Count);
        Assert.Equal(state.Current, again.Current);
        Assert.Equal(state.ValidAfter, again.ValidAfter);
        Assert.Equal(state.ValidUntil, again.ValidUntil);
        Assert.Null(SharedRandomStateFile.Parse(text, default, state.ValidUntil.AddSeconds(1), Interval, new SeededRandomSource(1)));
        Assert.Null(SharedRandomStateFile.Parse(text.Replace("Version 1", "Version 2", StringComparison.Ordinal), default, now, Interval, new SeededRandomSource(1)));
    }

    [Fact]
    public void Three_authorities_agree_on_a_value_after_each_run()
    {
        RsaIdentity[] identities = [.. Enumerable.Range(1, 3).Select(Identity)];
        var authorities = identities.ToHashSet();
        SharedRandomState[] states = [.. identities.Select((identity, index) =>
            new SharedRandomState(identity, RunStart.AddSeconds(-30), Schedule(RunStart.AddSeconds(-20)), Interval, new SeededRandomSource((ulong)index)))];
        var values = new List<SharedRandomValue?>();
        for (int round = 0; round <= 48; round++)
        {
            Play(states, RunStart + (Interval * round), authorities);
            Assert.Single(states.Select(state => state.Current).Distinct());
            values.Add(states[0].Current);
        }

        Assert.Equal(0UL, values[0]?.Reveals); // without any reveal there is a value too
        Assert.All(values[1..24], value => Assert.Equal(values[0], value));
        Assert.Equal(3UL, values[24]!.Reveals);
        Assert.Equal(3UL, values[48]!.Reveals);
        Assert.Equal(values[24], states[2].Previous);
        Assert.NotEqual(values[24], values[48]);
    }

    [Fact]
    public void A_reveal_in_the_commit_phase_a_changed_commit_and_one_of_somebody_else_are_ignored()
    {
        var authorities = new HashSet<RsaIdentity> { Identity(1), Identity(2) };
        var state = new SharedRandomState(Identity(1), RunStart.AddSeconds(-30), Schedule(RunStart.AddSeconds(-20)), Interval, new SeededRandomSource(1));
        state.Prepare(Schedule(RunStart), Interval, authorities);
        var first = SharedRandomCommitment.Generate(Identity(2), RunStart, new SeededRandomSource(2));
        var second = SharedRandomCommitment.Generate(Identity(2), RunStart, new SeededRandomSource(3));

        state.Receive(Identity(2), [first], authorities);
        Assert.Single(state.Commits);
        state.Receive(Identity(1), [first.WithoutReveal()], authorities);
        Assert.Single(state.Commits);
        state.Receive(Identity(3), [SharedRandomCommitment.Generate(Identity(3), RunStart, new SeededRandomSource(2)).WithoutReveal()], authorities);
        Assert.Single(state.Commits);
        state.Receive(Identity(2), [first.WithoutReveal()], authorities);
        Assert.Equal(2, state.Commits.Count);
        state.Receive(Identity(2), [second.WithoutReveal()], authorities);
        Assert.Contains(first.WithoutReveal(), state.Commits);

        state.Prepare(Schedule(RunStart + (12 * Interval)), Interval, authorities);
        Assert.Equal(SharedRandomPhase.Reveal, state.Phase);
        state.Receive(Identity(2), [second], authorities);
        Assert.Contains(first.WithoutReveal(), state.Commits);
        state.Receive(Identity(2), [first], authorities);
        Assert.Contains(first, state.Commits);
    }

    private static void Play(SharedRandomState[] states, DateTime validAfter, HashSet<RsaIdentity> authorities)
    {
        foreach (SharedRandomState state in states)
        {
            state.Prepare(Schedule(validAfter), Interval, authorities);
        }

        foreach (SharedRandomState receiver in states)
        {
            foreach (SharedRandomState sender in states)
            {
                receiver.Receive(sender.Own, sender.CommitsForVote, authorities);
            }
        }

        foreach (SharedRandomState state in states)
        {
            Assert.Equal(SharedRandomStateOf(validAfter), state.Phase);
            state.OnConsensus(state.Previous, state.Current);
            Assert.False(state.IsFresh);
        }
    }

    private static SharedRandomPhase SharedRandomStateOf(DateTime validAfter) =>
        (validAfter - RunStart).TotalSeconds / 20 % 24 < 12 ? SharedRandomPhase.Commit : SharedRandomPhase.Reveal;

    private static VotingSchedule Schedule(DateTime validAfter) =>
        VotingSchedule.Create(validAfter, new VotingIntervals(Interval, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4)));

    private static RsaIdentity Identity(int number)
    {
        var bytes = new byte[RsaIdentity.Length];
        bytes[0] = (byte)number;
        return new RsaIdentity(bytes);
    }
}
