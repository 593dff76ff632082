using System.Globalization;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.Voting.SharedRandom;

/// <summary>The shared random state on disk: stock tor's "sr-state" file, so that an authority can move from one to the other.</summary>
public static class SharedRandomStateFile
{
    /// <summary>Name of the file in the data directory.</summary>
    public const string Name = "sr-state";

    private const int MaxCommits = 256;

    /// <summary>The file's text. It holds our secret reveal.</summary>
    public static string Format(SharedRandomState state, DateTime now)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Tor shared random state file last generated on {FieldText.FormatTime(now)} local time\n");
        text.Append("# Other times below are in UTC\n# Please *do not* edit this file.\n\n");
        foreach (SharedRandomCommitment commit in state.Commits)
        {
            text.Append("Commit ").Append(commit).Append('\n');
        }

        AppendValue(text, "SharedRandPreviousValue", state.Previous);
        AppendValue(text, "SharedRandCurrentValue", state.Current);
        text.Append("TorVersion 0.4.9.11\n");
        text.Append(CultureInfo.InvariantCulture, $"ValidAfter {FieldText.FormatTime(state.ValidAfter)}\n");
        text.Append(CultureInfo.InvariantCulture, $"ValidUntil {FieldText.FormatTime(state.ValidUntil)}\n");
        text.Append("Version 1\n");
        return text.ToString();
    }

    /// <summary>Reads the file. Null when it is malformed, of another version, or of a run that has ended: start afresh then.</summary>
    public static SharedRandomState? Parse(string text, RsaIdentity own, DateTime now, TimeSpan interval, RandomSource random)
    {
        var values = new Dictionary<string, SharedRandomValue>(StringComparer.OrdinalIgnoreCase);
        var times = new Dictionary<string, DateTime>(StringComparer.OrdinalIgnoreCase);
        var commits = new List<SharedRandomCommitment>();
        string version = "";
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
            {
                continue;
            }

            switch (words[0].ToUpperInvariant())
            {
                case "COMMIT" when words.Length < 4:
                    return null;
                case "COMMIT" when commits.Count < MaxCommits && SharedRandomCommitment.Parse(words[1..]) is { } commit:
                    commits.Add(commit); // a commit that cannot be read is left out, as in stock tor
                    break;
                case "SHAREDRANDPREVIOUSVALUE" or "SHAREDRANDCURRENTVALUE":
                    if (SharedRandomValue.Parse(words[1..]) is not { } value || !values.TryAdd(words[0], value))
                    {
                        return null;
                    }

                    break;
                case "VALIDAFTER" or "VALIDUNTIL":
                    if (!FieldText.TryParseTime(Encoding.UTF8.GetBytes(string.Join(' ', words[1..])), out DateTime time))
                    {
                        return null;
                    }

                    times[words[0]] = time;
                    break;
                case "VERSION":
                    version = words.Length > 1 ? words[1] : "";
                    break;
            }
        }

        bool good = version == "1" && times.TryGetValue("ValidAfter", out DateTime validAfter) & times.TryGetValue("ValidUntil", out DateTime validUntil)
            && validUntil >= now && validAfter < validUntil;
        return !good ? null : new SharedRandomState(
            own, random, SharedRandomState.PhaseOf(times["ValidAfter"], interval), times["ValidAfter"], times["ValidUntil"], commits)
        {
            Previous = values.GetValueOrDefault("SharedRandPreviousValue"),
            Current = values.GetValueOrDefault("SharedRandCurrentValue"),
        };
    }

    private static void AppendValue(StringBuilder text, string key, SharedRandomValue? value)
    {
        if (value is not null)
        {
            text.Append(key).Append(' ').Append(value).Append('\n');
        }
    }
}
