using System.Text;
using System.Text.Unicode;
using Tunic.Tor.Protocol.Documents.Descriptors;

namespace Tunic.Tor.Protocol.Voting.Uploads;

/// <summary>An upload as it came, read before anybody decides about it: to check the signatures of hundreds of documents takes a while.</summary>
/// <param name="Descriptors">Descriptors that can be read.</param>
/// <param name="ExtraInfos">Extra-info documents that can be read.</param>
/// <param name="IsText">Whether the body is UTF-8 without a byte order mark; nothing of another one is read.</param>
public sealed record ReceivedUpload(IReadOnlyList<RouterDescriptor> Descriptors, IReadOnlyList<ExtraInfo> ExtraInfos, bool IsText)
{
    /// <summary>Reads an upload with any number of descriptors and extra-info documents.</summary>
    public static ReceivedUpload Read(ReadOnlyMemory<byte> body)
    {
        if (!Utf8.IsValid(body.Span) || body.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            return new ReceivedUpload([], [], IsText: false);
        }

        var descriptors = new List<RouterDescriptor>();
        foreach (ReadOnlyMemory<byte> text in DescriptorSplitter.SplitRouterDescriptors(body))
        {
            if (RouterDescriptor.TryParse(text, out RouterDescriptor? descriptor, out _))
            {
                descriptors.Add(descriptor);
            }
        }

        var extraInfos = new List<ExtraInfo>();
        foreach (ReadOnlyMemory<byte> text in DescriptorSplitter.SplitExtraInfos(body))
        {
            if (ExtraInfo.TryParse(text, out ExtraInfo? extraInfo, out _))
            {
                extraInfos.Add(extraInfo);
            }
        }

        return new ReceivedUpload(descriptors, extraInfos, IsText: true);
    }
}
