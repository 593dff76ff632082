using System.Globalization;

namespace Tunic.Tor.Protocol.Control.Events;

/// <summary>How times are written on a control connection.</summary>
public static class ControlTime
{
    /// <summary>2026-11-21 17:05:09.</summary>
    public static string WithSeconds(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>2026-11-21T17:05:09.123456.</summary>
    public static string WithMicroseconds(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
