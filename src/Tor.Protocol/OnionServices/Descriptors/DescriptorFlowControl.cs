using Tunic.Tor.Protocol.Documents;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>That a service can do congestion control with its clients (proposal 324, the line "flow-control").</summary>
/// <param name="Versions">Versions of the protocol FlowCtrl, as "1-2".</param>
/// <param name="SendmeIncrement">DATA messages that one SENDME acknowledges, 1 to 255.</param>
public sealed record DescriptorFlowControl(string Versions, int SendmeIncrement)
{
    private const int CongestionControlVersion = 2;

    /// <summary>Whether congestion control is among the versions; a text that cannot be read has none.</summary>
    public bool SupportsCongestionControl =>
        ProtocolVersions.TryParse($"FlowCtrl={Versions}", out ProtocolVersions versions) && versions.Supports(ProtocolName.FlowCtrl, CongestionControlVersion);
}
