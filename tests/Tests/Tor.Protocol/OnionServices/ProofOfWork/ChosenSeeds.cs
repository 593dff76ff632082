using Tunic.Primitives.Time;

namespace Tunic.Tests.Tor.Protocol.OnionServices.ProofOfWork;

/// <summary>Gives out these bytes first, then zeros.</summary>
internal sealed class ChosenSeeds(params byte[][] seeds) : RandomSource
{
    private int _next;

    public override void Fill(Span<byte> bytes)
    {
        bytes.Clear();
        if (_next < seeds.Length)
        {
            seeds[_next++].CopyTo(bytes);
        }
    }
}
