namespace Tunic.Tor.Client.OnionServices;

/// <summary>What a circuit of onion services is for, which decides how long it is and who its hops may be (vanguards-spec, "Path construction"; stock circuitbuild.c).</summary>
internal enum OnionCircuitPurpose
{
    /// <summary>A visitor fetches a descriptor.</summary>
    ClientDirectory,

    /// <summary>A visitor asks to be introduced.</summary>
    ClientIntroduction,

    /// <summary>A visitor waits at a rendezvous point.</summary>
    ClientRendezvous,

    /// <summary>A service uploads its descriptor.</summary>
    ServiceDirectory,

    /// <summary>A service waits for introductions.</summary>
    ServiceIntroduction,

    /// <summary>A service meets a visitor at the rendezvous point that the visitor has chosen.</summary>
    ServiceRendezvous,
}
