namespace Tunic.Tor.Protocol.Documents;

/// <summary>What part of a document is wrong.</summary>
public enum DocumentFaultKind
{
    /// <summary>The part that its digest covers: the same digest will never be good.</summary>
    Malformed,

    /// <summary>Only the signature that follows: another copy with the same digest may be good.</summary>
    BadSignature,
}
