using System.Globalization;

namespace Tunic.Tests.Interop.Support;

/// <summary>Starts our own executable as a process. It is out/tunic where that was built, else the one built with the tests.</summary>
public static class TunicProgram
{
    /// <summary>Set to test another executable.</summary>
    private const string PathVariable = "TUNIC_EXECUTABLE";

    public static string ExecutablePath { get; } =
        Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } given ? given : Path.Combine(AppContext.BaseDirectory, "tunic");

    public static PeerProcess Start(params string[] arguments) => PeerProcess.Start(ExecutablePath, arguments, name: "tunic");

    /// <summary>Starts `tunic tor` with a torrc of these lines, in a directory of its own, and nothing of the machine's.</summary>
    public static PeerProcess StartTor(string directory, params string[] torrc) =>
        Start(["tor", .. WriteTorrc(directory, torrc)]);

    /// <summary>Arguments that make it read a torrc of these lines.</summary>
    public static string[] WriteTorrc(string directory, params string[] torrc)
    {
        string defaults = Path.Combine(directory, "defaults-torrc");
        string path = Path.Combine(directory, "torrc");
        File.WriteAllText(defaults, "");
        File.WriteAllLines(path,
        [
            $"DataDirectory {Path.Combine(directory, "data")}",
            string.Create(CultureInfo.InvariantCulture, $"__OwningControllerProcess {Environment.ProcessId}"),
            .. torrc,
        ]);
        return ["-f", path, "--defaults-torrc", defaults];
    }

    /// <summary>torrc lines of a client in a stock network.</summary>
    public static string[] ClientLines(StockTorNetwork network, int socksPort, params string[] more) =>
    [
        "TestingTorNetwork 1",
        .. network.DirAuthorityLines.Select(line => $"DirAuthority {line}"),
        string.Create(CultureInfo.InvariantCulture, $"SocksPort {socksPort}"),
        .. more,
    ];
}
