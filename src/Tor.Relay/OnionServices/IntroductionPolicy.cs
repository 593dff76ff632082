namespace Tunic.Tor.Relay.OnionServices;

/// <summary>How many introductions a service gets that has not said how many it wants (consensus parameters; stock hs_dos.c).</summary>
public sealed record IntroductionPolicy
{
    /// <summary>HiddenServiceEnableIntroDoSDefense. Default false.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>HiddenServiceEnableIntroDoSRatePerSec. Default 25.</summary>
    public int RatePerSecond { get; init; } = 25;

    /// <summary>HiddenServiceEnableIntroDoSBurstPerSec. Default 200.</summary>
    public int BurstPerSecond { get; init; } = 200;

    /// <summary>Takes it from a consensus.</summary>
    public static IntroductionPolicy FromConsensus(IReadOnlyDictionary<string, int> parameters) => new()
    {
        IsEnabled = parameters.GetValueOrDefault("HiddenServiceEnableIntroDoSDefense", 0) >= 1,
        RatePerSecond = Math.Max(0, parameters.GetValueOrDefault("HiddenServiceEnableIntroDoSRatePerSec", 25)),
        BurstPerSecond = Math.Max(0, parameters.GetValueOrDefault("HiddenServiceEnableIntroDoSBurstPerSec", 200)),
    };
}
