using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tunic.Primitives.Cryptography;

/// <summary>The powers 8 to 1 of a POLYVAL key, in this order, so that power i meets block 8 - i of a batch.</summary>
[InlineArray(8)]
internal struct PolyvalPowers
{
    private Vector128<ulong> _first;
}
