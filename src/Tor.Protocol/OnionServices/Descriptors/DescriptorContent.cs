namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>What a client needs to visit a service: the inner layer of its descriptor (rend-spec-v3, "Second layer plaintext format").</summary>
public sealed record DescriptorContent
{
    /// <summary>Most introduction points.</summary>
    public const int MaxIntroductionPoints = 20;

    /// <summary>Where the service can be asked, 0 to <see cref="MaxIntroductionPoints"/>. Malformed ones are left out.</summary>
    public required IReadOnlyList<IntroductionPoint> IntroductionPoints { get; init; }

    /// <summary>Kinds of authentication of which an introduction needs one; empty (as always today) when it needs none.</summary>
    public IReadOnlyList<string> IntroductionAuthentication { get; init; } = [];

    /// <summary>The service does not hide where it is.</summary>
    public bool IsSingleOnionService { get; init; }

    /// <summary>What it says of congestion control; null when nothing.</summary>
    public DescriptorFlowControl? FlowControl { get; init; }

    /// <summary>The puzzle to solve; null without one, and when only unknown ones are given.</summary>
    public ProofOfWorkParameters? ProofOfWork { get; init; }
}
