namespace Tunic.Primitives.Cryptography;

/// <summary>SHAKE256 (FIPS 202, section 6.2): absorb any input, then squeeze any length of output. Not for several threads at once.</summary>
public sealed class Shake256 : IDisposable
{
    private Keccak _sponge;
    private bool _squeezing;

    /// <summary>The first bytes of the output for a whole message.</summary>
    /// <param name="message">What is hashed.</param>
    /// <param name="output">Filled whole, whatever its length.</param>
    public static void Hash(ReadOnlySpan<byte> message, Span<byte> output)
    {
        var sponge = default(Keccak);
        sponge.Absorb(message);
        sponge.Pad(0x1f);
        sponge.Squeeze(output);
        sponge.Clear();
    }

    /// <summary>Adds input.</summary>
    /// <exception cref="InvalidOperationException">Output was taken already.</exception>
    public void Absorb(ReadOnlySpan<byte> message)
    {
        if (_squeezing)
        {
            throw new InvalidOperationException("output was taken already");
        }

        _sponge.Absorb(message);
    }

    /// <summary>Takes the next bytes of output; the first call ends the input.</summary>
    public void Squeeze(Span<byte> output)
    {
        if (!_squeezing)
        {
            _sponge.Pad(0x1f);
            _squeezing = true;
        }

        _sponge.Squeeze(output);
    }

    /// <summary>Wipes the state. The object then is as new.</summary>
    public void Dispose()
    {
        _sponge.Clear();
        _squeezing = false;
    }
}
