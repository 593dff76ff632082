using System.Text;

namespace Tunic.Tor.Protocol.Paths.Guards;

/// <summary>The guards that are kept over a restart, of one selection or of several. Written as the <c>Guard</c> lines of a state file (guard-spec, "Persistent state format").</summary>
/// <param name="Guards">In the order of the file.</param>
public sealed record GuardSampleState(IReadOnlyList<GuardState> Guards)
{
    /// <summary>Guards in one file; more is refused.</summary>
    public const int MaxGuards = 10_000;

    private const string Keyword = "Guard ";

    /// <summary>No guard.</summary>
    public static GuardSampleState Empty { get; } = new([]);

    /// <summary>One line for each guard, each ended by a line feed.</summary>
    public string Encode()
    {
        var text = new StringBuilder();
        foreach (GuardState guard in Guards)
        {
            text.Append(Keyword).Append(guard.Encode()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Reads what <see cref="Encode"/> writes, and nothing else: one bad line refuses the whole text.</summary>
    /// <param name="text">Lines that each begin with "Guard "; empty lines are skipped.</param>
    /// <param name="state">The guards, or <see cref="Empty"/>.</param>
    /// <param name="error">A sentence that names the line; empty on success.</param>
    public static bool TryDecode(string text, out GuardSampleState state, out string error)
    {
        state = Empty;
        error = "";
        var guards = new List<GuardState>();
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            if (line.Length == 0)
            {
                continue;
            }

            if (guards.Count == MaxGuards)
            {
                error = $"line {number}: more than {MaxGuards} guards";
                return false;
            }

            if (!line.StartsWith(Keyword, StringComparison.Ordinal) || !GuardState.TryParseStrict(line[Keyword.Length..], out GuardState? guard))
            {
                error = $"line {number}: not a guard";
                return false;
            }

            guards.Add(guard);
        }

        state = new GuardSampleState(guards);
        return true;
    }

    /// <summary>Reads the values of stock's <c>Guard</c> lines (without the keyword), which may be damaged: what cannot be read at all is counted and left out.</summary>
    /// <param name="values">One value for each line.</param>
    /// <param name="utcNow">Stands in for a sampling date that cannot be read.</param>
    /// <param name="rejected">Lines left out.</param>
    public static GuardSampleState FromStock(IEnumerable<string> values, DateTime utcNow, out int rejected)
    {
        var guards = new List<GuardState>();
        rejected = 0;
        foreach (string value in values.Take(MaxGuards))
        {
            if (GuardState.TryParse(value, utcNow, out GuardState? guard) && guard.Selection != "legacy")
            {
                guards.Add(guard);
            }
            else
            {
                rejected++;
            }
        }

        return new GuardSampleState(guards);
    }
}
