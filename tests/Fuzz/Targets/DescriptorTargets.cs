using System.Text;
using Tunic.Tests.Fuzz.Engine;
using Tunic.Tor.Protocol.Documents;
using Tunic.Tor.Protocol.Documents.Descriptors;
using Tunic.Tor.Protocol.Documents.Lexing;
using Tunic.Tor.Protocol.Documents.Microdescriptors;
using static Tunic.Tests.Fuzz.Targets.DocumentTargets;

namespace Tunic.Tests.Fuzz.Targets;

/// <summary>What relays say of themselves. The signed variants sign the changed body, so that the fuzzer gets past the signatures.</summary>
internal static class DescriptorTargets
{
    private static readonly RouterDescriptor _own = FindOwn();

    private static readonly RelayDescriptorKeys _keys = new()
    {
        Identity = FuzzKeys.RelayIdentity,
        TapOnion = FuzzKeys.RelayTapOnion,
        NtorOnion = FuzzKeys.RelayNtorOnion,
        Signing = FuzzKeys.RelaySigning,
        SigningCertificate = _own.SigningKeyCertificate,
    };

    public static IEnumerable<FuzzTarget> All =>
    [
        Text("router-descriptor", input => RouterDescriptor.TryParse(input, out _, out _), () => VectorDocuments.Descriptors, ["RouterDescriptorParser"]),
        Text("router-descriptor-signed", ReadSigned, () => [BodyOf(_own.Text.Span)], ["RouterDescriptor*", "MicrodescriptorWriter"]) with { MaxLength = 4096 },
        Text("router-descriptor-list", input => DescriptorSplitter.SplitRouterDescriptors(input), DescriptorLists, [nameof(DescriptorSplitter)]),
        Text("extra-info", input => ExtraInfo.TryParse(input, out _, out _), () => VectorDocuments.ExtraInfos, [nameof(ExtraInfoParser)]),
        Text("extra-info-signed", ReadSignedExtraInfo, OwnExtraInfos, ["ExtraInfo*"]) with { MaxLength = 4096 },
        Text("extra-info-list", input => DescriptorSplitter.SplitExtraInfos(input), () => [VectorDocuments.Network("extra-infos")], [nameof(DescriptorSplitter)]),
    ];

    private static RouterDescriptor FindOwn() => VectorDocuments.Descriptors
        .Select(text => RouterDescriptor.TryParse(text, out RouterDescriptor? descriptor, out _) ? descriptor : null)
        .First(descriptor => descriptor?.Identity == FuzzKeys.RelayIdentity.PublicKey.Identity)!;

    private static IEnumerable<byte[]> DescriptorLists() =>
        [VectorDocuments.Network("server-descriptors"), .. VectorDocuments.Descriptors.Select(text => (byte[])[.. "@last-listed 2026\n"u8, .. text])];

    private static IEnumerable<byte[]> OwnExtraInfos() => VectorDocuments.ExtraInfos
        .Where(text => Encoding.ASCII.GetString(text).Contains(FuzzKeys.RelayIdentity.PublicKey.Identity.ToString(), StringComparison.Ordinal))
        .Select(text => BodyOf(text));

    private static byte[] BodyOf(ReadOnlySpan<byte> document) => document[..(document.LastIndexOf("\nrouter-sig-ed25519"u8) + 1)].ToArray();

    private static byte[] Sign(ReadOnlySpan<byte> body) =>
        RouterDescriptorWriter.Sign(new DocumentWriter().Append(Encoding.UTF8.GetString(body)), FuzzKeys.RelaySigning, FuzzKeys.RelayIdentity);

    private static void ReadSigned(ReadOnlyMemory<byte> input)
    {
        if (!RouterDescriptor.TryParse(Sign(input.Span), out RouterDescriptor? descriptor, out _))
        {
            return;
        }

        for (int method = MicrodescriptorWriter.MinMethod; method <= MicrodescriptorWriter.MaxMethod; method++)
        {
            if (MicrodescriptorWriter.Write(descriptor, method) is { } microdescriptor)
            {
                DocumentFault? refusal = new MicrodescriptorParser().ParseOne(microdescriptor).Fault;
                FuzzFailureException.Require(refusal is null, $"a microdescriptor that cannot be read: {refusal?.Reason}");
            }
        }

        byte[] written = RouterDescriptorWriter.Write(descriptor.Declaration, _keys);
        if (!RouterDescriptor.TryParse(written, out RouterDescriptor? again, out DocumentFault? fault))
        {
            throw new FuzzFailureException($"cannot read what it wrote: {fault.Reason}");
        }

        byte[] second = RouterDescriptorWriter.Write(again.Declaration, _keys);
        FuzzFailureException.Require(BodyOf(second).AsSpan().SequenceEqual(BodyOf(written)), "writes something else after reading");
    }

    private static void ReadSignedExtraInfo(ReadOnlyMemory<byte> input)
    {
        if (ExtraInfo.TryParse(Sign(input.Span), out ExtraInfo? extraInfo, out _))
        {
            extraInfo.Belongs(_own, out _);
            byte[] body = ExtraInfoWriter.WriteBody(extraInfo);
            FuzzFailureException.Require(ExtraInfo.TryParse(Sign(body), out ExtraInfo? again, out DocumentFault? fault), $"cannot read what it wrote: {fault?.Reason}");
            FuzzFailureException.Require(ExtraInfoWriter.WriteBody(again!).AsSpan().SequenceEqual(body), "writes something else after reading");
        }
    }
}
