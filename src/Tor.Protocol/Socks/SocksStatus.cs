namespace Tunic.Tor.Protocol.Socks;

/// <summary>The REP field of a SOCKS5 reply (RFC 1928; from 0xF0 on, proposal 304, only for clients that may see extended errors).</summary>
public enum SocksStatus : byte
{
    /// <summary>Success.</summary>
    Succeeded = 0x00,

    /// <summary>Anything else.</summary>
    GeneralError = 0x01,

    /// <summary>A rule of ours or of the exit forbids it.</summary>
    NotAllowed = 0x02,

    /// <summary>The network cannot be reached.</summary>
    NetworkUnreachable = 0x03,

    /// <summary>The host cannot be reached or has no address.</summary>
    HostUnreachable = 0x04,

    /// <summary>The target refused the connection.</summary>
    ConnectionRefused = 0x05,

    /// <summary>It took too long.</summary>
    TtlExpired = 0x06,

    /// <summary>BIND and UDP ASSOCIATE are not for Tor.</summary>
    CommandNotSupported = 0x07,

    /// <summary>The kind of address does not go with the command.</summary>
    AddressTypeNotSupported = 0x08,

    /// <summary>The descriptor of the onion service was found nowhere.</summary>
    OnionServiceNotFound = 0xF0,

    /// <summary>The descriptor of the onion service is not valid.</summary>
    OnionServiceIsInvalid = 0xF1,

    /// <summary>No introduction point took our request.</summary>
    OnionServiceIntroductionFailed = 0xF2,

    /// <summary>The rendezvous failed.</summary>
    OnionServiceRendezvousFailed = 0xF3,

    /// <summary>The onion service wants client authorization, and we have no key for it.</summary>
    OnionServiceMissingClientAuthorization = 0xF4,

    /// <summary>The onion service does not take our client authorization key.</summary>
    OnionServiceWrongClientAuthorization = 0xF5,

    /// <summary>The onion address is not one: wrong length, checksum or version.</summary>
    OnionServiceBadAddress = 0xF6,

    /// <summary>No introduction point answered in time.</summary>
    OnionServiceIntroductionTimedOut = 0xF7,
}
