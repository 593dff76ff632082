using BenchmarkDotNet.Attributes;
using Tunic.Tor.Protocol.Documents.Consensuses;
using Tunic.Tor.Protocol.Documents.Diffs;
using Tunic.Tor.Protocol.Documents.Microdescriptors;

namespace Tunic.Benchmarks.Documents;

/// <summary>What a client reads at each start, from a small network of stock tor.</summary>
public class DocumentBenchmarks
{
    private byte[] _consensus = null!;
    private byte[] _diff = null!;
    private byte[] _microdescriptors = null!;

    [GlobalSetup]
    public void Read()
    {
        _consensus = Vector("consensus-microdesc-1");
        _diff = Vector("consensus-microdesc-diff");
        _microdescriptors = Vector("microdescriptors");
    }

    [Benchmark]
    public bool ParseConsensus() => Consensus.TryParse(_consensus, out _, out _);

    [Benchmark]
    public bool ApplyDiff() => ConsensusDiff.TryApply(_consensus, _diff, out _, out _);

    [Benchmark]
    public int ParseMicrodescriptors() => new MicrodescriptorParser().ParseList(_microdescriptors).Count;

    private static byte[] Vector(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", name + ".txt"));
}
