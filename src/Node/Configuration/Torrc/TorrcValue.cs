using System.Globalization;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Checks the form of a value against its option's type, in stock's words.</summary>
internal static class TorrcValue
{
    /// <summary>What is wrong with the value; null when nothing is.</summary>
    internal static string? FindFault(TorrcOptionType type, string value)
    {
        string fault = "";
        bool good = type switch
        {
            TorrcOptionType.Flag => TryReadFlag(value, out _, out fault),
            TorrcOptionType.FlagOrAuto => TryReadFlagOrAuto(value, out _, out fault),
            TorrcOptionType.Integer => TryReadInteger(value, 0, out _, out fault),
            TorrcOptionType.SignedInteger => TryReadInteger(value, int.MinValue, out _, out fault),
            TorrcOptionType.LongInteger => TryReadLong(value, out fault),
            TorrcOptionType.Size => TorrcUnits.TryReadSize(value, out _, out fault),
            TorrcOptionType.Interval => TorrcUnits.TryReadInterval(value, out _, out fault),
            TorrcOptionType.CsvInterval => TorrcUnits.TryReadInterval(value.Split(',')[0], out _, out fault),
            TorrcOptionType.MillisecondInterval => TorrcUnits.TryReadMilliseconds(value, out _, out fault),
            TorrcOptionType.Real => TryReadReal(value, out _, out fault),
            _ => true,
        };
        return good ? null : fault;
    }

    internal static bool TryReadFlag(string text, out bool value, out string fault)
    {
        value = text == "1";
        fault = text is "0" or "1" ? "" : $"Unrecognized value {text}. Allowed values are 0 and 1.";
        return fault.Length == 0;
    }

    /// <param name="text">0, 1 or auto.</param>
    /// <param name="value">Null for auto.</param>
    /// <param name="fault">Empty, or what is wrong.</param>
    internal static bool TryReadFlagOrAuto(string text, out bool? value, out string fault)
    {
        bool automatic = text.Equals("auto", StringComparison.OrdinalIgnoreCase);
        value = automatic ? null : text == "1";
        fault = automatic || text is "0" or "1" ? "" : $"Unrecognized value {text}. Allowed values are 0, 1, and auto.";
        return fault.Length == 0;
    }

    internal static bool TryReadInteger(string text, int minimum, out int value, out string fault)
    {
        bool read = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= minimum;
        fault = read ? "" : $"Integer {text} is malformed or out of bounds. Allowed values are between {minimum} and {int.MaxValue}.";
        return read;
    }

    internal static bool TryReadReal(string text, out double value, out string fault)
    {
        bool read = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
        fault = read ? "" : $"Could not convert \"{text}\" to a number.";
        return read;
    }

    private static bool TryReadLong(string text, out string fault)
    {
        bool read = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        fault = read ? "" : $"Integer {text} is malformed or out of bounds.";
        return read;
    }
}
