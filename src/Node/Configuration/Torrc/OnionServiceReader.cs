using System.Globalization;
using Tunic.Tor.Client.OnionServices.Services;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Reads onion services from the list that all HiddenService lines share: each begins with its HiddenServiceDir (stock hs_config.c).</summary>
internal sealed class OnionServiceReader
{
    private const string Header = "HiddenServiceDir";
    private const int MaxStreamsLimit = 65_535;

    private readonly TorrcLine _first;
    private readonly IReadOnlyList<TorrcLine> _lines;

    private OnionServiceReader(IReadOnlyList<TorrcLine> lines) => (_first, _lines) = (lines[0], lines);

    /// <summary>All services, in the order of the file.</summary>
    /// <exception cref="TorrcException">A value makes no sense, a service has no port, or two have one directory.</exception>
    internal static IReadOnlyList<TorrcOnionService> ReadAll(TorrcSettings settings)
    {
        var sections = new List<List<TorrcLine>>();
        foreach (TorrcLine line in settings.Lines(Header))
        {
            if (line.Key == Header)
            {
                sections.Add([line]);
                continue;
            }

            if (sections.Count == 0)
            {
                throw TorrcException.Invalid($"{line.Key} with no preceding {Header} directive", line);
            }

            sections[^1].Add(line);
        }

        TorrcOnionService[] services = [.. sections.Select(section => new OnionServiceReader(section).Read())];
        TorrcOnionService? twice = services.FirstOrDefault(service => services.Count(other => other.DirectoryPath == service.DirectoryPath) > 1);
        return twice is null
            ? services
            : throw TorrcException.Invalid($"Another hidden service is already configured for directory \"{twice.DirectoryPath}\"", settings.Line(Header));
    }

    private TorrcOnionService Read()
    {
        CheckVersion();
        OnionServicePort[] ports = [.. _lines.Where(line => line.Key == "HiddenServicePort").Select(ReadPort)];
        if (ports.Length == 0)
        {
            throw TorrcException.Invalid($"Hidden service (\"{_first.Value}\") with no ports configured.", _first);
        }

        return new TorrcOnionService
        {
            DirectoryPath = TorrcOptionsReader.Directory(_first.Value),
            Text = string.Join('\n', _lines.Select(line => $"{line.Key} {line.Value}")),
            IsGroupReadable = Flag("HiddenServiceDirGroupReadable"),
            Ports = ports,
            IntroductionPoints = Number(
                "HiddenServiceNumIntroductionPoints",
                OnionServiceOptions.MinIntroductionPoints,
                OnionServiceOptions.MinIntroductionPoints,
                OnionServiceOptions.MaxIntroductionPoints),
            MaxStreams = Number("HiddenServiceMaxStreams", 0, 0, MaxStreamsLimit),
            MaxStreamsCloseCircuit = Flag("HiddenServiceMaxStreamsCloseCircuit"),
            AllowUnknownPorts = Flag("HiddenServiceAllowUnknownPorts"),
            IntroductionLimits = ReadIntroductionLimits(),
            ProofOfWork = ReadProofOfWork(),
            IsOnionBalanceInstance = Flag("HiddenServiceOnionBalanceInstance"),
            ExportsCircuitId = ReadCircuitIdProtocol(),
        };
    }

    private static OnionServicePort ReadPort(TorrcLine line) =>
        OnionPortReader.Read(line.Value, ' ', out string fault) ?? throw TorrcException.Invalid(fault, line);

    private void CheckVersion()
    {
        switch (Text("HiddenServiceVersion"))
        {
            case null or "3":
                break;
            case "2":
                throw TorrcException.Invalid("Onion services version 2 are obsolete.", Line("HiddenServiceVersion"));
            case var version:
                throw TorrcException.Invalid($"HiddenServiceVersion must be 3, not {version}.", Line("HiddenServiceVersion"));
        }
    }

    private IntroductionLimits? ReadIntroductionLimits()
    {
        int rate = Number("HiddenServiceEnableIntroDoSRatePerSec", 25, 0, int.MaxValue);
        int burst = Number("HiddenServiceEnableIntroDoSBurstPerSec", 200, 0, int.MaxValue);
        if (!Flag("HiddenServiceEnableIntroDoSDefense"))
        {
            return null;
        }

        return burst >= rate
            ? new IntroductionLimits((ulong)rate, (ulong)burst)
            : throw TorrcException.Invalid($"Hidden service DoS defenses burst ({burst}) can not be smaller than the rate value ({rate}).", _first);
    }

    private RendezvousQueueOptions? ReadProofOfWork()
    {
        var defaults = new RendezvousQueueOptions();
        int rate = Number("HiddenServicePoWQueueRate", defaults.Rate, 0, int.MaxValue);
        int burst = Number("HiddenServicePoWQueueBurst", defaults.Burst, 0, int.MaxValue);
        if (!Flag("HiddenServicePoWDefensesEnabled"))
        {
            return null;
        }

        return burst >= rate
            ? new RendezvousQueueOptions { Rate = rate, Burst = burst }
            : throw TorrcException.Invalid($"Hidden service PoW queue burst ({burst}) can not be smaller than the rate value ({rate}).", _first);
    }

    private bool ReadCircuitIdProtocol() => Text("HiddenServiceExportCircuitID")?.ToUpperInvariant() switch
    {
        null or "NONE" => false,
        "HAPROXY" => true,
        _ => throw TorrcException.Invalid("HiddenServiceExportCircuitID must be 'haproxy' or 'none'.", Line("HiddenServiceExportCircuitID")),
    };

    /// <summary>The last line of an option decides, as everywhere.</summary>
    private TorrcLine? Line(string name) => _lines.LastOrDefault(line => line.Key == name);

    private string? Text(string name) => Line(name)?.Value;

    private bool Flag(string name) => Text(name) switch
    {
        null or "0" => false,
        "1" => true,
        var value => throw TorrcException.Invalid($"Could not parse {name}: Unrecognized value {value}. Allowed values are 0 and 1.", Line(name)),
    };

    private int Number(string name, int fallback, int min, int max)
    {
        if (Text(name) is not { } text)
        {
            return fallback;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max
            ? value
            : throw TorrcException.Invalid($"{name} must be between {min} and {max}, not {text}.", Line(name));
    }
}
