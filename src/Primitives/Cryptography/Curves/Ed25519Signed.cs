namespace Tunic.Primitives.Cryptography;

/// <summary>One signature for <see cref="Ed25519.VerifyBatch"/>.</summary>
/// <param name="PublicKey">32 bytes.</param>
/// <param name="Message">What was signed.</param>
/// <param name="Signature">64 bytes.</param>
public readonly record struct Ed25519Signed(ReadOnlyMemory<byte> PublicKey, ReadOnlyMemory<byte> Message, ReadOnlyMemory<byte> Signature);
