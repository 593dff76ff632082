namespace Tunic.Tor.Protocol.Documents.Parameters;

/// <summary>Values of the consensus' <c>params</c> line, each clamped to its range (param-spec).</summary>
/// <remarks>Parameters of congestion control, guards, timeouts and padding live beside the code that obeys them.</remarks>
public sealed record NetworkParameters
{
    /// <summary>What holds without a consensus.</summary>
    public static NetworkParameters Default { get; } = new(new Dictionary<string, int>());

    /// <summary>Reads the parameters that are given; the others have their defaults.</summary>
    /// <param name="parameters">A consensus' parameters by name.</param>
    public NetworkParameters(IReadOnlyDictionary<string, int> parameters)
    {
        int Read(string name, int fallback, int min, int max) => ReadClamped(parameters, name, fallback, min, max);

        CircuitWindow = Read("circwindow", 1000, 100, 1000);
        BandwidthWeightScale = Read("bwweightscale", 10_000, 1, int.MaxValue);
        OnionKeyRotation = TimeSpan.FromDays(Read("onion-key-rotation-days", 28, 1, 90));
        OnionKeyGracePeriod = TimeSpan.FromDays(Read("onion-key-grace-period-days", 7, 1, OnionKeyRotation.Days));
        RefusesUnknownExits = Read("refuseunknownexits", 1, 0, 1) == 1;
        AllowsNetworkReentry = Read("allow-network-reentry", 0, 0, 1) == 1;
        ExtendsByEd25519Identity = Read("ExtendByEd25519ID", 0, 0, 1) == 1;
        HiddenServiceInterval = TimeSpan.FromMinutes(Read("hsdir_interval", 1440, 5, 14_400));
        HiddenServiceReplicas = Read("hsdir_n_replicas", 2, 1, 16);
        HiddenServiceSpreadFetch = Read("hsdir_spread_fetch", 3, 1, 128);
        HiddenServiceSpreadStore = Read("hsdir_spread_store", 4, 1, 128);
        HiddenServiceMaxDescriptorLength = Read("HSV3MaxDescriptorSize", 50_000, 1, int.MaxValue);
        UsesFamilyLists = Read("use-family-lists", 1, 0, 1) == 1;
        UsesFamilyIds = Read("use-family-ids", 1, 0, 1) == 1;
        IsConfluxEnabled = Read("cfx_enabled", 1, 0, 1) == 1;
        ExitDnsTimeout = TimeSpan.FromMilliseconds(Read("exit_dns_timeout", 1000, 1, 120_000));
    }

    /// <summary>DATA cells that a circuit without congestion control starts with, 100 to 1000.</summary>
    public int CircuitWindow { get; }

    /// <summary>What a bandwidth weight of 1 is written as.</summary>
    public int BandwidthWeightScale { get; }

    /// <summary>How long a relay uses an onion key, 1 to 90 days.</summary>
    public TimeSpan OnionKeyRotation { get; }

    /// <summary>How long it accepts the key after that, 1 day to the rotation.</summary>
    public TimeSpan OnionKeyGracePeriod { get; }

    /// <summary>Exits refuse streams from relays that are in no consensus.</summary>
    public bool RefusesUnknownExits { get; }

    /// <summary>Exits connect to addresses of relays.</summary>
    public bool AllowsNetworkReentry { get; }

    /// <summary>Clients name Ed25519 identities when they extend.</summary>
    public bool ExtendsByEd25519Identity { get; }

    /// <summary>Length of an onion service time period outside of test networks, 5 to 14 400 minutes.</summary>
    public TimeSpan HiddenServiceInterval { get; }

    /// <summary>Copies of an onion service descriptor, 1 to 16.</summary>
    public int HiddenServiceReplicas { get; }

    /// <summary>Directories per copy among which a client chooses, 1 to 128.</summary>
    public int HiddenServiceSpreadFetch { get; }

    /// <summary>Directories per copy to which a service uploads, 1 to 128.</summary>
    public int HiddenServiceSpreadStore { get; }

    /// <summary>Longest onion service descriptor in bytes.</summary>
    public int HiddenServiceMaxDescriptorLength { get; }

    /// <summary>Clients obey <c>family</c> lists.</summary>
    public bool UsesFamilyLists { get; }

    /// <summary>Clients obey <c>family-ids</c>.</summary>
    public bool UsesFamilyIds { get; }

    /// <summary>Clients may use conflux.</summary>
    public bool IsConfluxEnabled { get; }

    /// <summary>How long an exit waits for its resolver, 1 ms to 120 s.</summary>
    public TimeSpan ExitDnsTimeout { get; }

    /// <summary>One parameter: the fallback when it is not given, else its value pushed into the range.</summary>
    public static int ReadClamped(IReadOnlyDictionary<string, int> parameters, string name, int fallback, int min, int max) =>
        Math.Clamp(parameters.TryGetValue(name, out int value) ? value : fallback, min, max);
}
