using Tunic.Tests.Fuzz.Targets.Stateful;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>All there is to fuzz.</summary>
internal static class TargetList
{
    public static IReadOnlyList<FuzzTarget> All { get; } = [.. Made.Select(CapturedLink.Add)];

    private static IEnumerable<FuzzTarget> Made =>
    [
        .. CellTargets.All,
        .. RelayMessageTargets.All,
        .. OnionServiceMessageTargets.All,
        .. CertificateTargets.All,
        .. HandshakeTargets.All,
        .. DocumentTargets.All,
        .. DescriptorTargets.All,
        .. OnionServiceTargets.All,
        .. FieldTargets.All,
        .. StateTargets.All,
        .. ProxyTargets.All,
        .. ControlTargets.All,
        .. EdgeTargets.All,
        .. ProofOfWorkTargets.All,
        .. StatefulTargets.All,
    ];
}
