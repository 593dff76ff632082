using Tunic.Tor.Protocol.Documents.Lexing;

namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>The lines of a descriptor that everybody can read.</summary>
internal static class OuterLayerFormat
{
    public static readonly ItemRule HsDescriptor = ItemRule.Once("hs-descriptor").WithArguments(1, 1).First();
    public static readonly ItemRule Lifetime = ItemRule.Once("descriptor-lifetime").WithArguments(1, 1);
    public static readonly ItemRule SigningKeyCertificate = ItemRule.Once("descriptor-signing-key-cert").WithoutArguments().WithObject(ObjectRule.Required);
    public static readonly ItemRule RevisionCounter = ItemRule.Once("revision-counter").WithArguments(1, 1);
    public static readonly ItemRule Superencrypted = ItemRule.Once("superencrypted").WithoutArguments().WithObject(ObjectRule.Required);
    public static readonly ItemRule Signature = ItemRule.Once("signature").WithArguments(1, 1).Last();

    public static readonly DocumentFormat Format = new(HsDescriptor, Lifetime, SigningKeyCertificate, RevisionCounter, Superencrypted, Signature);

    /// <summary>What is hashed before the text that is signed.</summary>
    public static ReadOnlySpan<byte> SignaturePrefix => "Tor onion service descriptor sig v3"u8;
}
