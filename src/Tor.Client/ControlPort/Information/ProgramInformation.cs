using System.Globalization;
using Tunic.Tor.Protocol.Control;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Events;
using static Tunic.Tor.Client.ControlPort.Information.InformationItem;

namespace Tunic.Tor.Client.ControlPort.Information;

/// <summary>What GETINFO tells of the program: version, process, ports, what has been read and written.</summary>
internal static class ProgramInformation
{
    internal static IEnumerable<InformationItem> Create(InformationSources sources)
    {
        (ControlEnvironment environment, TorClient client) = (sources.Environment, sources.Client);
        return
        [
            Key("version", "The current version of Tor.", () => environment.Process.Version),
            Key("bw-event-cache", "Cached BW events for a short interval.", () => sources.Bandwidth.DescribeLatest()),
            Key("events/names", "Events that the controller can ask for with SETEVENTS.", () => ControlEventNames.All),
            Key("signal/names", "Signal names recognized by the SIGNAL command", () => ControlSignalNames.All),
            Key("features/names", "What arguments can USEFEATURE take?", () => "VERBOSE_NAMES EXTENDED_EVENTS"),
            Key("dormant", "Is Tor dormant (not building circuits because it's idle)?", () => "0"),
            Key("traffic/read", "Bytes read since the process was started.", () => Number(client.Bandwidth.BytesRead)),
            Key("traffic/written", "Bytes written since the process was started.", () => Number(client.Bandwidth.BytesWritten)),
            Key("uptime", "Uptime of the Tor daemon in seconds.", () => Number((long)environment.Time.GetElapsedTime(sources.StartedAt).TotalSeconds)),
            Key("process/pid", "Process id belonging to the main tor process.", () => Number(System.Environment.ProcessId)),
            Key("process/uid", "User id running the tor process.", () => UserId()),
            Key("process/user", "Username under which the tor process is running.", () => ControlText.FromUnicode(System.Environment.UserName)),
            Key("process/descriptor-limit", "File descriptor limit.", () => DescriptorLimit()),
            Key("limits/max-mem-in-queues", "Actual limit on memory in queues", () => Number(environment.Process.MaxMemoryInQueues)),
            Family("net/listeners/", "Bound addresses by type", kind => DescribeListeners(environment.Process.GetListeners(kind))),
            Family("current-time/", "Current time.", kind => DescribeTime(kind, environment.Time)),
            Note("current-time/local", "Current time on the local system."),
            Note("current-time/utc", "Current UTC time."),
            Key("accounting/enabled", "Is accounting currently enabled?", () => "0"),
            Key("accounting/bytes", "Number of bytes read/written so far in the accounting interval.", () => "0 0"),
            Family("accounting/", null, _ => InformationAnswer.NoSuchKey),
            Family("ip-to-country/", "Perform a GEOIP lookup", address => DescribeCountry(address)),
        ];
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static InformationAnswer DescribeListeners(IReadOnlyList<string>? addresses) =>
        addresses is null ? InformationAnswer.NoSuchKey : string.Join(' ', addresses.Select(QuotedText.Quote));

    private static InformationAnswer DescribeTime(string kind, TimeProvider time) => kind switch
    {
        "local" => ControlTime.WithSeconds(time.GetLocalNow().DateTime),
        "utc" => ControlTime.WithSeconds(time.GetUtcNow().UtcDateTime),
        _ => InformationAnswer.NoSuchKey,
    };

    /// <summary>There is no database of countries here, which stock calls "??" for an address that it does not know, and says so when it has none.</summary>
    private static InformationAnswer DescribeCountry(string address) => address switch
    {
        "ipv4-available" or "ipv6-available" => "0",
        _ => InformationAnswer.Fail("GeoIP data not loaded"),
    };

    private static InformationAnswer UserId() => ReadStatus("/proc/self/status", "Uid:", 2) ?? "-1";

    private static InformationAnswer DescriptorLimit() => ReadStatus("/proc/self/limits", "Max open files", 3) ?? "-1";

    private static string? ReadStatus(string path, string beginning, int word)
    {
        try
        {
            string? line = File.ReadLines(path).FirstOrDefault(line => line.StartsWith(beginning, StringComparison.Ordinal));
            return line?.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(word);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
