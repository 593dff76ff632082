using System.Buffers;
using System.Globalization;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Numbers with units, in stock's spelling: "10 MBytes", "3.5 hours".</summary>
internal static class TorrcUnits
{
    private const long Minute = 60;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;
    private const long Week = 7 * Day;
    private const long Month = 2_629_728;

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");
    private static readonly Dictionary<string, long> SizeUnits = MakeSizeUnits();

    private static readonly Dictionary<string, long> TimeUnits = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = 1,
        ["second"] = 1,
        ["seconds"] = 1,
        ["minute"] = Minute,
        ["minutes"] = Minute,
        ["hour"] = Hour,
        ["hours"] = Hour,
        ["day"] = Day,
        ["days"] = Day,
        ["week"] = Week,
        ["weeks"] = Week,
        ["month"] = Month,
        ["months"] = Month,
    };

    private static readonly Dictionary<string, long> MillisecondUnits = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = 1,
        ["msec"] = 1,
        ["millisecond"] = 1,
        ["milliseconds"] = 1,
        ["second"] = 1000,
        ["seconds"] = 1000,
        ["minute"] = 1000 * Minute,
        ["minutes"] = 1000 * Minute,
        ["hour"] = 1000 * Hour,
        ["hours"] = 1000 * Hour,
        ["day"] = 1000 * Day,
        ["days"] = 1000 * Day,
        ["week"] = 1000 * Week,
        ["weeks"] = 1000 * Week,
    };

    /// <summary>Reads a number of bytes; false with stock's sentence in <paramref name="fault"/>.</summary>
    internal static bool TryReadSize(string text, out long bytes, out string fault) => TryRead(text, SizeUnits, out bytes, out fault);

    internal static bool TryReadInterval(string text, out TimeSpan interval, out string fault)
    {
        bool read = TryReadInt32(text, TimeUnits, out long seconds, out fault);
        interval = TimeSpan.FromSeconds(seconds);
        return read;
    }

    internal static bool TryReadMilliseconds(string text, out TimeSpan interval, out string fault)
    {
        bool read = TryReadInt32(text, MillisecondUnits, out long milliseconds, out fault);
        interval = TimeSpan.FromMilliseconds(milliseconds);
        return read;
    }

    private static bool TryReadInt32(string text, Dictionary<string, long> units, out long value, out string fault)
    {
        if (!TryRead(text, units, out value, out fault))
        {
            return false;
        }

        if (value > int.MaxValue)
        {
            value = 0;
            fault = $"Provided value {text} is too large";
            return false;
        }

        return true;
    }

    private static bool TryRead(string text, Dictionary<string, long> units, out long value, out string fault)
    {
        value = 0;
        int digits = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        ReadOnlySpan<char> number = digits < 0 ? text : text.AsSpan(0, digits);
        string unit = digits < 0 ? "" : text[digits..].TrimStart();
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount))
        {
            fault = $"Provided value is malformed or out of bounds: Unable to parse {text} as a number";
            return false;
        }

        if (!units.TryGetValue(unit, out long multiplier))
        {
            fault = $"Provided value is malformed or out of bounds: Unknown unit in {text}";
            return false;
        }

        if (amount > long.MaxValue / multiplier)
        {
            fault = $"Provided value is malformed or out of bounds: Overflow while parsing {text} {unit}";
            return false;
        }

        value = (long)(amount * multiplier);
        fault = "";
        return true;
    }

    private static Dictionary<string, long> MakeSizeUnits()
    {
        var units = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase) { [""] = 1, ["b"] = 1, ["byte"] = 1, ["bytes"] = 1, ["m"] = 1 << 20 };
        (string Letter, string Prefix, int Shift)[] scales = [("k", "kilo", 10), ("m", "mega", 20), ("g", "giga", 30), ("t", "tera", 40)];
        foreach ((string letter, string prefix, int shift) in scales)
        {
            foreach (string name in new[] { $"{letter}b", $"{letter}byte", $"{letter}bytes", $"{prefix}byte", $"{prefix}bytes" })
            {
                units[name] = 1L << shift;
            }

            foreach (string name in new[] { $"{letter}bit", $"{letter}bits", $"{prefix}bit", $"{prefix}bits" })
            {
                units[name] = 1L << (shift - 3);
            }
        }

        return units;
    }
}
