using System.Globalization;

namespace Tunic.Tor.Protocol.OnionServices;

/// <summary>A stretch of time in which a service has one blinded key (rend-spec-v3, "Dividing time into periods").</summary>
/// <param name="Number">Periods since 1970.</param>
/// <param name="LengthMinutes">Length of every period in minutes; it goes into keys and places too. 1440 on the public network.</param>
public readonly record struct TimePeriod(ulong Number, ulong LengthMinutes)
{
    /// <summary>The period after this one.</summary>
    public TimePeriod Next => this with { Number = Number + 1 };

    /// <summary>The period before this one; the first has none and gives itself.</summary>
    public TimePeriod Previous => this with { Number = Number - Math.Min(1, Number) };

    /// <summary>Number and length. What a record writes by itself would never end: each period has a next one.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number} of {LengthMinutes} min");
}
