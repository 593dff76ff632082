using Tunic.Tor.Protocol.Documents.Descriptors;

namespace Tunic.Tor.Relay.Descriptors;

/// <summary>A relay's own descriptor and the extra-info document that it names.</summary>
/// <param name="Descriptor">Parsed back from what was written.</param>
/// <param name="ExtraInfo">Parsed back too.</param>
public sealed record RelayDescriptorDocuments(RouterDescriptor Descriptor, ExtraInfo ExtraInfo)
{
    /// <summary>Both texts one after the other: the body of the upload.</summary>
    public byte[] ToUpload() => [.. Descriptor.Text.Span, .. ExtraInfo.Text.Span];
}
