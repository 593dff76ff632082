namespace Tunic.Tor.Protocol.OnionServices.Descriptors;

/// <summary>What came of opening the encrypted layers of a descriptor. A normal outcome, so a value and not an exception.</summary>
public enum DescriptorOpening
{
    /// <summary>It is open.</summary>
    Opened,

    /// <summary>It belongs to another service or period: the directory gave something else than it was asked for.</summary>
    WrongKey,

    /// <summary>The middle layer does not open or is malformed.</summary>
    BadMiddleLayer,

    /// <summary>The inner layer does not open without a client's key: the service lets in only those it knows.</summary>
    NeedsAuthorization,

    /// <summary>The inner layer does not open with the key given.</summary>
    WrongAuthorization,

    /// <summary>The inner layer opens and is malformed.</summary>
    BadInnerLayer,
}
