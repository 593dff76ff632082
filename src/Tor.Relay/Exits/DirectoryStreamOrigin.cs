using System.Net;

namespace Tunic.Tor.Relay.Exits;

/// <summary>What a directory may know of whoever asks it through BEGIN_DIR.</summary>
/// <param name="PreviousHop">Address of the channel that the circuit came over; null where there is none.</param>
/// <param name="IsFirstHop">True when that is the asker's own: he is not anonymous, and an onion service directory refuses him.</param>
public readonly record struct DirectoryStreamOrigin(IPAddress? PreviousHop, bool IsFirstHop);
