using BenchmarkDotNet.Attributes;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.Circuits;

namespace Tunic.Benchmarks.Cells;

/// <summary>What a client does to one cell of a circuit of three hops. Nothing may allocate.</summary>
public class ClientCellBenchmarks
{
    private readonly byte[] _payload = new byte[Cell.BodyLength];
    private readonly byte[] _tag = new byte[HopCiphers.MaxTagLength];
    private OnionLayers _layers = null!;

    /// <summary>Of the last hop; the others are tor1, as with most relays today.</summary>
    [Params(RelayCryptography.Tor1, RelayCryptography.Cgo)]
    public RelayCryptography LastHop { get; set; }

    [GlobalSetup]
    public void Build()
    {
        _layers = new OnionLayers();
        for (int hop = 0; hop < 3; hop++)
        {
            RelayCryptography kind = hop == 2 ? LastHop : RelayCryptography.Tor1;
            _layers.Add(HopCiphers.CreateClient(kind, HopKeys.Create(kind, hop)));
        }
    }

    [GlobalCleanup]
    public void Dispose() => _layers.Dispose();

    [Benchmark]
    public void Send() => _layers.Originate(2, _payload, CellCommand.Relay, _tag);

    /// <summary>A cell that no hop made: all layers are taken off, as from one of the last hop.</summary>
    [Benchmark]
    public int Receive() => _layers.Decrypt(_payload, CellCommand.Relay, _tag);
}
