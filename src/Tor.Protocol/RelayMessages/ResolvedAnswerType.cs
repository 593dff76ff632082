namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>What one answer of RESOLVED holds (tor-spec, "Remote hostname lookup"). Other values are ignored.</summary>
public enum ResolvedAnswerType : byte
{
    /// <summary>A name, without NUL.</summary>
    HostName = 0x00,

    /// <summary>4 bytes.</summary>
    IPv4 = 0x04,

    /// <summary>16 bytes.</summary>
    IPv6 = 0x06,

    /// <summary>It may work later. The value means nothing.</summary>
    TransientError = 0xF0,

    /// <summary>It will not work. The value means nothing.</summary>
    Error = 0xF1,
}
