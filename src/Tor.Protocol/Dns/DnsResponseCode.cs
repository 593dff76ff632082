namespace Tunic.Tor.Protocol.Dns;

/// <summary>What a response says of its question (RFC 1035, "Header section format").</summary>
public enum DnsResponseCode : byte
{
    /// <summary>Answered, perhaps with nothing.</summary>
    NoError = 0,

    /// <summary>The message cannot be read.</summary>
    FormatError = 1,

    /// <summary>It did not work this time.</summary>
    ServerFailure = 2,

    /// <summary>There is no such name.</summary>
    NameError = 3,

    /// <summary>Such questions are not answered here.</summary>
    NotImplemented = 4,

    /// <summary>Questions of this asker are not answered.</summary>
    Refused = 5,
}
