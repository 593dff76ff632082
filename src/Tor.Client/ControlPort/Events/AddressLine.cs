using Tunic.Tor.Protocol.Control.Events;

namespace Tunic.Tor.Client.ControlPort.Events;

/// <summary>ADDRMAP events: the time in local time first, and again in UTC.</summary>
internal static class AddressLine
{
    internal static ControlEvent Describe(string host, string target, DateTime expires, TimeProvider time) => ControlEvent.Line(
        ControlEventKind.AddressMap,
        $"{host} {target} \"{Local(expires, time)}\" EXPIRES=\"{ControlTime.WithSeconds(expires)}\" CACHED=\"NO\"");

    internal static ControlEvent DescribeFailure(string host, DateTime expires, TimeProvider time) => ControlEvent.Line(
        ControlEventKind.AddressMap,
        $"{host} <error> \"{Local(expires, time)}\" error=yes EXPIRES=\"{ControlTime.WithSeconds(expires)}\" CACHED=\"NO\"");

    /// <summary>An entry that a controller has made.</summary>
    internal static ControlEvent DescribeForever(string host, string target) =>
        ControlEvent.Line(ControlEventKind.AddressMap, $"{host} {target} NEVER CACHED=\"YES\"");

    private static string Local(DateTime expires, TimeProvider time) =>
        ControlTime.WithSeconds(TimeZoneInfo.ConvertTimeFromUtc(expires, time.LocalTimeZone));
}
