using Tunic.Primitives.Keys;

namespace Tunic.Tor.Protocol.Documents.Microdescriptors;

/// <summary>One microdescriptor of a list, good or bad.</summary>
/// <param name="Digest">SHA-256 of <paramref name="Text"/>.</param>
/// <param name="Text">The exact text. Aliases the list that was read.</param>
/// <param name="Microdescriptor">What it says; null when it is malformed.</param>
/// <param name="Fault">Why it is malformed; null when it is good.</param>
public sealed record MicrodescriptorEntry(
    Digest256 Digest, ReadOnlyMemory<byte> Text, Microdescriptor? Microdescriptor, DocumentFault? Fault);
