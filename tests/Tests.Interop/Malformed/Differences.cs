using System.Text;

namespace Tunic.Tests.Interop.Malformed;

/// <summary>Compares answers with what the cases say, and tells all that differ at once.</summary>
internal sealed class Differences
{
    private readonly StringBuilder _rows = new();

    internal void Add(MalformedCase played, string stock, string ours)
    {
        if (stock != played.Stock || ours != played.Ours)
        {
            _rows.AppendLine($"{played.Name} | {played.Stock} | {stock} | {ours}");
        }
    }

    internal void AssertNone() => Assert.True(_rows.Length == 0, $"case | expected | stock | ours\n{_rows}");
}
