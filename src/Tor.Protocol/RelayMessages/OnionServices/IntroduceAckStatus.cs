namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>What became of an INTRODUCE1 (rend-spec-v3, "INTRODUCE_ACK cell format").</summary>
public enum IntroduceAckStatus : ushort
{
    /// <summary>It was passed on.</summary>
    Success = 0,

    /// <summary>No such service here; also what is said when the service wants no more introductions now.</summary>
    UnknownService = 1,

    /// <summary>It cannot be read, or is too long.</summary>
    BadFormat = 2,

    /// <summary>It cannot be passed on. Stock never sends it.</summary>
    CannotRelay = 3,
}
