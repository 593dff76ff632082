using BenchmarkDotNet.Attributes;
using Tunic.Tor.Protocol.Cells;

namespace Tunic.Benchmarks.Cells;

/// <summary>Framing of one cell. Nothing may allocate.</summary>
public class CellFormatBenchmarks
{
    private readonly byte[] _body = new byte[Cell.BodyLength];
    private readonly byte[] _cell = new byte[Cell.FixedLength];

    [GlobalSetup]
    public void Write() => CellFormat.Wide.Write(_cell, 0x8000_0001, CellCommand.Relay, _body);

    [Benchmark]
    public bool Read() => CellFormat.Wide.TryRead(_cell, Cell.BodyLength, out _, out _);

    [Benchmark]
    public int WriteAgain() => CellFormat.Wide.Write(_cell, 0x8000_0001, CellCommand.Relay, _body);
}
