using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>The random numbers of the program generator: SipHash-1-3 of a counter, taken as bytes and as halves of 32 bits, each from a word of its own.</summary>
/// <remarks>Words are made several at a time, ahead of their use.</remarks>
internal sealed class HashXRandom
{
    private const int Batch = 64;
    private readonly ulong[] _words = new ulong[Batch];
    private SipHashState _key;
    private ulong _counter;
    private int _nextWord;
    private ulong _bytes;
    private int _bytesLeft;
    private ulong _halves;
    private int _halvesLeft;

    /// <summary>Starts over with a key.</summary>
    public void Reset(SipHashState key)
    {
        _key = key;
        _counter = 0;
        _nextWord = Batch;
        _bytesLeft = 0;
        _halvesLeft = 0;
    }

    /// <summary>The next byte, the highest of a word first.</summary>
    public uint NextByte()
    {
        if (_bytesLeft == 0)
        {
            _bytes = NextWord();
            _bytesLeft = 8;
        }

        _bytesLeft--;
        return unchecked((byte)(_bytes >> (8 * _bytesLeft)));
    }

    /// <summary>The next 32 bits, the high half of a word first.</summary>
    public uint NextUInt32()
    {
        if (_halvesLeft == 0)
        {
            _halves = NextWord();
            _halvesLeft = 2;
        }

        _halvesLeft--;
        return unchecked((uint)(_halves >> (32 * _halvesLeft)));
    }

    private ulong NextWord()
    {
        if (_nextWord == Batch)
        {
            Refill();
            _nextWord = 0;
        }

        return _words[_nextWord++];
    }

    private void Refill()
    {
        if (Lanes512.IsSupported)
        {
            Refill<Vector512<ulong>, Lanes512>();
        }
        else if (Lanes256.IsSupported)
        {
            Refill<Vector256<ulong>, Lanes256>();
        }
        else
        {
            Refill<ulong, Lanes1>();
        }
    }

    private void Refill<TVector, TLanes>()
        where TVector : struct
        where TLanes : struct, ILanes<TVector>
    {
        Span<TVector> words = MemoryMarshal.Cast<ulong, TVector>(_words.AsSpan());
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = SipHashLanes<TVector, TLanes>.Hash(_key, TLanes.Add(TLanes.Indices, TLanes.Broadcast(_counter)));
            _counter += (ulong)(Batch / words.Length);
        }
    }
}
