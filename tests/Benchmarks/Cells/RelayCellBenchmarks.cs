using BenchmarkDotNet.Attributes;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Benchmarks.Cells;

/// <summary>What a relay does to one cell on its way through. Nothing may allocate.</summary>
public class RelayCellBenchmarks
{
    private readonly byte[] _payload = new byte[Cell.BodyLength];
    private readonly byte[] _tag = new byte[HopCiphers.MaxTagLength];
    private RelayHopCipher _hop = null!;

    [Params(RelayCryptography.Tor1, RelayCryptography.Cgo)]
    public RelayCryptography Kind { get; set; }

    [GlobalSetup]
    public void Build() => _hop = HopCiphers.CreateRelay(Kind, HopKeys.Create(Kind, 0));

    [GlobalCleanup]
    public void Dispose() => _hop.Dispose();

    [Benchmark]
    public bool Forward() => _hop.DecryptForward(_payload, CellCommand.Relay, _tag);

    [Benchmark]
    public void Backward() => _hop.EncryptBackward(_payload, CellCommand.Relay);

    /// <summary>A cell of its own, as an exit makes them.</summary>
    [Benchmark]
    public void Originate() => _hop.OriginateBackward(_payload, CellCommand.Relay, _tag);
}
