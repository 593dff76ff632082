using System.Runtime.CompilerServices;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>SipHash as HashX uses it: one number as the input, for several inputs at once.</summary>
/// <typeparam name="TVector">The numbers side by side.</typeparam>
/// <typeparam name="TLanes">Arithmetic on them.</typeparam>
internal static class SipHashLanes<TVector, TLanes>
    where TVector : struct
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>One round on four words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Round(ref TVector v0, ref TVector v1, ref TVector v2, ref TVector v3)
    {
        v0 = TLanes.Add(v0, v1);
        v2 = TLanes.Add(v2, v3);
        v1 = TLanes.Xor(TLanes.RotateLeft(v1, 13), v0);
        v3 = TLanes.Xor(TLanes.RotateLeft(v3, 16), v2);
        v0 = TLanes.Add(TLanes.RotateLeft(v0, 32), v3);
        v2 = TLanes.Add(v2, v1);
        v1 = TLanes.Xor(TLanes.RotateLeft(v1, 17), v2);
        v3 = TLanes.Xor(TLanes.RotateLeft(v3, 21), v0);
        v2 = TLanes.RotateLeft(v2, 32);
    }

    /// <summary>SipHash-1-3 of a counter: the random words of the program generator.</summary>
    public static TVector Hash(SipHashState key, TVector input)
    {
        TVector v0 = TLanes.Broadcast(key.V0);
        TVector v1 = TLanes.Broadcast(key.V1);
        TVector v2 = TLanes.Broadcast(key.V2);
        TVector v3 = TLanes.Xor(TLanes.Broadcast(key.V3), input);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 = TLanes.Xor(v0, input);
        v2 = TLanes.Xor(v2, TLanes.Broadcast(0xff));
        for (int round = 0; round < 3; round++)
        {
            Round(ref v0, ref v1, ref v2, ref v3);
        }

        return TLanes.Xor(TLanes.Xor(v0, v1), TLanes.Xor(v2, v3));
    }
}
