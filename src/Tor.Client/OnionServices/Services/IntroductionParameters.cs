using Tunic.Tor.Protocol.Documents.Parameters;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>What the consensus says of introduction points and rendezvous (param-spec, "Onion service parameters"; stock hs_service.c).</summary>
internal sealed record IntroductionParameters
{
    private const int UsualMinIntroductions = 16_384;
    private const int SecondsPerHour = 60 * 60;

    internal IntroductionParameters(IReadOnlyDictionary<string, int> parameters)
    {
        int Read(string name, int fallback, int min, int max) => NetworkParameters.ReadClamped(parameters, name, fallback, min, max);

        MinIntroductions = Read("hs_intro_min_introduce2", UsualMinIntroductions, 0, int.MaxValue);
        MaxIntroductions = Math.Max(MinIntroductions, Read("hs_intro_max_introduce2", 2 * UsualMinIntroductions, 0, int.MaxValue));
        MinLifetime = TimeSpan.FromSeconds(Read("hs_intro_min_lifetime", 18 * SecondsPerHour, 0, int.MaxValue));
        MaxLifetime = TimeSpan.FromSeconds(Math.Max(MinLifetime.TotalSeconds, Read("hs_intro_max_lifetime", 24 * SecondsPerHour, 0, int.MaxValue)));
        ExtraPoints = Read("hs_intro_num_extra", 2, 0, 128);
        RendezvousAttempts = Read("hs_service_max_rdv_failures", 2, 1, 10);
    }

    /// <summary>Fewest introductions after which a point is replaced.</summary>
    internal int MinIntroductions { get; }

    /// <summary>Most introductions after which a point is replaced.</summary>
    internal int MaxIntroductions { get; }

    /// <summary>Shortest life of a point.</summary>
    internal TimeSpan MinLifetime { get; }

    /// <summary>Longest life of a point.</summary>
    internal TimeSpan MaxLifetime { get; }

    /// <summary>Circuits that are begun beyond those that are needed when there is none yet: the first are taken.</summary>
    internal int ExtraPoints { get; }

    /// <summary>Circuits to one rendezvous point before the visitor is given up.</summary>
    internal int RendezvousAttempts { get; }

    /// <summary>The parameters of a consensus.</summary>
    internal static IntroductionParameters Of(NetworkView view) => new(view.Consensus.Parameters);
}
