namespace Tunic.Tor.Protocol.OnionServices;

/// <summary>What is wrong with an onion address.</summary>
public enum OnionAddressFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Not 56 characters; an address of the old version 2 has 16.</summary>
    WrongLength,

    /// <summary>A character that is not of base32.</summary>
    WrongCharacter,

    /// <summary>A version other than 3.</summary>
    WrongVersion,

    /// <summary>The checksum does not fit: a typing error.</summary>
    WrongChecksum,

    /// <summary>The key is no point of the curve, or one with a torsion component: another way to write somebody's address.</summary>
    WrongKey,
}
