namespace Tunic.Tor.Protocol.RelayMessages.OnionServices;

/// <summary>RENDEZVOUS_ESTABLISHED: answers ESTABLISH_RENDEZVOUS. It says nothing; whatever its body holds is ignored.</summary>
public static class RendezvousEstablished
{
    /// <summary>The body: empty.</summary>
    public static byte[] Encode() => [];
}
