using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Diffs;

namespace Tunic.Tests.Tor.Protocol.Documents;

public sealed class ConsensusDiffTests
{
    [Theory]
    [InlineData("consensus")]
    [InlineData("consensus-microdesc")]
    public void Diffs_of_stock_apply_and_ours_are_the_same(string flavor)
    {
        byte[] from = StockNetwork.Read($"{flavor}-1");
        byte[] to = StockNetwork.Read($"{flavor}-2");
        byte[] stock = StockNetwork.Read($"{flavor}-diff");

        Assert.True(ConsensusDiff.IsDiff(stock) && !ConsensusDiff.IsDiff(from));
        Assert.True(ConsensusDiff.TryApply(from, stock, out byte[]? applied, out DocumentFault? fault), fault?.Reason);
        Assert.Equal(Encoding.UTF8.GetString(to), Encoding.UTF8.GetString(applied));
        Assert.True(ConsensusDiff.TryGenerate(from, to, out byte[]? own));
        Assert.Equal(Encoding.UTF8.GetString(stock), Encoding.UTF8.GetString(own));
    }

    [Fact]
    public void The_hashes_are_those_of_the_signed_part_and_of_the_whole()
    {
        Assert.True(ConsensusDiff.TryReadHashes(StockNetwork.Read("consensus-diff"), out Digest256 from, out _));

        Assert.Equal(ConsensusDiff.HashSignedPart(StockNetwork.Read("consensus-1")), from);
        Assert.Equal(StockNetwork.ReadConsensus("consensus-1").SignedSha3, from);
    }

    [Fact]
    public void Relays_that_come_go_and_change_are_expressed()
    {
        Consensus consensus = StockNetwork.ReadConsensus("consensus-1");
        var random = new Tunic.Primitives.Time.SeededRandomSource(71);
        for (int round = 0; round < 60; round++)
        {
            byte[] from = Write(consensus, random);
            byte[] to = Write(consensus, random);

            Assert.True(ConsensusDiff.TryGenerate(from, to, out byte[]? diff));
            Assert.True(ConsensusDiff.TryApply(from, diff, out byte[]? applied, out DocumentFault? fault), fault?.Reason);
            Assert.Equal(Encoding.UTF8.GetString(to), Encoding.UTF8.GetString(applied));
        }
    }

    [Fact]
    public void A_reader_who_kept_fewer_signatures_can_apply_the_diff_too()
    {
        byte[] from = StockNetwork.Read("consensus-1");
        byte[] fewer = from[..(from.AsSpan().IndexOf("-----END SIGNATURE-----\n"u8) + 24)];

        Assert.True(ConsensusDiff.TryApply(fewer, StockNetwork.Read("consensus-diff"), out byte[]? applied, out DocumentFault? fault), fault?.Reason);
        Assert.Equal(StockNetwork.Read("consensus-2"), applied);
    }

    [Theory]
    [InlineData("1a\nx\n", "it has lines to be inserted that don't end with a \".\".")]
    [InlineData("1a\n.\n", "it has an ed command that tries to insert zero lines.")]
    [InlineData("1d\n2d\n", "its commands are not properly sorted in reverse order.")]
    [InlineData("9999d\n", "its commands are not properly sorted in reverse order.")]
    [InlineData("x\n", "an ed command is malformed.")]
    [InlineData("1\n", "an ed command is malformed.")]
    [InlineData("1dd\n", "an ed command is malformed.")]
    [InlineData("1s\n", "an ed command is malformed.")]
    [InlineData("1,2a\nx\n.\n", "an ed command is malformed.")]
    [InlineData("2,1d\n", "an ed command is malformed.")]
    [InlineData("1,$c\nx\n.\n", "an ed command is malformed.")]
    [InlineData("-1d\n", "an ed command is malformed.")]
    [InlineData("0d\n", "an ed command is malformed.")]
    [InlineData("99999999999d\n", "an ed command is malformed.")]
    [InlineData("1,d\n", "an ed command is malformed.")]
    [InlineData("\n", "an ed command is malformed.")]
    public void Malformed_scripts_are_refused(string script, string because)
    {
        byte[] from = StockNetwork.Read("consensus-1");
        string header = $"network-status-diff-version 1\nhash {ConsensusDiff.HashSignedPart(from)} {new string('0', 64)}\n";

        Assert.False(ConsensusDiff.TryApply(from, Encoding.ASCII.GetBytes(header + script), out _, out DocumentFault? fault));
        Assert.Equal($"Could not apply consensus diff because {because}", fault.Reason);
    }

    [Fact]
    public void Wrong_base_and_wrong_result_are_refused()
    {
        byte[] diff = StockNetwork.Read("consensus-diff");
        byte[] damaged = Encoding.UTF8.GetBytes(StockNetwork.ReadText("consensus-diff").Replace("valid-until 2026", "valid-until 2027", StringComparison.Ordinal));

        Assert.False(ConsensusDiff.TryApply(StockNetwork.Read("consensus-2"), diff, out _, out DocumentFault? fault));
        Assert.Contains("base consensus doesn't match", fault.Reason, StringComparison.Ordinal);
        Assert.False(ConsensusDiff.TryApply(StockNetwork.Read("consensus-1"), damaged, out _, out fault));
        Assert.Contains("resulting consensus doesn't match", fault.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_is_a_dot_or_relays_out_of_order_cannot_be_expressed()
    {
        byte[] from = StockNetwork.Read("consensus-1");
        string text = StockNetwork.ReadText("consensus-2");
        int first = text.IndexOf("\nr ", StringComparison.Ordinal) + 1;
        int second = text.IndexOf("\nr ", first, StringComparison.Ordinal) + 1;

        Assert.False(ConsensusDiff.TryGenerate(from, Encoding.UTF8.GetBytes(text.Replace("directory-footer\n", ".\ndirectory-footer\n", StringComparison.Ordinal)), out _));
        Assert.False(ConsensusDiff.TryGenerate(from, Encoding.UTF8.GetBytes(text.Insert(first, text[first..second])), out _));
        Assert.False(ConsensusDiff.TryGenerate(from, Encoding.UTF8.GetBytes(text.TrimEnd('\n')), out _));
    }

    [Fact]
    public void Damaged_diffs_never_throw()
    {
        byte[] from = StockNetwork.Read("consensus-1");
        byte[] diff = StockNetwork.Read("consensus-diff");
        bool Apply(ReadOnlyMemory<byte> damaged) => ConsensusDiff.TryApply(from, damaged, out _, out _);
        Assert.Equal(0, DocumentHarness.CountAcceptedPrefixes(diff, Apply));
        DocumentHarness.Mutate(diff, seed: 72, rounds: 1500, Apply);
        DocumentHarness.Mutate(from, seed: 73, rounds: 300, damaged => ConsensusDiff.TryGenerate(damaged, from, out _));
    }

    private static byte[] Write(Consensus consensus, Tunic.Primitives.Time.RandomSource random)
    {
        RouterStatus[] relays = [.. consensus.Relays
            .Where(_ => random.NextInt32(3) > 0)
            .Select(relay => random.NextInt32(3) == 0 ? relay with { Bandwidth = random.NextInt32(1000) } : relay)];
        Consensus changed = consensus with { Relays = relays, ValidAfter = consensus.ValidAfter.AddSeconds(-random.NextInt32(1000)) };
        return ConsensusWriter.Assemble(ConsensusWriter.WriteUnsigned(changed), consensus.Signatures);
    }
}
