using System.Runtime.InteropServices;

namespace Tunic.Tor.Protocol.OnionServices.ProofOfWork.Puzzles;

/// <summary>Numbers at an address that is a multiple of a cache line, where the garbage collector does not move them: a vector that crosses two lines costs twice.</summary>
internal sealed class HashXMemory
{
    private const int LineBytes = 64;
    private readonly ulong[] _array;
    private readonly int _start;
    private readonly int _length;

    public HashXMemory(int length)
    {
        _length = length;
        _array = GC.AllocateArray<ulong>(length + (LineBytes / sizeof(ulong)), pinned: true);
        long address = Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0);
        _start = (int)((LineBytes - (address % LineBytes)) % LineBytes / sizeof(ulong));
    }

    public Span<ulong> Span => _array.AsSpan(_start, _length);
}
