using System.Globalization;
using System.Text;
using Tunic.Primitives.Keys;
using Tunic.Tor.Protocol.Documents.Lexing;
using Tunic.Tor.Protocol.Voting.Timing;

namespace Tunic.Tor.Protocol.Voting.Flags;

/// <summary>The stability history on disk: format 2 of stock tor's "router-stability" file.</summary>
public static class StabilityHistoryFile
{
    /// <summary>Name of the file in the data directory.</summary>
    public const string Name = "router-stability";

    private const int MaxRelays = 200_000;
    private const long Year = 365L * 24 * 60 * 60;

    /// <summary>The file's text.</summary>
    public static string Format(StabilityHistory history, DateTime now)
    {
        var text = new StringBuilder();
        text.Append("format 2\n");
        AppendTime(text, "stored-at ", UnixSeconds.Of(now));
        AppendTime(text, "tracked-since ", history.TrackedSince);
        AppendTime(text, "last-downrated ", history.LastDownrated);
        text.Append("data\n");
        foreach ((RsaIdentity relay, StabilityRecord record) in history.Records)
        {
            text.Append(CultureInfo.InvariantCulture, $"R {relay}\n+MTBF {record.WeightedRunLength} {record.RunWeights:F5}{FormatStart(record.StartOfRun)}\n");
            text.Append(CultureInfo.InvariantCulture, $"+WFU {record.WeightedUptime} {record.WeightedTime}{FormatStart(record.StartOfDowntime)}\n");
        }

        return text.Append(".\n").ToString();
    }

    /// <summary>Reads the file; null when it is of another format. Relays that cannot be read are left out. The time between storing and now does not count, for nobody watched.</summary>
    public static StabilityHistory? Parse(string text, DateTime now)
    {
        string[] lines = text.Split('\n');
        int data = Array.IndexOf(lines, "data");
        if (lines[0] is not "format 2" || data < 0)
        {
            return null;
        }

        long time = UnixSeconds.Of(now);
        long storedAt = FindTime(lines.AsSpan(0, data), "stored-at ");
        if (storedAt == 0)
        {
            return null;
        }

        var history = new StabilityHistory
        {
            TrackedSince = Math.Min(FindTime(lines.AsSpan(0, data), "tracked-since "), time),
            LastDownrated = Math.Min(FindTime(lines.AsSpan(0, data), "last-downrated "), time),
        };
        StabilityRecord? record = null;
        foreach (string line in lines.AsSpan(data + 1))
        {
            if (line.StartsWith("R ", StringComparison.Ordinal))
            {
                record = history.Records.Count < MaxRelays && RsaIdentity.TryParseHex(line.AsSpan(2), out RsaIdentity relay) ? history.Get(relay) : null;
            }
            else if (record is not null)
            {
                ReadLine(line, record, start => Correct(start, time, storedAt, history.TrackedSince));
            }
        }

        return history;
    }

    private static void ReadLine(string line, StabilityRecord record, Func<long, long> correct)
    {
        string[] words = line.Split(' ');
        if (words.Length is not (3 or 5) || !long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long first))
        {
            return;
        }

        long start = words.Length == 5 && words[3].StartsWith("S=", StringComparison.Ordinal) ? ParseTime($"{words[3][2..]} {words[4]}") : 0;
        if (words[0] == "+MTBF" && double.TryParse(words[2], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double weights))
        {
            record.WeightedRunLength = Math.Min(first, 100 * Year);
            record.RunWeights = weights;
            record.StartOfRun = correct(start);
        }
        else if (words[0] == "+WFU" && long.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out long total))
        {
            record.WeightedUptime = Math.Min(first, 100 * Year);
            record.WeightedTime = Math.Min(total, 100 * Year);
            record.StartOfDowntime = correct(start);
        }
    }

    private static long Correct(long start, long now, long storedAt, long trackedSince) =>
        start < trackedSince - Year || start > storedAt ? 0 : Math.Max(start < trackedSince ? trackedSince : now - (storedAt - start), trackedSince);

    private static long FindTime(ReadOnlySpan<string> lines, string keyword)
    {
        foreach (string line in lines)
        {
            if (line.StartsWith(keyword, StringComparison.Ordinal))
            {
                return ParseTime(line[keyword.Length..]);
            }
        }

        return 0;
    }

    private static long ParseTime(string text) =>
        FieldText.TryParseTime(Encoding.UTF8.GetBytes(text), out DateTime time) ? UnixSeconds.Of(time) : 0;

    private static void AppendTime(StringBuilder text, string keyword, long time)
    {
        if (time != 0)
        {
            text.Append(keyword).Append(FieldText.FormatTime(UnixSeconds.ToTime(time))).Append('\n');
        }
    }

    private static string FormatStart(long time) => time == 0 ? "" : $" S={FieldText.FormatTime(UnixSeconds.ToTime(time))}";
}
