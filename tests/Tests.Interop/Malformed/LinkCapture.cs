using System.Globalization;
using Tunic.Tests.TorRelay.Support;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>What one peer says on a link: its cells, and the relay messages in them once they are decrypted.</summary>
/// <param name="speaker">Who it is.</param>
internal sealed class LinkCapture(string speaker)
{
    /// <summary>Enough of each kind: data repeats itself.</summary>
    private const int MostOfOneKind = 3;

    private readonly Dictionary<string, int> _counts = [];

    /// <summary>Speaker, "cell" or "message", the command's number, and the body in hexadecimal.</summary>
    internal List<string> Lines { get; } = [];

    internal void Add(RawCell cell)
    {
        if (cell.Command is not (CellCommand.Relay or CellCommand.RelayEarly)) // encrypted: the same as any bytes
        {
            Add("cell", (byte)cell.Command, cell.Body);
        }
    }

    internal void Add(RelayHeader header, RawCell cell) => Add("message", (byte)header.Command, cell.Body.AsSpan(header.BodyOffset, header.BodyLength));

    private void Add(string kind, byte command, ReadOnlySpan<byte> body)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{speaker} {kind} {command}");
        int count = _counts[name] = _counts.GetValueOrDefault(name) + 1;
        if (count <= MostOfOneKind)
        {
            Lines.Add($"{name} {Convert.ToHexStringLower(body)}");
        }
    }
}
